// Out: how every activity is tried again: soon at first, then every half minute, without end.
export const retry = { initialInterval: '1s', maximumInterval: '30s', backoffCoefficient: 2 } as const;
