import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '../harness.ts';

const PAGES = [
  { path: '/docs', styles: "style-src 'self';" },
  { path: '/redoc', styles: "style-src 'self' 'unsafe-inline';" },
];

for (const { path, styles } of PAGES) {
  test(`${path} and all it loads come from this server, under a strict policy`, async (t) => {
    const app = testApp();
    t.after(() => app.close());
    for (const prefix of ['', '/v1']) {
      const page = await app.inject(prefix + path);
      assert.equal(page.statusCode, 200);
      assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
      const policy = String(page.headers['content-security-policy']);
      assert.ok(policy.startsWith(`default-src 'none'; script-src 'self'; ${styles}`), policy);
      assert.doesNotMatch(page.body, /<script>|<style|style=|https?:\/\/|onload=/);
      const addresses = [...page.body.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map((match) => match[1]);
      assert.ok(addresses.length >= 3);
      for (const address of addresses) {
        const url = new URL(address, `http://localhost${prefix}${path}`).pathname;
        const asset = await app.inject(url);
        assert.equal(asset.statusCode, 200, url);
        assert.ok(asset.rawPayload.length > 0);
        const foreign = /https?:\/\/[^\s"'`)]+\.(?:svg|png|jpg|gif|ico|woff2?|ttf)\b/gi;
        assert.deepEqual(
          asset.body.match(foreign) ?? [],
          [],
          `${url} names a picture or font of another host`,
        );
      }
      const specification = new URL('openapi.json', `http://localhost${prefix}${path}`).pathname;
      assert.equal((await app.inject(specification)).statusCode, 200);
    }
  });
}

test('a file of /docs is sent again only when it changed', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const first = await app.inject('/docs/swagger-ui.css');
  assert.equal(first.headers['cache-control'], 'no-cache');
  const headers = { 'if-none-match': String(first.headers.etag) };
  const second = await app.inject({ url: '/docs/swagger-ui.css', headers });
  assert.equal(second.statusCode, 304);
  assert.equal(second.body, '');
  assert.equal((await app.inject({ url: '/docs/start.js', headers })).statusCode, 200);
});

test('nothing but the files of the page is served', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  for (const name of ['..%2fpackage.json', 'package.json', 'index.html', '__proto__', 'constructor', '']) {
    const reply = await app.inject(`/docs/${name}`);
    assert.equal(reply.statusCode, 404, name);
    assert.equal(reply.json().code, 'route_not_found');
  }
});

test('/ leads to the documentation', async (t) => {
  const app = testApp();
  t.after(() => app.close());
  const reply = await app.inject('/');
  assert.equal(reply.statusCode, 302);
  assert.equal(reply.headers.location, 'docs');
});
