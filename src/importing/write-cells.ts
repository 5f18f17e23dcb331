/** One cell as CSV: quoted only where a delimiter, quote or line break makes it necessary. */
export function formatCell(text: string, delimiter: string): string {
  const needsQuotes = text.includes(delimiter) || /["\r\n]/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One CSV record without its line end. */
export function formatCells(cells: readonly string[], delimiter: string): string {
  return cells.map((cell) => formatCell(cell, delimiter)).join(delimiter);
}
