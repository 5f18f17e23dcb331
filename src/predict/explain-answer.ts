import type { Transaction } from '../bank/transaction.ts';
import { HISTORY_MAX, type PastRow } from '../features/past.ts';
import { assert } from '../lib/assert.ts';
import type { Explanation, OpenExplanation } from '../models/explanation.ts';
import type { ExplainPool } from '../workers/explain-pool.ts';
import type { PastSource } from './stored-past.ts';

/** What a use case needs besides to explain its answers; bound once at the composition root. */
export interface ExplainDependencies {
  /** Needed by requests that ask for an explanation only. */
  readonly explainer?: Pick<ExplainPool, 'explain'>;
}

interface AnswerDependencies<Artifact> extends ExplainDependencies {
  readonly model: () => { readonly version: string; readonly artifact: Artifact } | null;
  readonly history: PastSource;
}

interface ExplainableRequest {
  readonly transaction: Transaction;
  readonly explain?: boolean;
}

/**
 * Answers a request and, where it asks for it, says why. Answer and explanation come from one version of the model and
 * one reading of the account's history, whatever is activated or remembered meanwhile.
 */
export async function explainAnswer<
  Artifact,
  Dependencies extends AnswerDependencies<Artifact>,
  Answer extends { readonly explanation?: Explanation },
>(
  dependencies: Dependencies & AnswerDependencies<Artifact>,
  { transaction, explain }: ExplainableRequest,
  answer: (pinned: Dependencies) => Promise<Answer>,
  open: (artifact: Artifact, past: readonly PastRow[]) => OpenExplanation,
): Promise<Answer> {
  const model = explain === true ? dependencies.model() : null;
  if (model === null) return answer(dependencies);
  const { explainer } = dependencies;
  assert(explainer !== undefined, 'explanations are asked for where there is a pool for them');
  const { accountId, at } = transaction;
  const past = accountId === null ? [] : await dependencies.history.before(accountId, at, HISTORY_MAX);
  const answered = await answer({
    ...dependencies,
    model: () => model,
    history: { before: () => past },
    // What it holds may have been made from another reading.
    cache: undefined,
  });
  const { forest, row, finish } = open(model.artifact, past);
  const { base, contributions } = await explainer.explain(forest, row);
  return { ...answered, explanation: finish(base, contributions) };
}
