"""The reference for explanations: TreeSHAP of the shap package on trees written by bench/shap-reference.ts.

Usage: python3 shap_values.py FOLDER (holds job.json and one raw array a column). Prints one JSON object.
"""
import json
import os
import sys
import time

import numpy as np
import shap

folder = sys.argv[1]
with open(os.path.join(folder, "job.json")) as file:
    job = json.load(file)


def read(name, kind):
    return np.fromfile(os.path.join(folder, name), dtype=kind)


left = read("left.i32", "<i4")
right = read("right.i32", "<i4")
default = read("default.i32", "<i4")
feature = read("feature.i32", "<i4")
threshold = read("threshold.f64", "<f8")
value = read("value.f64", "<f8")
cover = read("cover.f64", "<f8")
rows = read("rows.f32", "<f4").reshape(-1, job["features"])
start = job["tree_start"]
trees = [
    {
        "children_left": left[begin:end],
        "children_right": right[begin:end],
        "children_default": default[begin:end],
        "features": feature[begin:end],
        "thresholds": threshold[begin:end],
        "values": value[begin:end].reshape(-1, 1),
        "node_sample_weight": cover[begin:end],
    }
    for begin, end in zip(start[:-1], start[1:])
]
explainer = shap.TreeExplainer(
    {"trees": trees, "input_dtype": np.float32, "internal_dtype": np.float64},
    feature_perturbation="tree_path_dependent",
)
times = []
values = []
for row in rows:
    begun = time.perf_counter()
    values.append(explainer.shap_values(row.reshape(1, -1), check_additivity=False).reshape(-1))
    times.append((time.perf_counter() - begun) * 1000)
print(
    json.dumps(
        {
            "shap": shap.__version__,
            "numpy": np.__version__,
            "base": float(np.asarray(explainer.expected_value).reshape(-1)[0]),
            "values": [list(map(float, row)) for row in values],
            "median_ms": float(np.median(times)),
        }
    )
)
