/** One figure that must hold. */
export interface Check {
  readonly what: string;
  readonly value: number;
  readonly comparison: '>=' | '<=';
  readonly bound: number;
}

/** One part of the quality run: a model on the data sets it is judged on. */
export interface Section {
  readonly name: string;
  readonly meaning: string;
  /** Files it needs, relative to the data folder. */
  readonly files: readonly string[];
  /** Prints what it measures with `say` and returns what must hold; `data` is the folder of the files. */
  readonly run: (data: string, say: (line: string) => void) => Promise<readonly Check[]>;
}
