"""The reference of `npm run bench kernels`: scikit-learn's forest on the rows written by bench/kernels.ts.

Usage: python3 sklearn_forest.py FOLDER (holds job.json, rows.f32, labels.u16). Prints one JSON object.
"""
import json
import os
import pickle
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier

folder = sys.argv[1]
with open(os.path.join(folder, "job.json")) as file:
    job = json.load(file)
rows = np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4").reshape(-1, job["features"])
labels = np.fromfile(os.path.join(folder, "labels.u16"), dtype="<u2")
train = job["train"]


def timed(repeats, work):
    times = []
    for repeat in range(repeats):
        start = time.perf_counter()
        result = work(repeat)
        times.append((time.perf_counter() - start) * 1000)
    return float(np.median(times)), result


def fit(count, trees, jobs):
    return lambda seed: RandomForestClassifier(trees, n_jobs=jobs, random_state=seed).fit(rows[:count], labels[:count])


fit(1000, 10, 1)(0)
small_ms, _ = timed(5, fit(job["small_rows"], job["small_trees"], 1))
fit_ms, model = timed(job["repeats"], fit(train, job["trees"], 2))
accuracy = float((model.predict(rows[train:]) == labels[train:]).mean())
model.set_params(n_jobs=1)
single = []
for i in range(train, train + job["singles"] + 10):
    start = time.perf_counter()
    model.predict_proba(rows[i : i + 1])
    single.append((time.perf_counter() - start) * 1e6)
batch_ms = {str(n): timed(3, lambda _: model.predict_proba(rows[:n]))[0] for n in job["batches"]}
print(json.dumps({
    "version": sklearn.__version__,
    "small_ms": small_ms,
    "fit_ms": fit_ms,
    "accuracy": accuracy,
    "nodes": int(sum(tree.tree_.node_count for tree in model.estimators_)),
    "single_us": float(np.median(single[10:])),
    "batch_ms": batch_ms,
    "bytes": len(pickle.dumps(model)),
}))
