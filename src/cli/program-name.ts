import { basename, dirname, join, relative } from 'node:path';

/**
 * How a person can start this program again from the folder they are in: by the script of a clone, which is on no
 * PATH, and by its name where it is installed. `script` is what was started, `process.argv[1]`.
 */
export function programName(script = process.argv[1] ?? '', cwd = process.cwd()): string {
  if (basename(script) === 'titans.js') return relative(cwd, script);
  // bin/titans.js hands over to the source, which only a clone has.
  const root = dirname(dirname(script));
  return script === join(root, 'src', 'main.ts') ? relative(cwd, join(root, 'bin', 'titans.js')) : 'titans';
}

/** A text in which every `titans ...` between backquotes is what a person here has to type. */
export function nameProgram(text: string, name = programName()): string {
  return text.replaceAll(/`titans(?= )/g, () => `\`${name}`);
}
