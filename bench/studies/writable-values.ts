// Prepares values for files of results. JSON has no infinities, so they are text.

export type ProxyValues = Readonly<Record<string, number | string>>;

export function numberOrText(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The values by proxy. */
export function writableValues(values: Readonly<Record<string, number>>): ProxyValues {
  return Object.fromEntries(Object.entries(values).map(([proxy, value]) => [proxy, numberOrText(value)]));
}
