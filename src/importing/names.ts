/** A column name or a word of a cell for comparison: lower case, no accents, camelCase and separators as one space. */
export function normaliseName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/\u00df/g, 'ss')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** How a column is called in messages: its name, told apart by `#2` where names repeat, by number where it has none. */
export function labelColumns(columns: readonly string[]): string[] {
  const totals = new Map<string, number>();
  for (const name of columns) totals.set(name, (totals.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return columns.map((name, index) => {
    if (name.trim() === '') return `#${index + 1}`;
    if (totals.get(name) === 1) return name;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return `${name}#${count}`;
  });
}
