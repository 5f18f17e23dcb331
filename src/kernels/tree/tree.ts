/** One grown classification tree, depth first; see node.ts for the words. */
export interface Tree {
  readonly classCount: number;
  readonly featureCount: number;
  /** Two words a node. */
  readonly nodes: Int32Array;
  /** Weight of the training sample that reached each node. */
  readonly cover: Float32Array;
  /** Distribution i of an impure leaf is entries leafStart[i] up to leafStart[i + 1]. */
  readonly leafStart: Uint32Array;
  readonly leafClass: Uint16Array;
  readonly leafProbability: Float32Array;
  /** Decrease of impurity by feature, weighted by the share of the sample (not normalised). */
  readonly gain: Float64Array;
}

/** One grown regression tree, depth first; see node.ts for the words. */
export interface RegressionTree {
  readonly featureCount: number;
  readonly nodes: Int32Array;
  readonly cover: Float32Array;
  /** Leaf i holds the values of entries leafStart[i] up to leafStart[i + 1]. */
  readonly leafStart: Uint32Array;
  /** Ascending levels of the training values in each leaf. */
  readonly leafRank: Uint16Array;
  /** Decrease of squared error by feature, as a share of the sample's weight (not normalised). */
  readonly gain: Float64Array;
}
