// Renders a share as a bar with words.
export interface ProgressBarProps {
  readonly done: number;
  readonly of: number;
  /** The counted quantity, for screen readers. */
  readonly name: string;
}

export function ProgressBar({ done, of, name }: ProgressBarProps) {
  const share = of > 0 ? Math.min(1, done / of) : 0;
  return (
    <progress class="progress" max={1} value={share} aria-label={name}>
      {Math.round(share * 100)} %
    </progress>
  );
}
