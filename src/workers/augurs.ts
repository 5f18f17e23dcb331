import { readFileSync } from 'node:fs';
import { initSync, MSTL } from '@bsull/augurs/mstl';
import type { FitMstl } from '../models/cashflow.ts';

const WEEK = 7;

let isReady = false;

/** Loads the WASM once a thread. In Node.js its bytes must be handed over. */
function prepare(): void {
  if (isReady) return;
  const module = readFileSync(new URL('mstl_bg.wasm', import.meta.resolve('@bsull/augurs/mstl')));
  initSync({ module });
  isReady = true;
}

/** MSTL with the week as season and AutoETS as trend; null when the series cannot be fitted. */
export const fitMstl: FitMstl = (values, horizon) => {
  prepare();
  const model = MSTL.ets([WEEK]);
  try {
    model.fit(values);
    return Float64Array.from(model.predict(horizon).point);
  } catch {
    return null;
  } finally {
    model.free();
  }
};
