import { elapsedMs } from '../plugins/process-time.ts';
import { bindBody, type Route } from '../route.ts';
import { CASHFLOW_REPLY, CASHFLOW_REQUEST, type CashflowReply } from '../schemas/cashflow.ts';
import { parseEnvelope, parseHistory } from '../schemas/parse-cashflow.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;

/** POST /predict/cashflow */
export const predictCashflow: Route = {
  operationId: 'predictCashflow',
  tag: 'predictions',
  model: 'cashflow_forecasting',
  summary: 'Money in and out, day by day, with what recurs',
  description:
    'Forecasts from the transactions in the body, from those stored of one account, or from all those stored: recurring payments projected forward, the rest by an ensemble weighted by how its members did on this very history. `{}` forecasts the stored accounts for 30 days.',
  body: {
    schema: CASHFLOW_REQUEST,
    examples: {
      stored: { summary: 'All stored accounts, 30 days', value: {} },
      inline: {
        summary: 'A history in the body, with balances',
        value: {
          transactions: [
            { date: '2025-01-01', amount: -850, type: 'Expense', description: 'RENT' },
            { date: '2025-01-03', amount: -42.5, type: 'Expense', description: 'GREEN GROCER' },
            { date: '2025-01-06', amount: 1850, type: 'Income', description: 'SALARY ACME LTD' },
          ],
          horizon_days: 14,
          confidence_level: 0.8,
          starting_balance: 1200,
        },
      },
    },
  },
  replies: {
    200: {
      description: 'The forecast',
      schema: CASHFLOW_REPLY,
      example: {
        success: true,
        forecast: [
          {
            date: '2025-01-07',
            income: 0,
            expense: 38.2,
            net: -38.2,
            lower: -95.1,
            upper: 0,
            balance: 1161.8,
            balance_lower: 1104.9,
            balance_upper: 1200,
          },
        ],
        summary: {
          currency: 'GBP',
          history_from: '2024-01-01',
          history_until: '2025-01-06',
          history_days: 372,
          transactions: 640,
          total_income: 0,
          total_expense: 38.2,
          total_net: -38.2,
          total_net_lower: -95.1,
          total_net_upper: 0,
          confidence_level: 0.8,
          beats_baseline: true,
          rolling_origins: 52,
          rolling_error: 0.61,
          baseline_error: 0.98,
          members: { weekday_median: 0.55, mstl: 0.45 },
          excluded: [{ currency: 'EUR', transactions: 3 }],
          notes: ['3 transactions in EUR are left out, not added up'],
        },
        recurring: [
          {
            description: 'RENT',
            direction: 'Expense',
            cadence: 'monthly',
            amount: 850,
            is_amount_fixed: true,
            payments: 12,
            last_date: '2025-01-01',
            next_dates: [],
            ended: false,
            price_change: { date: '2024-09-02', from: 820, to: 850 },
          },
        ],
        lowest_balance: { date: '2025-01-07', balance: 1161.8, balance_lower: 1104.9 },
        model_version: '1.0.0',
        processing_time_ms: 84.2,
        prediction_id: '7d9c1f52-1f7e-4a8e-9a35-0d3c8a1f1b11',
      },
    },
  },
  errors: ['data_insufficient', 'model_not_loaded', 'store_unavailable', 'timeout'],
  bodyBytesMax: BODY_BYTES_MAX,
  bind: (services) => {
    const { timezone, currency } = services.config;
    return bindBody(
      (json) => parseEnvelope(json, timezone),
      async (envelope, reply): Promise<CashflowReply> => {
        const request = await parseHistory(envelope, { now: services.clock(), timezone, currency });
        const answer = await services.predict.cashflow(request);
        return { success: true, ...answer, processing_time_ms: elapsedMs(reply) };
      },
    );
  },
};
