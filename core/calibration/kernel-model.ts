// Predicts the quality of a candidate from proxies and graph features with the model that fit-kernel-model.ts fits.

/** The standardized features of a candidate: log rank shares of the proxies, graph features, and the score of the search. */
export interface Row {
  readonly proxies: readonly number[];
  readonly graph: readonly number[];
  readonly own: number;
}

/**
 * The parameters of the kernel k(x, y) = 1 + own_x own_y + amplitude (1 + r) exp(-r), with
 * r² = 3 (d_proxies / proxyScale² + d_graph / graphScale²), where d is a mean squared distance. The terms are a
 * constant, the score of the search, and a smooth correction (Matérn 3/2; Rasmussen and Williams, Gaussian Processes for
 * Machine Learning, 2006, equation 4.17).
 */
export interface KernelSetting {
  readonly proxyScale: number;
  readonly graphScale: number;
  readonly amplitude: number;
}

/** Kernel ridge regression: prediction(x) = Σ_i alpha_i k(x, center_i), where (K + ridge I) alpha = labels. */
export interface Member extends KernelSetting {
  readonly ridge: number;
  readonly alpha: readonly number[];
}

/** The mean of several regressions with the settings that have the smallest leave-one-out errors. */
export interface KernelModel {
  readonly centers: readonly Row[];
  readonly members: readonly Member[];
}

export interface Distances {
  readonly proxies: readonly Float64Array[];
  readonly graph: readonly Float64Array[];
  readonly own: readonly Float64Array[];
}

/** Predicts the quality of a candidate; higher is better. */
export function predict({ centers, members }: KernelModel, row: Row): number {
  const distances = distancesBetween([row], centers);
  let sum = 0;
  for (const member of members) {
    const kernel = kernelRow(member, distances, 0);
    for (let i = 0; i < centers.length; i += 1) sum += member.alpha[i]! * kernel[i]!;
  }
  return sum / members.length;
}

/** Computes a row of the kernel matrix from the distances of that row. */
export function kernelRow(setting: KernelSetting, distances: Distances, row: number): Float64Array {
  const { proxyScale, graphScale, amplitude } = setting;
  const [proxies, graph, own] = [distances.proxies[row]!, distances.graph[row]!, distances.own[row]!];
  return own.map((product, i) => {
    const r = Math.sqrt(3 * (proxies[i]! / proxyScale ** 2 + graph[i]! / graphScale ** 2));
    return 1 + product + amplitude * (1 + r) * Math.exp(-r);
  });
}

/** Computes mean squared distances of the features, and products of `own`. */
export function distancesBetween(rows: readonly Row[], others: readonly Row[]): Distances {
  const between = (of: (a: Row, b: Row) => number) =>
    rows.map((a) => Float64Array.from(others, (b) => of(a, b)));
  return {
    proxies: between((a, b) => meanSquare(a.proxies, b.proxies)),
    graph: between((a, b) => meanSquare(a.graph, b.graph)),
    own: between((a, b) => a.own * b.own),
  };
}

function meanSquare(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i]! - b[i]!) ** 2;
  return a.length === 0 ? 0 : sum / a.length;
}
