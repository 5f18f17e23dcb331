"""The reference of `npm run quality amount`: scikit-learn's regression forest on rows written by bench/quality/amount.ts.

Usage: python3 sklearn_regression.py FOLDER TRAIN_ROWS SEED (FOLDER holds rows.f32, values.f64). Prints the RMSE.
"""
import os
import sys

import numpy as np
from sklearn.ensemble import RandomForestRegressor

folder, train, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
values = np.fromfile(os.path.join(folder, "values.f64"), dtype="<f8")
rows = np.fromfile(os.path.join(folder, "rows.f32"), dtype="<f4").reshape(len(values), -1)
rows = np.where(np.isnan(rows), np.nanmedian(rows[:train], axis=0), rows)
model = RandomForestRegressor(100, n_jobs=2, random_state=seed).fit(rows[:train], values[:train])
print(float(np.sqrt(np.mean((model.predict(rows[train:]) - values[train:]) ** 2))))
