"""One job of `benchmarks/external.py` in one Python package: python external_peers.py FOLDER PACKAGE JOB REPEATS.

Prints a line for every run: its seconds, a number that has to agree, seconds of the processor. Reading and imports are
not counted.
"""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

Data = dict[str, np.ndarray]
Run = Callable[[], float]


def read(folder: Path) -> Data:
    """The arrays of a folder; ``x`` and ``weights`` are matrices by column."""
    data = {f.name: np.fromfile(f) for f in folder.iterdir()}
    for name in ("x", "weights"):
        if name in data:
            data[name] = data[name].reshape(data["z"].size, -1, order="F")
    return data


def scipy_optimal(data: Data) -> Run:
    """All distances, then the assignment; beyond the caliper a pair costs more than all others together."""
    from scipy.optimize import linear_sum_assignment

    treated, control = data["treated"], data["control"]
    reach = float(data["caliper"][0]) if "caliper" in data else np.inf

    def run() -> float:
        apart = np.abs(treated[:, None] - control)
        cost = np.where(apart <= reach, apart, 1e5) if reach < np.inf else apart
        rows, columns = linear_sum_assignment(cost)
        gap = np.abs(treated[rows] - control[columns])
        return float(gap[gap <= reach].sum())

    return run


def pymatchit(data: Data, method: str) -> Run:
    """Pairs of pymatchit-causal on a score that is given."""
    import pandas as pd
    from pymatchit import MatchIt

    score = np.concatenate([data["treated"], data["control"]])
    n1 = data["treated"].size
    frame = pd.DataFrame({"z": np.repeat([1, 0], [n1, score.size - n1]), "s": score})
    more = {}
    if "caliper" in data:  # it takes standard deviations of the score
        more["caliper"] = float(data["caliper"][0]) / score.std(ddof=1)

    def run() -> float:
        found = MatchIt(frame, method=method, distance=score, **more).fit("z ~ s").matches("wide")
        return float(len(found))

    return run


def sklearn_logistic(data: Data) -> Run:
    """Maximum likelihood by L-BFGS."""
    from sklearn.linear_model import LogisticRegression

    def run() -> float:
        fit = LogisticRegression(C=np.inf, solver="lbfgs", tol=1e-8, max_iter=1000).fit(data["x"], data["z"])
        return float(fit.coef_[0, 0])

    return run


def glum_logistic(data: Data) -> Run:
    """Maximum likelihood by IRLS."""
    from glum import GeneralizedLinearRegressor

    def run() -> float:
        fit = GeneralizedLinearRegressor(family="binomial", alpha=0, gradient_tol=1e-8, max_iter=100)
        return float(fit.fit(data["x"], data["z"]).coef_[0])

    return run


def pandas_balance(data: Data) -> Run:
    """One covariate and one weighting after the other; two of the eleven, each costs the same."""
    import pandas as pd

    frame = pd.DataFrame(data["x"])
    one = data["z"] == 1
    weightings = [np.ones(one.size), data["weights"][:, -1]]

    def run() -> float:
        for w in weightings:
            for name in frame:
                column = frame[name]
                ours, theirs = column[one], column[~one]
                m1, m0 = np.average(ours, weights=w[one]), np.average(theirs, weights=w[~one])
                v1 = np.average((ours - m1) ** 2, weights=w[one])
                v0 = np.average((theirs - m0) ** 2, weights=w[~one])
                last = (m1 - m0) / ours.std(), v1 / v0
        return float(last[0])

    return run


def tableone_balance(data: Data) -> Run:
    """The table of tableone with its standardized differences: the raw sample alone, it knows no weights."""
    import pandas as pd
    from tableone import TableOne

    names = [f"x{j}" for j in range(data["x"].shape[1])]
    frame = pd.DataFrame(data["x"], columns=names).assign(z=data["z"].astype(int))

    def run() -> float:
        table = TableOne(frame, columns=names, groupby="z", categorical=[], smd=True, decimals=6)
        return float(len(table.tableone))

    return run


MAKERS: dict[tuple[str, str], Callable[[Data], Run]] = {
    ("scipy", "optimal"): scipy_optimal,
    ("pymatchit", "optimal"): lambda d: pymatchit(d, "optimal"),
    ("pymatchit", "nearest"): lambda d: pymatchit(d, "nearest"),
    ("scikit-learn", "logistic"): sklearn_logistic,
    ("glum", "logistic"): glum_logistic,
    ("pandas, the same", "balance"): pandas_balance,
    ("tableone, no weights", "balance"): tableone_balance,
}


def main() -> None:
    """Time it."""
    folder, package, job, repeats = sys.argv[1:]
    warnings.simplefilter("ignore")
    run = MAKERS[package, job](read(Path(folder)))
    for _ in range(int(repeats)):
        before, worked = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(sys.stderr):  # some peers talk
            value = run()
        wall, worked = time.perf_counter() - before, time.process_time() - worked
        print(f"{wall:.6f} {value:.17g} {worked:.6f}")


if __name__ == "__main__":
    main()
