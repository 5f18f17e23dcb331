/** What may be asked of a transaction, under the names of the API: the single routes and the parts of a batch. */
export const PREDICTION_TYPES = ['category', 'amount', 'anomaly'] as const;
export type PredictionType = (typeof PREDICTION_TYPES)[number];
