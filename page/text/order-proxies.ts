// Orders the proxies of a ranking for display.

/**
 * Names in the order in which a ranking names its proxies: what is no proxy as it stands, then the proxies of the
 * ranking, then others. `weights` are those of the ranking, in its order.
 */
export function orderProxies<T>({
  items,
  nameOf,
  weights = {},
}: {
  readonly items: readonly T[];
  readonly nameOf: (item: T) => string;
  readonly weights?: Readonly<Record<string, number>> | undefined;
}): readonly T[] {
  const order = Object.keys(weights);
  const isWeighed = (item: T) => order.includes(nameOf(item));
  const first = items.findIndex(isWeighed);
  if (first < 0) return items;
  const weighed = items.filter(isWeighed).sort((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)));
  const others = items.filter((item) => !isWeighed(item));
  return [...others.slice(0, first), ...weighed, ...others.slice(first)];
}
