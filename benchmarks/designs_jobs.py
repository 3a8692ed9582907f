"""What `benchmarks/designs.py` times: the problem, our call with the numbers it found, the peers, and the floors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from onearm.stats.designs import bop2_design, predictive_design, simon_two_stage, single_stage
from onearm.stats.monitoring import Boundary, bop2, operating_characteristics, thall_simon_estey

Data = dict[str, np.ndarray]
TRIALS = 10_000
PAIRS = 10_000  # of lambda and gamma
GRID = np.arange(1, 101) / 100


@dataclass(frozen=True)
class Answer:
    """Numbers that a peer has to find too, and the standard deviation of each over single trials, for a peer that
    simulates."""

    numbers: np.ndarray
    spread: np.ndarray | None = None


@dataclass(frozen=True)
class Peer:
    """A job in R or in NumPy; seconds over ``per`` are compared with ours over the job's ``per``. With ``trials`` the
    peer simulates that many and has to agree within its error, otherwise to ``agrees``, relative to the number."""

    name: str
    kind: str
    job: str
    repeats: int = 3
    per: float = 1.0
    trials: int = 0
    agrees: float = 1e-9
    slow: bool = False
    limit: int = 600


@dataclass(frozen=True)
class Job:
    """A line of the table: ``ours`` is timed, ``answer`` turns what it found into numbers; ``floors`` by peer, and
    ``below`` in seconds. ``per`` is how many of what is compared one call does."""

    label: str
    data: Callable[[], Data]
    ours: Callable[[Data], object]
    answer: Callable[[Data, object], Answer]
    peers: tuple[Peer, ...]
    floors: tuple[tuple[str, float], ...] = ()
    below: float | None = None
    per: float = 1.0
    repeats: int = 9


def numbers(**values: object) -> Callable[[], Data]:
    """The same arrays every time."""
    return lambda: {name: np.atleast_1d(np.asarray(v, dtype=np.float64)) for name, v in values.items()}


CLINFUN = Peer("clinfun", "R", "clinfun")
PLAIN_SIMON = Peer("R, all designs", "R", "simon", slow=True)


def simon_job(p0: float, p1: float, alpha: float, beta: float, n_max: int, floor: float | None = None) -> Job:
    """Optimal, minimax and admissible designs; the numbers are cut-offs, expected n and early stops of all of them."""

    def ours(data: Data) -> object:
        *limits, most = data["limits"].tolist()
        return simon_two_stage(*limits, n_max=int(most))

    def answer(_: Data, found: object) -> Answer:
        rows = [(d.r1, d.n1, d.r, d.n, d.expected_n, d.pet) for d in found.admissible]
        return Answer(np.ravel(np.array(rows, dtype=np.float64)))

    far = n_max > 100
    return Job(
        f"Simon, {p0:g} v {p1:g}, {alpha:g} and {beta:g}, n up to {n_max}",
        numbers(limits=[p0, p1, alpha, beta, n_max]), ours, answer, (CLINFUN,) if far else (CLINFUN, PLAIN_SIMON),
        () if floor is None else (("clinfun", floor),), 2.0 if far else None,
    )  # fmt: skip


TRIAL, HISTORY = ((0.6, 1.4), (0.5, 1.5)), ((30.0, 70.0), (20.0, 60.0))
SHOWN = (0, 23, 37, 52, 68, 99)  # pairs that the peers simulate


def two_endpoints(pairs: slice) -> Callable[[], Data]:
    """The rule of the Multc Lean tutorial with 48 patients, a look after each, and pairs of true rates."""

    def make() -> Data:
        rule = tutorial()
        grid = np.array([(r, t) for r in np.linspace(0.1, 0.55, 10) for t in np.linspace(0.1, 0.5, 10)])
        chosen = grid[list(SHOWN)][pairs]
        return {
            "low": rule.low[0].astype(np.float64), "high": rule.high[1].astype(np.float64), "grid": grid,
            "pairs": chosen, "trials": np.array([float(TRIALS)]),
        }  # fmt: skip

    return make


def tutorial() -> Boundary:
    """Its integers."""
    return thall_simon_estey(48, TRIAL, HISTORY, cutoffs=(0.95, 0.95)).boundary


def endings(data: Data, found: object) -> Answer:
    """How trials end at the pairs that the peers simulate: few responses, toxicity, both, completion, patients."""
    oc = found
    at = [int(np.flatnonzero((oc.p == pair).all(axis=1))[0]) for pair in data["pairs"]]
    share = np.column_stack([oc.by_reason, oc.complete])[at]
    mean = np.column_stack([share, oc.expected_n[at]])
    return Answer(mean.ravel(), np.column_stack([np.sqrt(share * (1 - share)), oc.sd_n[at]]).ravel())


RULE = tutorial()
SIMULATED = Peer("NumPy, 10,000 trials", "python", "endings", repeats=9, per=len(SHOWN), trials=TRIALS)
LOOPED = Peer("R loop, 10,000 trials", "R", "endings", repeats=1, per=len(SHOWN), trials=TRIALS)


def characteristics_jobs() -> list[Job]:
    """A hundred pairs together, one pair alone, and everything from the priors on."""
    floors = (("NumPy, 10,000 trials", 5.0), ("R loop, 10,000 trials", 400.0))
    return [
        Job("two endpoints, 48 looks, a pair of rates, 100 together", two_endpoints(slice(None)),
            lambda d: operating_characteristics(RULE, d["grid"]), endings, (SIMULATED, LOOPED), floors, per=100),
        Job("the same, one pair alone", two_endpoints(slice(1, 2)),
            lambda d: operating_characteristics(RULE, d["pairs"]), endings,
            (replace(SIMULATED, per=1),)),
        Job("the same, tables, boundaries and 6 pairs", two_endpoints(slice(None)),
            lambda d: operating_characteristics(tutorial(), d["pairs"]), endings, (replace(SIMULATED, per=1),),
            below=0.006),
    ]  # fmt: skip


KINDS = {  # null, alternative, probabilities of both events, the first only, the second only, none, under each
    "binary": (0.2, 0.4),
    "nested": ((0.15, 0.30), (0.25, 0.50)),
    "co-primary": ((0.10, 0.20), (0.30, 0.35)),
    "efficacy-toxicity": ((0.45, 0.30), (0.60, 0.20)),
}
SOME = tuple(zip(np.linspace(0.55, 0.98, 20).round(2), np.tile([0.2, 0.5, 0.8, 1.0], 5), strict=True))


def bop2_job(kind: str, looks: tuple[int, ...], said: str) -> Job:
    """The search over 100 x 100 pairs; the peer simulates each rule under both hypotheses."""
    null, better = KINDS[kind]
    plan = numbers(looks=looks, kind=list(KINDS).index(kind), trials=TRIALS, pairs=PAIRS)

    def data() -> Data:
        rates = np.array([np.atleast_1d(null), np.atleast_1d(better)])
        return {**plan(), "rates": rates, "some": np.array(SOME)}

    def ours(_: Data) -> object:
        return bop2_design(null, better, looks, 0.1, kind=kind, lam=GRID, gamma=GRID)

    def answer(_: Data, found: object) -> Answer:
        """Chances of success, null and alternative, of twenty rules of the grid: what the search compares."""
        chances = np.array([success(bop2(looks, null, lam, gamma, kind=kind), found.rates) for lam, gamma in SOME])
        return Answer(chances.ravel(), np.sqrt(chances * (1 - chances)).ravel())

    def success(rule: object, rates: np.ndarray) -> np.ndarray:
        if kind == "nested":
            cells = [[p[0], 0.0, p[1] - p[0], 1 - p[1]] for p in rates[:2]]
            return operating_characteristics(rule, cells=cells).complete
        return operating_characteristics(rule, rates[:2] if rates.shape[1] == 2 else rates[:2, 0]).complete

    peer = Peer("NumPy, 10,000 trials a rule", "python", "bop2", repeats=1, trials=TRIALS)
    return Job(f"BOP2 {kind}, {said}", data, ours, answer, (peer,), below=2.0, repeats=5)


def predictive_job(p0: float, p1: float, alpha: float, beta: float, peers: tuple[Peer, ...]) -> Job:
    """The smallest trial of Lee and Liu's rule, a look after each patient from the tenth on, 200 theta_L."""

    def ours(data: Data) -> object:
        return predictive_design(*data["limits"].tolist(), prior=(p0, 1 - p0), n_max=300)

    def answer(_: Data, d: object) -> Answer:
        return Answer(np.array([d.n_max, d.success_at, d.alpha, d.power, d.expected_n[0], d.pet[0]], dtype=np.float64))

    label = f"predictive probability, {p0:g} v {p1:g}, {alpha:g} and {beta:g}"
    return Job(label, numbers(limits=[p0, p1, alpha, beta]), ours, answer, peers, below=2.0, repeats=5)


def single_job() -> Job:
    """One stage, the size from which every larger one works too."""

    def ours(data: Data) -> object:
        return single_stage(*data["limits"].tolist(), rule="stable")

    return Job("single stage, 0.1 v 0.3, 0.05 and 0.2", numbers(limits=[0.1, 0.3, 0.05, 0.2]), ours,
               lambda _, d: Answer(np.array([float(d.n)])), (Peer("rpact", "R", "rpact"),))  # fmt: skip


def all_jobs() -> list[Job]:
    """Every line of the table, in its order."""
    plain = (Peer("R, all rules", "R", "predictive", repeats=1, slow=True),)
    seven, each = tuple(range(10, 41, 5)), tuple(range(1, 41))
    return [
        simon_job(0.1, 0.3, 0.05, 0.2, 100, 10.0),
        simon_job(0.3, 0.5, 0.05, 0.2, 100, 10.0),
        simon_job(0.05, 0.2, 0.1, 0.1, 100, 10.0),
        simon_job(0.3, 0.5, 0.05, 0.2, 300),
        simon_job(0.3, 0.4, 0.05, 0.1, 300),
        *characteristics_jobs(),
        *(bop2_job(kind, seven, "looks at 10, 15 .. 40") for kind in KINDS),
        *(bop2_job(kind, each, "a look after each of 40") for kind in KINDS),
        predictive_job(0.2, 0.4, 0.1, 0.1, plain),
        predictive_job(0.2, 0.35, 0.05, 0.1, ()),
        predictive_job(0.3, 0.4, 0.05, 0.1, ()),
        single_job(),
    ]


JOBS = all_jobs()
