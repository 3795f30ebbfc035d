// Out: the names of the proxies.

/** The proxies in their canonical order, which is also the order of the columns in reports. */
export const PROXIES = ['expressivity', 'progressivity', 'trainability', 'complexity'] as const;
export type ProxyName = (typeof PROXIES)[number];
