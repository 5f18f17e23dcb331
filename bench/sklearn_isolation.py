"""The reference of the isolation-forest rows of `npm run bench kernels`: scikit-learn on the rows of bench/isolation.ts.

Usage: python3 sklearn_isolation.py FOLDER (holds job.json, rows.f32). Prints one JSON object.
"""
import json
import os
import pickle
import sys
import time

import numpy as np
from sklearn.ensemble import IsolationForest

folder = sys.argv[1]
with open(os.path.join(folder, "job.json")) as file:
    job = json.load(file)
rows = np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4").reshape(-1, job["features"])


def timed(repeats, work):
    times = []
    for repeat in range(repeats):
        start = time.perf_counter()
        result = work(repeat)
        times.append((time.perf_counter() - start) * 1000)
    return float(np.median(times)), result


def fit(seed):
    return IsolationForest(n_estimators=job["trees"], max_samples=job["max_samples"], random_state=seed, n_jobs=1).fit(rows)


fit(0)
fit_ms, model = timed(5, fit)
model.score_samples(rows[:1])
single_ms, _ = timed(job["singles"], lambda i: model.score_samples(rows[i : i + 1]))
batch_ms, _ = timed(3, lambda _: model.score_samples(rows))
print(json.dumps({"fit_ms": fit_ms, "single_us": single_ms * 1000, "batch_ms": batch_ms, "bytes": len(pickle.dumps(model))}))
