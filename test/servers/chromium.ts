import { type Browser, chromium } from 'playwright-core';
import { findProgram } from './find-program.ts';

const CHROMIUM = findProgram(['chromium', 'chromium-browser', 'google-chrome']);

/** Why tests in a browser cannot run here; false when they can. */
export const withoutChromium: string | false =
  CHROMIUM === null && 'chromium is not installed (apt-get install chromium)';

/** A headless browser; close it when done. */
export function openBrowser(): Promise<Browser> {
  // A container has no user namespaces for the sandbox, and the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM ?? undefined, args: ['--no-sandbox'] });
}
