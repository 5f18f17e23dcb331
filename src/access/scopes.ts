/** THE table of scopes: what a caller may be allowed to do. */
export const SCOPES = [
  { name: 'predict', meaning: 'Ask for predictions' },
  { name: 'write', meaning: 'Remember transactions' },
  { name: 'models:read', meaning: 'See models, their figures and their health' },
  { name: 'models:write', meaning: 'Reload models and clear caches' },
] as const;

export type Scope = (typeof SCOPES)[number]['name'];

/** Every scope, as an API key of the configuration has them. */
export const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES.map((scope) => scope.name));
