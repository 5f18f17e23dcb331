import type { CategoryAnswer } from '../../predict/category.ts';
import { closedObject, type JsonSchema } from './json-schema.ts';

/** What a prediction's answer explains. */
type Explanation = NonNullable<CategoryAnswer['explanation']>;

const NUMBER: JsonSchema = { type: 'number' };
const STRING: JsonSchema = { type: 'string' };

const TEXT = closedObject<NonNullable<Explanation['text']>>('TextExplanation', {
  bias: { ...NUMBER, description: 'What the text part says without any word' },
  score: { ...NUMBER, description: 'Its linear score: bias + contributions of terms + rest' },
  terms: {
    type: 'array',
    description:
      'Words, letters (between …) and fields with the largest effect; positive speaks for the predicted category, or for a larger amount',
    items: closedObject<NonNullable<Explanation['text']>['terms'][number]>('TextTerm', {
      term: STRING,
      kind: { ...STRING, enum: ['word', 'letters', 'field'] },
      contribution: NUMBER,
    }),
  },
  rest: { ...NUMBER, description: 'Sum of the terms that are not listed' },
});

/** Why a model answered as it did; in replies to requests with `explain`. */
export const EXPLANATION: JsonSchema = {
  ...closedObject<Explanation>(
    'Explanation',
    {
      explains: { ...STRING, description: 'What output is, in words' },
      unit: { ...STRING, enum: ['probability', 'log_amount', 'path_length'] },
      base_value: { ...NUMBER, description: 'What the forest says of its own training rows on average' },
      output: {
        ...NUMBER,
        description: 'What the forest says of this transaction: base_value plus all contributions',
      },
      contributions: {
        type: 'array',
        description:
          'What each feature added (exact path-dependent TreeSHAP), largest effect first; those not listed added nothing',
        items: closedObject<Explanation['contributions'][number]>('FeatureContribution', {
          feature: STRING,
          value: { type: ['number', 'null'], description: 'As the forest reads it; null when not known' },
          contribution: NUMBER,
          meaning: { ...STRING, description: 'What the feature is' },
        }),
      },
      text: TEXT,
      members: {
        type: 'array',
        description: 'The parts of the model: what each weighs and what it says',
        items: closedObject<Explanation['members'][number]>('ExplainedMember', {
          name: STRING,
          weight: NUMBER,
          value: NUMBER,
          meaning: STRING,
        }),
      },
      steps: {
        type: 'array',
        description: 'The numbers on the way from output to the answer',
        items: closedObject<Explanation['steps'][number]>('ExplainedStep', {
          name: STRING,
          value: NUMBER,
          meaning: STRING,
        }),
      },
      calibrated: {
        ...NUMBER,
        description: 'The number of the answer: confidence_score, predicted_amount or anomaly_score',
      },
      words: { type: 'array', items: STRING, description: 'What mattered most, in sentences' },
    },
    ['text'],
  ),
  description: 'Why; only where `explain` asked for it',
};

/** An explanation of a category, cut to what mattered most. */
export const EXPLANATION_EXAMPLE: Explanation = {
  explains: "The forest's probability of Food & Dining",
  unit: 'probability',
  base_value: 0.2643,
  output: 0.7625,
  contributions: [
    {
      feature: 'text_score',
      value: 4,
      contribution: 0.3882,
      meaning: "What the model's own text part reads: the likeliest class, or the expected value",
    },
    {
      feature: 'amount_global_percentile',
      value: 0.6535,
      contribution: 0.0928,
      meaning: 'Rank of the amount among all training amounts',
    },
    {
      feature: 'amount_cents',
      value: 0.5,
      contribution: 0.0172,
      meaning: 'Fraction of a major unit: prices end in .99, transfers in .00',
    },
  ],
  text: {
    bias: -1.7302,
    score: 1.4508,
    terms: [
      { term: 'coffee', kind: 'word', contribution: 0.7107 },
      { term: 'cents 50', kind: 'field', contribution: 0.3173 },
      { term: 'coffee shop', kind: 'word', contribution: 0.298 },
    ],
    rest: 1.855,
  },
  members: [
    { name: 'text', weight: 0.82, value: 0.8843, meaning: 'Words, letters and fields of the transaction' },
    {
      name: 'forest',
      weight: 0.18,
      value: 0.7625,
      meaning: 'The 52 features; its probability is what the contributions explain',
    },
  ],
  steps: [
    { name: 'joint', value: 0.8617, meaning: 'Probability after joining the members by their weights' },
    { name: 'calibrated', value: 0.87, meaning: 'Share of cases in which a guess this sure was right' },
  ],
  calibrated: 0.87,
  words: [
    'the word "coffee" speaks for Food & Dining',
    'the text weighs most (82 %) and gives Food & Dining 88 %',
    'a guess this sure was right in about 87 of 100 cases',
  ],
};
