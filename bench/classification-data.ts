import { createRng, nextInt, nextNormal, type Rng } from '../src/lib/rng.ts';

export interface ClassificationData {
  readonly rows: Float32Array;
  readonly labels: Uint16Array;
  readonly rowCount: number;
  readonly featureCount: number;
  readonly classCount: number;
}

/**
 * Gaussian clusters on the corners of a cube, two a class, each sheared by its own matrix, with redundant and noise
 * features and 1 % of labels at random: the structure of scikit-learn's `make_classification` (Guyon, 2003).
 */
export function makeClassification(
  rowCount: number,
  featureCount: number,
  classCount: number,
  seed: number,
  separation = 1.5,
): ClassificationData {
  const rng = createRng(seed);
  const informative = Math.ceil(featureCount * 0.4);
  const redundant = Math.ceil(featureCount * 0.2);
  const clusters = Array.from({ length: 2 * classCount }, () => ({
    centre: Float64Array.from({ length: informative }, () => (rng() < 0.5 ? -separation : separation)),
    shear: randomMatrix(informative, informative, rng),
  }));
  const mixture = randomMatrix(informative, redundant, rng);
  const rows = new Float32Array(rowCount * featureCount);
  const labels = new Uint16Array(rowCount);
  const plain = new Float64Array(informative);
  for (let row = 0; row < rowCount; row++) {
    const number = nextInt(rng, clusters.length);
    const cluster = clusters[number];
    const base = row * featureCount;
    for (let i = 0; i < informative; i++) plain[i] = nextNormal(rng);
    for (let i = 0; i < informative; i++) {
      let sum = cluster.centre[i];
      for (let j = 0; j < informative; j++) sum += plain[j] * cluster.shear[j * informative + i];
      rows[base + i] = sum;
    }
    for (let i = 0; i < redundant; i++) {
      let sum = 0;
      for (let j = 0; j < informative; j++) sum += rows[base + j] * mixture[j * redundant + i];
      rows[base + informative + i] = sum;
    }
    for (let i = informative + redundant; i < featureCount; i++) rows[base + i] = nextNormal(rng);
    labels[row] = rng() < 0.01 ? nextInt(rng, classCount) : number % classCount;
  }
  return { rows, labels, rowCount, featureCount, classCount };
}

function randomMatrix(from: number, to: number, rng: Rng): Float64Array {
  return Float64Array.from({ length: from * to }, () => 2 * rng() - 1);
}
