import { type CategoryArtifact, judge } from './category.ts';
import { PROBE_PAST, PROBES } from './probes.ts';

/** Likeliest class and calibrated confidence of each probe: the same numbers for the same artifact, on every load. */
export function probeCategory(artifact: CategoryArtifact): readonly number[] {
  return PROBES.flatMap((transaction) => {
    const past = transaction.accountId === null ? [] : PROBE_PAST;
    const { best } = judge(artifact, transaction, past, 'UTC');
    return [best, artifact.scratch.joint[best]];
  });
}
