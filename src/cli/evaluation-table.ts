export function formatSummary(_summary: unknown): string[] {
  return [];
}
