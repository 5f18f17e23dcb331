/** What was counted of access. */
export interface AccessCounts {
  /** Failed attempts to read what other processes changed, and to delete what is over. */
  readonly failures: { reload: number; upkeep: number };
  /** Refresh tokens used again after their grace, each of which ended its family. */
  replays: number;
}

export function createAccessCounts(): AccessCounts {
  return { failures: { reload: 0, upkeep: 0 }, replays: 0 };
}
