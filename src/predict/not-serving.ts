/** Why models cannot be asked; which of the reasons it is, a broken file or none at all, is told with the health of models. */
export function notServing(names: readonly string[]): string {
  const has = names.length === 1 ? 'has' : 'have';
  return `${names.join(', ')} ${has} no active version that can serve; /models/health says why`;
}
