import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderClient } from './render-client.ts';
import {
  type Importance,
  renderApi,
  renderConfig,
  renderErrors,
  renderFeatures,
  renderMetrics,
} from './render-docs.ts';

// npm run docs [-- --check]
// Writes the documents, and the types of the client, that are made from the tables of the source; --check only says which are out of step.

const root = join(import.meta.dirname, '..');

/** Document to what makes it. The tables are imported one by one, so that one broken table does not hide the rest. */
const DOCUMENTS: Readonly<Record<string, () => Promise<string>>> = {
  'docs/features.md': async () =>
    renderFeatures(
      (await import('../src/features/catalog.ts')).CATALOG,
      JSON.parse(readFileSync(join(root, 'docs/feature-importance.json'), 'utf8')) as Importance,
    ),
  'docs/config.md': async () => renderConfig((await import('../src/config.ts')).OPTIONS),
  'docs/errors.md': async () => renderErrors((await import('../src/errors.ts')).ERRORS),
  'docs/metrics.md': async () => renderMetrics((await import('../src/monitoring/metrics.ts')).METRICS),
  'docs/api.md': async () => renderApi((await import('../src/http/routes.ts')).ROUTES),
  'test/client/paths.ts': async () => {
    const { describeApi } = await import('../src/http/openapi.ts');
    return renderClient(describeApi((await import('../src/http/routes.ts')).ROUTES, '0'));
  },
};

async function writeDocs(isCheck: boolean): Promise<number> {
  let stale = 0;
  for (const [path, render] of Object.entries(DOCUMENTS)) {
    try {
      const text = await render();
      if (readOr(join(root, path), '') === text) continue;
      if (isCheck) {
        console.error(`${path} is out of step with its table; run "npm run docs" and commit the result`);
        stale++;
      } else {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
        console.log(`wrote ${path}`);
      }
    } catch (error) {
      console.error(`${path} cannot be made: ${error instanceof Error ? error.message : error}`);
      stale++;
    }
  }
  return stale === 0 ? 0 : 1;
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

process.exitCode = await writeDocs(process.argv.includes('--check'));
