import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, it } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { HttpServices } from '../../src/http/services.ts';
import { bindPredictors, type PredictorDependencies, pinPredictors } from '../../src/predict/many.ts';
import { createStoredPast } from '../../src/predict/stored-past.ts';
import type { HistoryStore } from '../../src/stores/ports.ts';
import { createSqlHistory } from '../../src/stores/sql/history.ts';
import { openSqlite } from '../../src/stores/sql/sqlite.ts';
import { AUTHORIZATION, testApp } from '../harness.ts';
import { BOOK, trainedAmount, trainedCategory } from '../models/trained.ts';
import { trainedAnomaly } from '../models/trained-anomaly.ts';

const CLIENTS = 100;
/** Requests of each client, one after the other on one connection. */
const REQUESTS = 12;

let history: HistoryStore;
let app: FastifyInstance;
let port: number;
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

before(async () => {
  history = createSqlHistory(await openSqlite(':memory:'), 'memory');
  await history.append(BOOK);
  const serve = <Artifact>(artifact: Artifact) => ({
    model: () => ({ version: '1.0.0', artifact }),
    history: createStoredPast(history, null),
    timezone: 'UTC',
    newId: () => 'an-id',
  });
  const dependencies: PredictorDependencies = {
    category: serve(await trainedCategory()),
    amount: serve(await trainedAmount()),
    anomaly: serve(await trainedAnomaly()),
  };
  const pin: HttpServices['predict']['pin'] = (types, transactions) =>
    pinPredictors(dependencies, types, transactions);
  app = testApp({ predict: { ...bindPredictors(dependencies), pin } });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as { port: number }).port;
});
after(async () => {
  agent.destroy();
  await app.close();
  await history.close();
});

const ACCOUNTS = [...new Set(BOOK.map((row) => row.accountId))];
/** What the clients ask for, some of it of stored accounts. */
const QUESTIONS = ['category', 'amount', 'anomaly', 'batch'].flatMap((route) =>
  BOOK.slice(-10).map((row, i) => {
    const one = {
      date: '2025-01-06T09:30:00Z',
      amount: -(i + 1) * 7.5,
      type: 'Expense',
      description: row.description,
      account_id: ACCOUNTS[i % ACCOUNTS.length],
    };
    return { path: `/predict/${route}`, body: route === 'batch' ? { transactions: [one, one] } : one };
  }),
);

/** The body of the answer without its times; rejects unless it is a 200. */
function ask({ path, body }: (typeof QUESTIONS)[number]): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { ...AUTHORIZATION, 'content-type': 'application/json' };
    const sent = request({ agent, port, path, method: 'POST', headers }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (piece) => {
        text += piece;
      });
      reply.on('error', reject);
      reply.on('end', () => {
        if (reply.statusCode !== 200) reject(new Error(`${reply.statusCode}: ${text}`));
        else resolve(text.replaceAll(/"processing_time_ms":[\d.e-]+/g, ''));
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

it(`${CLIENTS} clients at once get no error, and each the answer it would get alone`, async () => {
  const alone = new Map<(typeof QUESTIONS)[number], string>();
  for (const question of QUESTIONS) alone.set(question, await ask(question));
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let i = 0; i < REQUESTS; i++) {
        const question = QUESTIONS[(client * 7 + i) % QUESTIONS.length];
        assert.equal(await ask(question), alone.get(question));
      }
    }),
  );
});
