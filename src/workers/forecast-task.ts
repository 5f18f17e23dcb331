import type { CashflowArtifact } from '../models/cashflow.ts';
import { answerCashflow, type CashflowQuestion, type CashflowReading } from '../models/cashflow-answer.ts';
import { CASHFLOW_MODEL } from '../models/models.ts';
import { fitMstl } from './augurs.ts';
import { type Columns, fromColumns } from './columns.ts';

/** One forecast to make. */
export interface ForecastTask {
  /** The artifact's bytes, in shared memory. */
  readonly bytes: Uint8Array;
  /** Names the bytes, so that they are decoded once a thread. */
  readonly version: string;
  readonly columns: Columns;
  readonly question: CashflowQuestion;
  /** False leaves the fitted member out. */
  readonly usesFits: boolean;
}

let held: { version: string; artifact: CashflowArtifact } | null = null;

/** What a worker thread does: decode the artifact once, then answer. Null when there is nothing to add up. */
export function forecastTask(task: ForecastTask): CashflowReading | null {
  if (held?.version !== task.version) {
    const decoded = CASHFLOW_MODEL.decode(task.bytes);
    if (!decoded.ok) throw new Error(decoded.faults.join('; '));
    held = { version: task.version, artifact: decoded.artifact };
  }
  return answerCashflow(
    held.artifact,
    fromColumns(task.columns),
    task.question,
    task.usesFits ? fitMstl : null,
  );
}
