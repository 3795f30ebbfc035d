// Renders how the ranks of the best candidates moved over several searches.
import { useMemo } from 'preact/hooks';
import type { Comparison } from '../../../http/answers.js';
import { Chart } from '../../charts/chart.js';
import { useColours } from '../../charts/colours.js';
import { courseOption, LEADERS } from '../../charts/course-option.js';

export interface CoursePictureProps {
  /** Oldest first. */
  readonly searches: Comparison['searches'];
}

export function CoursePicture({ searches }: CoursePictureProps) {
  const colours = useColours();
  const option = useMemo(() => courseOption(searches, colours), [searches, colours]);
  return (
    <Chart
      title="Ranks of the best from search to search"
      option={option}
      minWidth={90 * searches.length}
      about={`Each line is a candidate that was among the first ${LEADERS} of one of the searches. It has a gap where the candidate was not among those that were described. Lines that cross little say that the top is steady; the last search's first ${LEADERS} are strong, others pale.`}
    />
  );
}
