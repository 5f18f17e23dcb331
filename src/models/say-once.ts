/** The strongest different clauses: several features may say the same in words, and their effects are added up. */
export function sayOnce<Listed extends { readonly contribution: number }>(
  listed: readonly Listed[],
  say: (listed: Listed) => string,
  most: number,
): { readonly clause: string; readonly contribution: number }[] {
  const effects = new Map<string, number>();
  for (const one of listed) {
    const clause = say(one);
    effects.set(clause, (effects.get(clause) ?? 0) + one.contribution);
  }
  return [...effects]
    .map(([clause, contribution]) => ({ clause, contribution }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .slice(0, most);
}
