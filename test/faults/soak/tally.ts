// Counts the rounds, faults and violations of a soak.

export interface RoundRecord {
  readonly tell: (kind: string, what?: string) => void;
  readonly end: (error?: unknown) => void;
  readonly line: () => string;
}

export interface SoakReport {
  readonly rounds: number;
  readonly seconds: number;
  /** How often each kind of fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly seed: number; readonly message: string }[];
}

export interface Tally {
  readonly begin: (seed: number) => RoundRecord;
  readonly report: () => SoakReport;
  readonly text: () => string;
}

export function createTally(): Tally {
  const began = Date.now();
  const faults: Record<string, number> = {};
  const violations: { seed: number; message: string }[] = [];
  let rounds = 0;
  const report = (): SoakReport => ({ rounds, seconds: (Date.now() - began) / 1000, faults, violations });
  return {
    begin: (seed) => {
      const started = Date.now();
      const happened: string[] = [];
      let outcome = 'under way';
      return {
        tell: (kind, what = kind) => {
          faults[kind] = (faults[kind] ?? 0) + 1;
          happened.push(`${((Date.now() - started) / 1000).toFixed(1)} s ${what}`);
        },
        end: (error) => {
          rounds += 1;
          outcome = error === undefined ? 'ok' : 'VIOLATED';
          if (error === undefined) return;
          const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
          violations.push({ seed, message });
          console.error(`VIOLATED, seed ${seed}: ${message}`);
        },
        line: () =>
          `${outcome}: seed ${seed}, ${((Date.now() - started) / 1000).toFixed(0)} s: ${happened.join(', ') || 'nothing happened'}`,
      };
    },
    report,
    text: () => {
      const { seconds } = report();
      const counts = Object.entries(faults).sort(([a], [b]) => a.localeCompare(b));
      const sum = counts.reduce((total, [, count]) => total + count, 0);
      return [
        `${rounds} rounds in ${(seconds / 60).toFixed(0)} minutes, ${sum} faults, ${violations.length} violations`,
        ...counts.map(([kind, count]) => `  ${count} ${kind}`),
        ...violations.map(({ seed, message }) => `  violated with seed ${seed}: ${message.split('\n')[0]}`),
      ].join('\n');
    },
  };
}
