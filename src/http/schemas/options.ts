import type { BodyOption } from './transaction.ts';

const TOP_K_MAX = 50;
const TOP_K_DEFAULT = 3;

/** `top_k`: how many of the likeliest categories to list. */
export const TOP_K: BodyOption<number> = {
  name: 'top_k',
  schema: {
    type: ['integer', 'null'],
    minimum: 1,
    maximum: TOP_K_MAX,
    default: TOP_K_DEFAULT,
    description: 'How many of the likeliest categories to list in top_predictions',
    examples: [TOP_K_DEFAULT],
  },
  parse(value) {
    if (value === undefined || value === null) return TOP_K_DEFAULT;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= TOP_K_MAX)
      return value;
    return { pointer: '/top_k', detail: `must be an integer from 1 to ${TOP_K_MAX}` };
  },
};
