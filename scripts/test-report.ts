import { writeFileSync } from 'node:fs';
import type { TestEvent } from 'node:test/reporters';

/** What a run of the tests said that the printed report does not make plain. */
export interface TestReport {
  readonly skipped: readonly { readonly file: string; readonly name: string; readonly reason: string }[];
  /** Absolute path to lines, of every source file that a test loaded; empty without coverage. */
  readonly coverage: Readonly<Record<string, { readonly total: number; readonly covered: number }>>;
}

/**
 * A reporter of node:test (Node.js wants it as the default export). It yields nothing: skips and coverage go as JSON
 * to the file that TITANS_TEST_REPORT names.
 */
export default async function* collectReport(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const skipped: { file: string; name: string; reason: string }[] = [];
  const coverage: Record<string, { total: number; covered: number }> = {};
  for await (const event of source) {
    if ((event.type === 'test:pass' || event.type === 'test:fail') && event.data.skip !== undefined) {
      const { skip } = event.data;
      skipped.push({
        file: event.data.file ?? '',
        name: event.data.name,
        reason: typeof skip === 'string' && skip !== '' ? skip : 'no reason given',
      });
    } else if (event.type === 'test:coverage') {
      for (const file of event.data.summary.files) {
        coverage[file.path] = { total: file.totalLineCount, covered: file.coveredLineCount };
      }
    }
  }
  const path = process.env.TITANS_TEST_REPORT;
  if (path !== undefined) writeFileSync(path, JSON.stringify({ skipped, coverage }));
  yield '';
}
