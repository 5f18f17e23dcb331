import { loadConfig } from '../config.ts';
import { type Io, writeLines } from './io.ts';

/** Tells what looks like a mistake in the settings, such as a misspelt variable; faults are for the command to tell. */
export function warnOfSettings(io: Io): void {
  const warnings = warningsOrNone();
  if (warnings.length > 0) writeLines(io.stderr, ...warnings.map((warning) => `warning: ${warning}`));
}

function warningsOrNone(): readonly string[] {
  try {
    return loadConfig().warnings;
  } catch {
    return [];
  }
}
