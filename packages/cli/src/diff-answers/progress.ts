import type { Difference } from '@pointsman/core/answers';
import { style } from '../terminal.ts';

/** One line that says how far the work is, on a terminal only. */
export type Progress = {
  answered: (difference: Difference | undefined) => void;
  asked: () => number;
  end: () => void;
};

/** Milliseconds between two looks of the line: people read no faster. */
const REDRAW = 100;

export function makeProgress(stream: NodeJS.WriteStream, total: number): Progress {
  let asked = 0;
  let differ = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    answered: (difference) => {
      asked++;
      if (difference !== undefined) differ++;
      if (!stream.isTTY || performance.now() - drawn < REDRAW) return;
      drawn = performance.now();
      stream.write(`\r\x1b[K${style('dim', `${asked} of ${total} asked, ${differ} differ`, stream)}`);
    },
    asked: () => asked,
    end: () => {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
