import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
import { sha256 } from '../lib/hash.ts';
import type { Route } from './route.ts';

/** A file that a page loads: text of our own, or a file of an installed package. */
export type PageFile = { readonly type: string } & (
  | { readonly content: string }
  | {
      readonly package: string;
      readonly path: string;
      /** Text of the package's file that must not reach a browser, and what stands in its place. */
      readonly replacing?: { readonly from: string; readonly by: string };
    }
);

interface Loaded {
  readonly content: Buffer;
  readonly etag: string;
}

/** The route that serves the files of one page under `PAGE/{asset}`, each revalidated by the hash of its content. */
export function pageFilesRoute(page: string, files: Readonly<Record<string, PageFile>>): Route {
  return {
    operationId: `${page}Asset`,
    tag: 'documentation',
    summary: `A file of /${page}`,
    description: `One of ${Object.keys(files).join(', ')}.`,
    params: {
      asset: { description: 'Name of the file', schema: { type: 'string', enum: Object.keys(files) } },
    },
    replies: {
      200: { description: 'The file', mediaType: '*/*', headers: { ETag: 'Hash of the content' } },
      304: {
        description: 'Unchanged since the ETag of If-None-Match',
        headers: { ETag: 'Hash of the content' },
      },
    },
    errors: ['route_not_found'],
    bind() {
      const cache = new Map<string, Loaded>();
      return {
        async handle(request, reply) {
          const { asset: name } = request.params as { asset: string };
          if (!Object.hasOwn(files, name))
            throw new AppError('route_not_found', `There is no such file; see /${page}.`);
          let loaded = cache.get(name);
          if (loaded === undefined) {
            loaded = await load(files[name]);
            cache.set(name, loaded);
          }
          reply.header('etag', loaded.etag).header('cache-control', 'no-cache');
          if (request.headers['if-none-match'] === loaded.etag) return reply.code(304).send();
          return reply.type(files[name].type).send(loaded.content);
        },
      };
    },
  };
}

async function load(file: PageFile): Promise<Loaded> {
  const content = 'content' in file ? Buffer.from(file.content) : await readPackageFile(file);
  return { content, etag: `"${sha256(content).slice(0, 32)}"` };
}

async function readPackageFile(file: Extract<PageFile, { package: string }>): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url);
  const bytes = await readFile(join(dirname(resolve(`${file.package}/package.json`)), file.path));
  if (file.replacing === undefined) return bytes;
  const text = bytes.toString('utf8');
  // A newer package may spell it otherwise; then nothing is served rather than a page that asks a foreign host.
  if (!text.includes(file.replacing.from)) {
    throw new AppError('internal', 'The page cannot be shown.', {
      internal: `${file.package}/${file.path} no longer holds ${file.replacing.from}`,
    });
  }
  return Buffer.from(text.replaceAll(file.replacing.from, file.replacing.by));
}
