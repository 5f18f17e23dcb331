import type { SingleBar } from 'cli-progress';
import type { ModelName } from '../models/model.ts';
import type { OnProgress } from '../training/trainer.ts';
import { type Io, writeLines } from './io.ts';

/** Shows how far a long run has come, on standard error. */
export interface Progress {
  /** `done` of `total` in whatever units the step is about; a new step name ends the step before it. */
  update(step: string, done: number, total: number): void;
  /** Ends the current step, so that other text may follow. Ending twice is allowed. */
  end(): void;
}

/** Plain lines come at most this often, apart from the last of a step; a quick step has no other. */
const LINE_PAUSE_MS = 2000;
/** Name, bar, percentage and time together fit into 80 columns. */
const NAME_WIDTH = 47;
const BAR_WIDTH = 15;

/** How a model is called in progress. */
const KIND: Readonly<Record<ModelName, string>> = {
  category_prediction: 'category',
  amount_prediction: 'amount',
  anomaly_detection: 'anomaly',
  cashflow_forecasting: 'cash flow',
};

/** The steps of one model's training, which are named as those of others are. */
export function stepsOf(model: ModelName, progress: Progress): OnProgress {
  return (step, done, total) => progress.update(`${KIND[model]}: ${step}`, done, total);
}

/** Bars on a terminal, plain lines elsewhere. */
export async function createProgress(io: Io): Promise<Progress> {
  return io.stderr.isTTY ? createBars(io) : createLines(io);
}

async function createBars({ stderr }: Io): Promise<Progress> {
  const { default: progress } = await import('cli-progress');
  let bar: SingleBar | null = null;
  let current = '';
  function end(): void {
    bar?.stop();
    bar = null;
    current = '';
  }
  return {
    update(step, done, total) {
      if (step !== current) {
        end();
        current = step;
        bar = new progress.SingleBar(
          {
            format: `${step.padEnd(NAME_WIDTH)} [{bar}] {percentage} %  {duration_formatted}`,
            stream: stderr,
            hideCursor: true,
            barsize: BAR_WIDTH,
          },
          progress.Presets.legacy,
        );
        bar.start(total, done);
      }
      bar?.setTotal(total);
      bar?.update(done);
    },
    end,
  };
}

function createLines(io: Io): Progress {
  let current = '';
  let shownAt = 0;
  let shown = -1;
  let last: readonly [number, number] = [0, 0];
  function show(done: number, total: number): void {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    if (percent === shown) return;
    shown = percent;
    shownAt = io.clock();
    writeLines(io.stderr, `${current}: ${percent} %`);
  }
  function end(): void {
    if (current !== '' && last[0] === last[1]) show(...last);
    current = '';
  }
  return {
    update(step, done, total) {
      if (step !== current) {
        end();
        current = step;
        shown = -1;
        shownAt = io.clock();
      }
      last = [done, total];
      if (done === total || io.clock() - shownAt >= LINE_PAUSE_MS) show(done, total);
    },
    end,
  };
}
