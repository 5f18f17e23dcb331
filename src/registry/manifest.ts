import type { ModelName } from '../models/model.ts';

/** What is known about one immutable model version; `manifest.json` beside its bytes. */
export interface Manifest {
  readonly model: ModelName;
  /** `<format>.<n>.0`, n counting up from 0. */
  readonly version: string;
  readonly format: number;
  /** RFC 3339 instants. */
  readonly created_at: string;
  /** Instant of the newest transaction the model has seen. */
  readonly trained_until: string;
  /** SHA-256 and length of model.safetensors. */
  readonly sha256: string;
  readonly bytes: number;
  readonly feature_fingerprint: string;
  readonly node_version: string;
  readonly seed: number;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** What `model.probe` answered when it was trained; replayed at load. */
  readonly probes: readonly number[];
}
