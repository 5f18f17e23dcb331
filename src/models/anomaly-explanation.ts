import type { Transaction } from '../bank/transaction.ts';
import type { PastRow } from '../features/past.ts';
import { depthToScore, isolationDepth } from '../kernels/isolation-forest/predict.ts';
import { type AnomalyArtifact, FOREST_WEIGHT, measure } from './anomaly.ts';
import { FOREST_SIGNS, SIGNS } from './anomaly-signs.ts';
import { FEATURE_WORDS_MAX, listContributions, type OpenExplanation, stripIndex } from './explanation.ts';

/** Clauses about signs that become sentences. */
const SIGN_WORDS_MAX = 4;

/**
 * Why `assess` says what it says: the weighted evidence of every sign, which adds up to the joint evidence, and of the
 * isolation forest's mean path length what each sign added to it.
 */
export function explainAnomaly(
  artifact: AnomalyArtifact,
  transaction: Transaction,
  past: readonly PastRow[],
  timezone: string,
): OpenExplanation {
  const { forest, scratch, usual } = artifact;
  const measured = measure(artifact, transaction, past, timezone);
  // The view's own vector is working memory; sentences are made after others may have used it.
  const view = { ...measured.view, vector: measured.view.vector.slice() };
  const evidence = scratch.evidence.slice();
  const row = scratch.forestRow.slice();
  const output = isolationDepth(forest, row);
  const members = SIGNS.flatMap(({ name, weight, meaning }, s) =>
    weight === 0 ? [] : [{ name, weight, value: evidence[s], meaning }],
  );
  members.push({
    name: 'isolation_forest',
    weight: FOREST_WEIGHT,
    value: evidence[SIGNS.length],
    meaning:
      'How quickly random cuts set the transaction apart; its path length is what the contributions explain',
  });
  const joint = evidence.reduce((sum, found) => sum + found, 0);
  const calibrated = 1 - measured.tailShare;
  return {
    forest: { kind: 'isolation', forest },
    row,
    finish(base, contributions) {
      const listed = listContributions(row, contributions, (index) => SIGNS[FOREST_SIGNS[index]]);
      const tell = (s: number) => SIGNS[s].tell(view, usual[s]);
      const strange = Array.from(SIGNS.keys())
        .filter((s) => evidence[s] > 0)
        .sort((a, b) => evidence[b] - evidence[a])
        .slice(0, SIGN_WORDS_MAX);
      const shortening = listed
        .filter(({ contribution, value }) => contribution < 0 && value !== null)
        .map(({ index }) => FOREST_SIGNS[index])
        .filter((s) => !strange.includes(s))
        .slice(0, FEATURE_WORDS_MAX - 2);
      const words = [
        ...strange.map((s) => tell(s).text),
        ...shortening
          .map(tell)
          .map(({ text, isUsual }) =>
            isUsual
              ? `${text}; only with the rest does that set it a little apart`
              : `${text}, which sets it a little apart`,
          ),
      ];
      return {
        explains: "The isolation forest's mean path length: the shorter, the stranger",
        unit: 'path_length',
        base_value: base,
        output,
        contributions: stripIndex(listed),
        members,
        steps: [
          {
            name: 'isolation_score',
            value: depthToScore(forest, output),
            meaning: 'Path length as a score from 0 to 1; about .5 is like the others',
          },
          {
            name: 'joint_evidence',
            value: joint,
            meaning: 'Sum of the values of the members, in nats of surprise',
          },
          {
            name: 'tail_share',
            value: measured.tailShare,
            meaning: 'Share of ordinary traffic with more evidence',
          },
        ],
        calibrated,
        words: [
          ...(words.length === 0 ? ['nothing about it is strange'] : words),
          `${sayShare(measured.tailShare)} of ordinary traffic is stranger`,
        ],
      };
    },
  };
}

function sayShare(share: number): string {
  if (share < 1e-4) return 'less than 0.01 %';
  return `${share >= 0.1 ? Math.round(100 * share) : (100 * share).toPrecision(2)} %`;
}
