import { type PageFile, pageFilesRoute } from '../page-files.ts';
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

const PACKAGE = '@fastify/swagger-ui';

const FILES: Readonly<Record<string, PageFile>> = {
  'swagger-ui.css': {
    type: 'text/css; charset=utf-8',
    package: PACKAGE,
    path: 'static/swagger-ui.css',
  },
  'swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    package: PACKAGE,
    path: 'static/swagger-ui-bundle.js',
  },
  'favicon-32x32.png': { type: 'image/png', package: PACKAGE, path: 'static/favicon-32x32.png' },
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

/** GET /docs/{asset} */
export const docsAsset: Route = pageFilesRoute('docs', FILES);
