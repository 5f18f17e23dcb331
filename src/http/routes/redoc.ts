import { type PageFile, pageFilesRoute } from '../page-files.ts';
import { STYLED_PAGE_POLICY } from '../plugins/security-headers.ts';
import type { Route } from '../route.ts';

// Addresses are relative, so that the page also works under /v1 and behind a proxy's path.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Titans Finance API reference</title>
<link rel="stylesheet" href="redoc/page.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="redoc"></div>
<script src="redoc/redoc.standalone.js"></script>
<script src="redoc/start.js"></script>
</body>
</html>
`;

const START = `Redoc.init(
  'openapi.json',
  {
    nativeScrollbars: true,
    theme: {
      typography: {
        fontFamily: 'system-ui, sans-serif',
        headings: { fontFamily: 'system-ui, sans-serif' },
        code: { fontFamily: 'ui-monospace, monospace' },
      },
    },
  },
  document.getElementById('redoc'),
);
`;

/** What the bundle would fetch from its maker: a logo beside the name in the corner. An empty picture takes its place. */
const FOREIGN_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const EMPTY_PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E";

const FILES: Readonly<Record<string, PageFile>> = {
  'redoc.standalone.js': {
    type: 'text/javascript; charset=utf-8',
    package: 'redoc',
    path: 'bundles/redoc.standalone.js',
    replacing: { from: FOREIGN_LOGO, by: EMPTY_PICTURE },
  },
  'page.css': { type: 'text/css; charset=utf-8', content: 'body { margin: 0; padding: 0; }\n' },
  'start.js': { type: 'text/javascript; charset=utf-8', content: START },
};

/** GET /redoc: the reference to read. */
export const redoc: Route = {
  operationId: 'redoc',
  tag: 'documentation',
  summary: 'Reference documentation',
  description: 'ReDoc over /openapi.json, made of files of this server only.',
  replies: { 200: { description: 'A page', mediaType: 'text/html' } },
  errors: [],
  bind: () => ({
    handle: (_request, reply) =>
      reply.header('content-security-policy', STYLED_PAGE_POLICY).type('text/html; charset=utf-8').send(PAGE),
  }),
};

/** GET /redoc/{asset} */
export const redocAsset: Route = pageFilesRoute('redoc', FILES);
