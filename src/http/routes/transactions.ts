import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ParseOptions, parseTransaction } from '../../bank/fields.ts';
import type { Fault, Transaction } from '../../bank/transaction.ts';
import { sha256 } from '../../lib/hash.ts';
import { inTurns } from '../../predict/turns.ts';
import { bindReading } from '../bind-prediction.ts';
import { IDEMPOTENCY_KEY_PATTERN, idempotencyKeyOf } from '../idempotency-key.ts';
import { WITH_AMOUNT } from '../predictions.ts';
import type { Route } from '../route.ts';
import { invalidBody } from '../schemas/invalid-body.ts';
import { ITEMS_MAX, isListBody, parseItem, parseListBody } from '../schemas/list-body.ts';
import { REMEMBER_REPLY, REMEMBER_REQUEST, type RememberReply } from '../schemas/remember.ts';
import { tooManyFields } from '../schemas/transaction.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** More faults than this are not looked for: the caller has seen enough to know what is wrong. */
const FAULTS_MAX = 1000;

/** POST /transactions */
export const transactions: Route = {
  operationId: 'rememberTransactions',
  tag: 'transactions',
  summary: 'Remember transactions',
  description: `Stores one transaction, or 1 to ${ITEMS_MAX} as \`{"transactions": [...]}\`, in the history that predictions and forecasts read; predictions see them at once. A \`category\` that is given counts as confirmed.

A \`transaction_id\` names a transaction of its account: the same content again is \`unchanged\`, other content replaces it and counts as \`updated\`. Without one, the content itself says which is which: the same again is \`unchanged\` (two equal ones in one request stay two), so give each a \`date\` or an id.

All or nothing: when one transaction is not valid the answer is 422 with every fault and its place, and none is stored.

With an \`Idempotency-Key\` a request may be repeated, after a timeout say: for 24 hours the same key with the same body gets the first answer again (\`Idempotency-Replayed: true\`), also after a restart, and stores nothing. The same key with another body is 422 \`idempotency_key_reused\`; while the first request is still at work, 409 \`idempotency_key_in_use\`. A request that failed leaves its key usable.`,
  requestHeaders: {
    'Idempotency-Key': {
      description:
        'Names this request among those of the caller: 1 to 255 printable ASCII characters, such as a UUID',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: IDEMPOTENCY_KEY_PATTERN },
    },
  },
  body: {
    schema: REMEMBER_REQUEST,
    examples: {
      one: {
        summary: 'A purchase with its true category',
        value: {
          date: '2025-01-06T09:30:00Z',
          amount: -25.5,
          type: 'Expense',
          description: 'Coffee shop purchase',
          category: 'Food & Dining',
          account_id: 'acc-1',
          transaction_id: 'tx-1001',
        },
      },
      list: {
        summary: 'Two at once',
        value: {
          transactions: [
            { date: '2025-01-06', amount: -25.5, description: 'Coffee shop purchase', account_id: 'acc-1' },
            { date: '2025-01-06', amount: 1850, description: 'SALARY ACME LTD', account_id: 'acc-1' },
          ],
        },
      },
    },
  },
  replies: {
    200: {
      description: 'All are stored',
      schema: REMEMBER_REPLY,
      example: { success: true, received: 1, inserted: 1, updated: 0, unchanged: 0 },
      listExample: { success: true, received: 2, inserted: 2, updated: 0, unchanged: 0 },
      headers: { 'Idempotency-Replayed': '`true` when this is the answer to an earlier request' },
    },
  },
  errors: ['idempotency_key_in_use', 'idempotency_key_reused', 'store_unavailable'],
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) => {
    const readingAt = bindReading(services);
    return {
      // The body is read by the handler, after the key: what is malformed is refused before what is wrong.
      parse: (json) => json,
      handle: async (request: FastifyRequest, reply: FastifyReply): Promise<RememberReply> => {
        const { answer, isReplayed } = await services.remember({
          caller: request.caller?.id ?? '',
          key: idempotencyKeyOf(request.headers),
          fingerprint: () => sha256(JSON.stringify(request.body)),
          read: (now) => readBody(request.body, readingAt(WITH_AMOUNT, now)),
        });
        if (isReplayed) reply.header('idempotency-replayed', 'true');
        return { success: true, ...answer };
      },
    };
  },
};

/** Every transaction of a body. Throws AppError `too_large`, or `invalid` with every fault of all. */
async function readBody(body: unknown, options: ParseOptions): Promise<readonly Transaction[]> {
  if (!isListBody(body)) {
    const excess = tooManyFields(body);
    if (excess !== null) throw invalidBody([excess]);
    const parsed = parseTransaction(body, options);
    if (!parsed.ok) throw invalidBody(parsed.faults);
    return [parsed.transaction];
  }
  const rows: Transaction[] = [];
  const faults: Fault[] = [];
  await inTurns(parseListBody(body, {}).items, (item, index) => {
    const parsed = parseItem(item, index, options);
    if ('transaction' in parsed) rows.push(parsed.transaction);
    else if (faults.length < FAULTS_MAX) faults.push(...parsed.faults);
  });
  if (faults.length > 0) throw invalidBody(faults);
  return rows;
}
