import { sha256 } from '../lib/hash.ts';
import { CATALOG } from './catalog.ts';

/** Identifies the catalog a model was trained on: names, order, versions and who may not see what. */
export const FEATURE_FINGERPRINT: string = sha256(
  CATALOG.map(({ name, version, hiddenFrom }) => `${name}@${version}!${hiddenFrom.join('+')}`).join('\n'),
).slice(0, 16);
