"""The jobs of `benchmarks/survival.py` in other packages; each is left out where it is not installed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import numpy as np

Data = Mapping[str, np.ndarray]
HERE = Path(__file__).parent


@contextmanager
def installed() -> Iterator[None]:
    """Imports of installed packages only: this folder has a `survival.py` of its own."""
    before = list(sys.path)
    sys.path[:] = [p for p in before if Path(p or ".").resolve() != HERE]
    try:
        yield
    finally:
        sys.path[:] = before


def r_seconds(job: str, data: Data, repeats: int) -> list[float]:
    """Seconds of each run of a job in R, reading and start-up not counted; nothing without Rscript."""
    if which("Rscript") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        for name, values in data.items():
            np.asarray(values, dtype=np.float64).ravel(order="F").tofile(Path(folder) / name)
        command = ["Rscript", str(HERE / "survival.R"), folder, job, str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def python_peers(job: str, data: Data) -> dict[str, Callable[[], object]]:
    """The same job in Python packages, ready to be called."""
    makers = {"lifelines": _lifelines, "sksurv": _sksurv, "statsmodels": _statsmodels, "survival": _survival}
    found = {}
    with installed(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for package, make in makers.items():
            run = make(job, data) if find_spec(package) is not None else None
            if run is not None:
                found[package] = run
    return found


def _lifelines(job: str, data: Data) -> Callable[[], object] | None:
    import lifelines
    import pandas as pd

    time, event = data["time"], data["event"]
    if job == "km":
        return lambda: lifelines.KaplanMeierFitter().fit(time, event)
    if job in ("cox", "cox-robust"):
        frame = pd.DataFrame(data["x"]).assign(time=time, event=event)
        robust = job == "cox-robust"
        return lambda: lifelines.CoxPHFitter().fit(frame, "time", "event", robust=robust)
    return None


def _sksurv(job: str, data: Data) -> Callable[[], object] | None:
    from sksurv.linear_model import CoxPHSurvivalAnalysis
    from sksurv.nonparametric import kaplan_meier_estimator
    from sksurv.util import Surv

    time, event = data["time"], data["event"].astype(bool)
    if job == "km":
        return lambda: kaplan_meier_estimator(event, time, conf_type="log-log")
    if job == "cox":
        y = Surv.from_arrays(event, time)
        return lambda: CoxPHSurvivalAnalysis(ties="efron").fit(data["x"], y)
    return None


def _statsmodels(job: str, data: Data) -> Callable[[], object] | None:
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    time, event = data["time"], data["event"]
    if job == "km":
        return lambda: SurvfuncRight(time, event)
    if job == "cox":
        return lambda: PHReg(time, data["x"], status=event, ties="efron").fit()
    if job == "log-rank":
        return lambda: survdiff(time, event, data["group"], strata=data["strata"])
    return None


def _survival(job: str, data: Data) -> Callable[[], object] | None:
    import survival

    time, event = data["time"], data["event"]
    if job == "km":
        y = survival.Surv(time, event)
        return lambda: survival.survfit(y, conf_type="log-log")
    if job in ("cox", "cox-robust", "cox-weighted", "finegray"):
        names = [f"x{j}" for j in range(data["x"].shape[1])]
        frame = {name: data["x"][:, j] for j, name in enumerate(names)} | {"time": time, "event": event}
        frame["id"] = np.arange(time.size)
        right = " + ".join(names)
        if job == "finegray":
            return lambda: _fine_gray(survival, frame, right)
        more = {} if job == "cox" else {"robust": True, "cluster": frame["id"]}
        if job == "cox-weighted":
            more["weights"] = data["weight"]
        return lambda: survival.coxph(f"Surv(time, event) ~ {right}", frame, **more)
    return None


def _fine_gray(survival: object, frame: dict[str, np.ndarray], right: str) -> object:
    import pandas as pd

    state = pd.Categorical.from_codes(frame["event"].astype(int), ["censored", "one", "two"])
    rows = pd.DataFrame({**frame, "state": state})
    long = survival.finegray(f"Surv(time, state) ~ {right} + id", rows, etype="one")  # type: ignore[attr-defined]
    formula = f"Surv(fgstart, fgstop, fgstatus) ~ {right}"
    return survival.coxph(formula, long, weights="fgwt", cluster="id")  # type: ignore[attr-defined]
