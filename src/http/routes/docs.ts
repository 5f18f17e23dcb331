import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '../../errors.ts';
import { sha256 } from '../../lib/hash.ts';
import { PAGE_POLICY } from '../plugins/security-headers.ts';
import type { Route } from '../route.ts';

// Addresses are relative, so that the page also works under /v1 and behind a proxy's path.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Titans Finance API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** The files the page is made of: media types, and content where it is not a file of the Swagger UI package. */
const ASSETS: Readonly<Record<string, { readonly type: string; readonly content?: string }>> = {
  'swagger-ui.css': { type: 'text/css; charset=utf-8' },
  'swagger-ui-bundle.js': { type: 'text/javascript; charset=utf-8' },
  'favicon-32x32.png': { type: 'image/png' },
  'start.js': { type: 'text/javascript; charset=utf-8', content: START },
};

/** GET /docs: the interactive documentation. */
export const docs: Route = {
  operationId: 'docs',
  tag: 'documentation',
  summary: 'Interactive documentation',
  description: 'Swagger UI over /openapi.json, made of files of this server only.',
  replies: { 200: { description: 'A page', mediaType: 'text/html' } },
  errors: [],
  bind: () => ({
    handle: (_request, reply) =>
      reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(PAGE),
  }),
};

interface Asset {
  readonly content: Buffer;
  readonly etag: string;
}

/** GET /docs/{asset}: one of the files of the page, revalidated by its content. */
export const docsAsset: Route = {
  operationId: 'docsAsset',
  tag: 'documentation',
  summary: 'A file of the documentation page',
  description: `One of ${Object.keys(ASSETS).join(', ')}.`,
  params: { asset: 'Name of the file' },
  replies: {
    200: { description: 'The file', mediaType: '*/*', headers: { ETag: 'Hash of the content' } },
    304: {
      description: 'Unchanged since the ETag of If-None-Match',
      headers: { ETag: 'Hash of the content' },
    },
  },
  errors: ['route_not_found'],
  bind() {
    const cache = new Map<string, Asset>();
    return {
      async handle(request, reply) {
        const { asset: name } = request.params as { asset: string };
        if (!Object.hasOwn(ASSETS, name))
          throw new AppError('route_not_found', 'There is no such file; see /docs.');
        let asset = cache.get(name);
        if (asset === undefined) {
          asset = await loadAsset(name);
          cache.set(name, asset);
        }
        reply.header('etag', asset.etag).header('cache-control', 'no-cache');
        if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
        return reply.type(ASSETS[name].type).send(asset.content);
      },
    };
  },
};

async function loadAsset(name: string): Promise<Asset> {
  const { content } = ASSETS[name];
  const bytes =
    content === undefined ? await readFile(join(swaggerUiDirectory(), name)) : Buffer.from(content);
  return { content: bytes, etag: `"${sha256(bytes).slice(0, 32)}"` };
}

function swaggerUiDirectory(): string {
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('@fastify/swagger-ui/package.json')), 'static');
}
