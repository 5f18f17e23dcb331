import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { API_KEY, testApp, testConfig } from '../harness.ts';
import { openBrowser, withoutChromium } from '../servers/chromium.ts';

// `npm test -- test/browser` with TITANS_SCREENSHOTS=FOLDER keeps what the browser saw.
const SCREENSHOTS = process.env.TITANS_SCREENSHOTS;

suite('the pages of the documentation in a browser', { skip: withoutChromium }, () => {
  let app: FastifyInstance;
  let browser: Browser;
  let origin: string;

  before(async () => {
    app = testApp({ config: testConfig() });
    origin = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await openBrowser();
  });

  after(async () => {
    await browser?.close();
    await app?.close();
  });

  /** Opens a page and keeps every complaint of the browser and every request that leaves for another host. */
  async function visit(path: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const { protocol, origin: asked } = new URL(request.url());
      if (protocol !== 'data:' && asked !== origin) complaints.push(`asks ${request.url()}`);
    });
    await page.goto(origin + path);
    return { page, complaints };
  }

  async function keep(page: Page, name: string): Promise<void> {
    if (SCREENSHOTS !== undefined) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }

  for (const prefix of ['', '/v1']) {
    test(`${prefix}/docs lets a person try an example with the key`, async () => {
      const { page, complaints } = await visit(`${prefix}/docs`);
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('.auth-container input').first().fill(API_KEY);
      await page.locator('.auth-btn-wrapper .authorize').first().click();
      await page.locator('.btn-done').first().click();
      const operation = page.locator('#operations-predictions-predictCategory');
      await operation.locator('.opblock-summary-control').click();
      await operation.getByRole('button', { name: 'Try it out' }).click();
      await operation.getByRole('button', { name: 'Execute' }).click();
      const reply = operation.locator('.live-responses-table .response').first();
      await reply.waitFor();
      assert.match(await reply.locator('.response-col_status').innerText(), /^200/);
      assert.match(await reply.locator('.response-col_description').innerText(), /"predicted_category"/);
      await keep(page, `docs${prefix.replace('/', '-')}`);
      assert.deepEqual(complaints, []);
      await page.close();
    });

    test(`${prefix}/redoc shows every operation`, async () => {
      const { page, complaints } = await visit(`${prefix}/redoc`);
      await page.getByRole('heading', { name: 'The category of a transaction' }).waitFor();
      await page
        .getByRole('textbox', { name: 'Search' })
        .or(page.getByPlaceholder('Search...'))
        .fill('category');
      await page.getByRole('search').getByText('The category of a transaction').first().waitFor();
      await keep(page, `redoc${prefix.replace('/', '-')}`);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }
});
