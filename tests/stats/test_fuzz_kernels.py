"""Every public kernel with odd input: an answer, or a ValueError in words. Nothing else, and no warning.

The kernels are found by their modules' public names, their arguments are drawn by the names of their parameters; a
kernel with a parameter that has no strategy here fails the test, so that none is left out. Where a record comes back
its methods are called in the same way. A refusal is in words when it names what it refuses.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MODULES = (
    "aipw", "balance", "bayes", "benchmark", "binomial", "competing", "concordance", "consistency", "cox", "describe",
    "designs", "imputation", "indirect", "intercurrent", "logistic", "matching", "monitoring", "multistate", "overlap",
    "parametric", "pipeline", "reconstruct", "resampling", "sensitivity", "standardise", "survival",
    "weighted_effects", "weighted_risk", "weighting",
)  # fmt: skip

ODD = [0.0, -1.0, 1e-300, 1e300, math.nan, math.inf, -math.inf, 1.0, 1 + 1e-12, 2.0**53, 5e-324]


def kernels() -> Iterator[Any]:
    for module in MODULES:
        home = import_module(f"onearm.stats.{module}")
        for name in home.__all__:
            thing = getattr(home, name)
            if inspect.isfunction(thing):
                yield pytest.param(thing, id=f"{module}.{name}")


sane = st.integers(1, 40).map(float)
times = st.one_of(sane, st.floats(0, 100), st.sampled_from(ODD))
flags = st.one_of(st.booleans(), st.integers(0, 1), st.sampled_from([0.0, 1.0, 2.0, math.nan]))


allowed = st.one_of(sane, sane, st.floats(0, 100), st.sampled_from([0.0, 1e-300, 1e300, 1 + 1e-12, 5e-324]))


def column(values: st.SearchStrategy[Any], n: int) -> st.SearchStrategy[Any]:
    """Mostly n values of the kind, sometimes another number of them, sometimes something else altogether."""
    good = st.lists(values, min_size=n, max_size=n)
    odd = st.one_of(
        st.lists(values, max_size=n + 2),
        st.sampled_from([None, [], "text", [None], np.zeros((2, 2)), np.array([2**62], dtype=np.int64), 3.0]),
    )
    as_array = good.map(lambda v: np.asarray(v))
    return st.one_of(good, good, good, as_array, odd)


def plain(values: st.SearchStrategy[Any], n: int) -> st.SearchStrategy[Any]:
    return st.lists(values, min_size=n, max_size=n)


def matrix(n: int) -> st.SearchStrategy[Any]:
    number = st.one_of(st.integers(-3, 3).map(float), st.floats(-10, 10), st.sampled_from(ODD))
    return st.integers(1, 3).flatmap(lambda p: st.lists(plain(number, p), min_size=n, max_size=n))


def tame_matrix(n: int) -> st.SearchStrategy[Any]:
    return st.integers(1, 2).flatmap(
        lambda p: st.lists(plain(st.integers(-2, 2).map(float), p), min_size=n, max_size=n)
    )


def alternate(n: int) -> st.SearchStrategy[Any]:
    """Every other one of n rows."""
    return st.just([i % 2 for i in range(n)])


def weight_models(n: int) -> st.SearchStrategy[Any]:
    """Weights of n rows whose groups are those of ``alternate``, known or from one covariate; none for one row."""
    from onearm.stats.weighted_effects import weight_model_entropy, weight_model_known

    z = [i % 2 for i in range(n)]
    if n < 2:
        return st.just("model")
    known = plain(st.one_of(st.just(1.0), st.floats(0.1, 5)), n)
    balanced = st.just(weight_model_entropy([i * 7 % 3 + i % 2 / 4 for i in range(n)], z)) if n > 4 else st.nothing()
    return st.one_of(known.map(lambda w: weight_model_known(w, z, estimand="ATT")), balanced)


def targets() -> st.SearchStrategy[Any]:
    """Numbers to reach, one for each of one to three columns, or none."""
    number = st.one_of(st.floats(-1, 1), st.sampled_from([0.5, 1.0, None, math.nan, 1e300, -1.0]))
    return st.integers(1, 3).flatmap(lambda p: st.lists(number, min_size=p, max_size=p))


def coordinates(a: list[list[float]], b: list[list[float]]) -> Any:
    """Places of two groups where there are any, else None."""
    try:
        return import_module("onearm.stats.matching").scaled_euclidean(a, b)
    except ValueError:
        return None


LABEL = st.sampled_from(["a", "b", "c"])
WEIGHT = st.one_of(st.just(1.0), st.floats(0, 5), st.sampled_from([0.0, -1.0, math.nan, 1e300]))
SMALL = st.one_of(st.integers(-2, 50), st.floats(-2, 50), st.sampled_from(ODD))
PROBABILITY = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, -0.1, 2.0, math.nan]))


def tamed(n: int) -> dict[str, st.SearchStrategy[Any]]:
    """Arguments most of which are allowed, so that there is an answer to read."""
    time, label = st.one_of(plain(sane, n), plain(allowed, n)), plain(LABEL, n)
    event, score = plain(st.booleans(), n), plain(st.floats(-3, 3), n)
    weight = st.one_of(st.none(), plain(st.one_of(st.just(1.0), st.floats(0, 5)), n))
    later = time.map(lambda v: [t + 41 for t in v])
    switch = plain(st.one_of(st.none(), allowed), n)
    return strategies(n) | {
        "time": later, "event": event, "group": label, "strata": st.one_of(st.none(), label), "weight": weight,
        "cluster": st.one_of(st.none(), label), "entry": st.one_of(st.none(), plain(sane, n)), "x": tame_matrix(n),
        "cause": plain(st.integers(0, 2), n), "covariates": tame_matrix(n), "score": score, "other": score,
        "switch_time": switch, "deviation_time": switch, "subject": st.just(list(range(n))), "start": plain(sane, n),
        "stop": later, "to_state": plain(st.one_of(LABEL, st.none()), n), "from_state": label,
        "treated": st.one_of(event, alternate(n)), "ended": event, "response_time": plain(sane, n), "end_time": later,
        "offset": score, "y": event,
        "cumulative_hazard": plain(allowed, n), "cuts": st.sampled_from([[], [3.0], [0.5, 44.0]]),
        "level": st.just(0.9), "rates": plain(allowed, 2), "shape": allowed, "scale": allowed, "sd_log": allowed,
        "mean_log": st.floats(-9, 9), "rate": allowed, "median": allowed,
        "survival_at": st.tuples(allowed, st.floats(0.01, 0.99)), "observed": st.integers(0, 9), "expected": allowed,
        "n": st.integers(5, 9), "p0": st.floats(0.01, 0.99), "x1": st.integers(0, 5), "n1": st.integers(5, 9),
        "x0": st.integers(0, 5), "n0": st.integers(5, 9), "table": plain(plain(st.integers(0, 9), 2), 2),
        "pair": st.just([i // 2 for i in range(n)]), "tau": allowed, "horizon": allowed,
        "window": allowed, "at": allowed, "rho": st.just(1.0), "gamma": st.just(0.0),
        "survival": plain(st.floats(0.01, 0.99), n).map(lambda v: sorted(v, reverse=True)),
        "reference_time": time.map(sorted), "reference_event": plain(st.booleans(), n),
        "reference_survival": plain(st.floats(0, 1), n).map(lambda v: sorted(v, reverse=True)),
        "risk_time": st.sampled_from([[0.0], [0.0, 20.0, 45.0], [0.0, 90.0]]),
        "at_risk": st.integers(1, 3).map(lambda k: [30.0, 20.0, 3.0][:k]),
        "total_events": st.integers(0, 30),
        "x_treated": tame_matrix(n), "x_control": tame_matrix(n), "target_means": targets(),
        "model": weight_models(n), "times": plain(sane, 2), "log_ab": st.floats(-2, 2), "se_ab": allowed,
        "log_cb": st.floats(-2, 2), "se_cb": allowed, "base_weight": weight,
    }  # fmt: skip


def strategies(n: int) -> dict[str, st.SearchStrategy[Any]]:
    """What a parameter of each name is drawn from, for n rows."""
    time, event = column(times, n), column(flags, n)
    label, weight = column(LABEL, n), st.one_of(st.none(), column(WEIGHT, n))
    x = st.one_of(matrix(n), tame_matrix(n), column(st.integers(-3, 3).map(float), n))
    return {
        "time": time, "event": event, "group": label, "strata": st.one_of(st.none(), label),
        "cluster": st.one_of(st.none(), label), "weight": weight, "entry": st.one_of(st.none(), time),
        "weights": st.one_of(weight, x), "share": PROBABILITY, "bounds": st.tuples(PROBABILITY, PROBABILITY),
        "grid": st.one_of(st.none(), column(SMALL, 3)), "bandwidth": st.one_of(st.none(), SMALL),
        "cause": column(st.one_of(st.integers(0, 2), st.sampled_from([-1, 0.5, 10**12])), n), "x": x,
        "covariates": st.one_of(st.none(), x), "score": column(st.one_of(SMALL, st.floats(-3, 3)), n),
        "switch_time": column(st.one_of(times, st.none()), n), "subject": column(st.integers(0, 4), n),
        "start": time, "stop": time, "from_state": label, "to_state": column(st.one_of(LABEL, st.none()), n),
        "treated": event, "pair": column(st.integers(0, 3), n), "y": event, "ever": event, "responded": event,
        "outcome": event, "ended": event, "response_time": time, "end_time": time,
        "offset": st.one_of(st.none(), column(SMALL, n)),
        "values": column(SMALL, n), "cumulative_hazard": time, "entry_hazard": st.one_of(st.none(), time),
        "labels_treated": column(LABEL, n), "labels_control": column(st.one_of(LABEL, SMALL), n + 1),
        "distance": st.one_of(matrix(n), st.lists(plain(st.floats(0, 5), 3), min_size=1, max_size=4)),
        "x_treated": x, "min_n": st.integers(-1, 3),
        "cutpoints": st.sampled_from(["sturges", "scott", "fd", "odd", 3, 0, None, [None, 2], [[0.0, 1.0]]]),
        "min_controls": st.sampled_from([0, 0.5, 1, 2, -1, math.nan, "odd"]),
        "subclasses": st.one_of(st.integers(0, 5), SMALL),
        "max_controls": st.sampled_from([math.inf, 1, 3, 0.5, math.nan]),
        "exact": st.one_of(st.none(), st.tuples(column(LABEL, n), column(LABEL, n + 1))),
        "estimand": st.sampled_from(["ATT", "ATE", "ATC", "odd"]), "caliper": st.one_of(st.none(), SMALL),
        "ratio": st.one_of(st.integers(-1, 4), st.floats(-2, 5)),
        "antiexact": st.tuples(column(LABEL, n), column(LABEL, n + 1)), "reuse_max": st.sampled_from([1, 2, 0, 1.5]),
        "unit": st.tuples(column(LABEL, n), column(LABEL, n + 1)), "width": SMALL, "replace": st.booleans(),
        "covariate_caliper": st.tuples(matrix(n), matrix(n + 1), st.lists(SMALL, max_size=2)),
        "order": st.sampled_from(["largest", "smallest", "closest", "farthest", "data", "random", "odd"]),
        "discard": st.sampled_from(["none", "treated", "control", "both", "odd"]),
        "sd": st.sampled_from(["pooled", "all", "treated", "odd"]),
        "coordinates": st.builds(coordinates, matrix(n), matrix(n + 1)),
        "score_treated": column(SMALL, n), "score_control": column(SMALL, n + 1), "w": column(WEIGHT, n),
        "cuts": st.lists(times, max_size=3), "at": times,
        "tau": times, "horizon": times, "window": times, "observed": st.integers(-1, 20), "expected": SMALL,
        "level": st.one_of(st.just(0.95), PROBABILITY), "rho": SMALL, "gamma": SMALL, "of": st.integers(0, 3),
        "n": SMALL, "x1": SMALL, "n1": SMALL, "x0": SMALL, "n0": SMALL, "p0": PROBABILITY, "p": PROBABILITY,
        "seed": st.integers(0, 3), "deviation_time": column(st.one_of(times, st.none()), n), "state": LABEL,
        "score_a": column(SMALL, n), "score_b": column(SMALL, n), "rates": column(WEIGHT, 2), "rate": SMALL,
        "median": SMALL, "survival_at": st.tuples(SMALL, PROBABILITY), "shape": SMALL,
        "scale": SMALL, "location": SMALL, "mean_log": SMALL, "sd_log": SMALL,
        "other": column(SMALL, n), "name": st.just("ever"), "robust": st.sampled_from([None, True, False]),
        "reverse": st.booleans(), "mid_p": st.booleans(), "interaction": st.booleans(), "markov": st.booleans(),
        "table": st.lists(st.lists(SMALL, min_size=2, max_size=2), min_size=1, max_size=3),
        "reference_time": column(times, n), "reference_event": column(flags, n),
        "reference_survival": column(PROBABILITY, n), "reference_x": SMALL, "reference_n": SMALL,
        "limits": st.lists(PROBABILITY, max_size=3),
        "survival": column(PROBABILITY, n), "risk_time": column(times, 3), "at_risk": column(SMALL, 3),
        "total_events": st.one_of(st.none(), SMALL),
        "kinds": st.lists(st.sampled_from(["number", "number", "category", "odd"]), min_size=1, max_size=3),
        "estimates": column(SMALL, n), "variances": column(WEIGHT, n), "df_complete": SMALL,
        "p_values": column(PROBABILITY, n),
        "donors": st.integers(0, 3), "imputations": st.integers(0, 3), "iterations": st.integers(0, 5),
        "numbers": st.sampled_from(["pmm", "normal", "odd"]),
        "x_control": x, "target_means": targets(), "target_sds": targets(), "target_medians": targets(),
        "base_weight": weight, "tolerance": PROBABILITY, "stabilized": st.booleans(), "firth": st.booleans(),
        "total": st.sampled_from(["population", "group", "odd"]), "threshold": PROBABILITY, "quantile": PROBABILITY,
        "cap": SMALL, "measure": st.sampled_from(["difference", "ratio", "odds-ratio", "odd"]),
        "model": st.one_of(weight_models(n), st.just("model")), "times": column(times, 2), "low": SMALL, "high": SMALL,
        "log_ab": SMALL, "se_ab": SMALL, "log_cb": SMALL, "se_cb": SMALL, "log": st.booleans(),
    }  # fmt: skip


def borrowed(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Arguments of the kernels for borrowing and for sensitivity, allowed ones or odd ones."""
    number = st.integers(1, 40).map(float) if tame else SMALL
    share = st.floats(0.01, 0.99) if tame else PROBABILITY
    prior = beta_or_gamma(st.just(True) if tame else st.booleans())
    pair = st.tuples(st.integers(0, 9), st.integers(9, 30)) if tame else st.one_of(st.tuples(SMALL, SMALL), SMALL)
    return {
        "prior": prior, "prior1": prior, "prior0": prior, "first": prior, "second": prior, "informative": prior,
        "historical": pair, "current": pair, "events": st.integers(0, 9) if tame else SMALL, "size": number,
        "delta": st.floats(0.1, 0.5) if tame else SMALL, "effect": st.floats(-0.2, 0.2) if tame else SMALL,
        "estimate": st.floats(0.5, 2) if tame else SMALL, "low": st.floats(0.1, 0.5) if tame else SMALL,
        "high": st.floats(2, 5) if tame else SMALL, "ratio": st.floats(1.1, 5) if tame else SMALL,
        "rr_eu": st.floats(1, 5) if tame else SMALL, "rr_ud": st.floats(1, 5) if tame else SMALL,
        "rr_confounder": st.floats(1, 5) if tame else SMALL, "sensitivity": share, "specificity": share,
        "probabilities": plain(share, 4), "missing1": st.integers(0, 3) if tame else SMALL, "p1": share, "r": number,
    }  # fmt: skip


def designed(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Arguments of designs and stopping rules: small trials, or odd ones."""
    share = st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5, 0.7]) if tame else PROBABILITY
    whole = st.integers(1, 20) if tame else SMALL
    looks = st.sampled_from([[5, 10, 15], [4, 8, 12, 16]]) if tame else column(st.integers(-1, 20), 3)
    beta = st.tuples(st.sampled_from([0.2, 0.5, 1.0, 3.0]), st.sampled_from([0.8, 1.0, 7.0]))
    mixture = st.just([(0.75, 1, 1), (0.25, 25, 15)])
    prior = st.one_of(beta, beta, mixture) if tame else st.one_of(beta, mixture, plain(SMALL, 2), SMALL)
    return {
        "p0": st.sampled_from([0.05, 0.1, 0.2]) if tame else PROBABILITY,
        "p1": st.sampled_from([0.3, 0.4, 0.6]) if tame else PROBABILITY,
        "p": share, "alpha": share, "beta": share, "n_max": st.integers(10, 30) if tame else SMALL,
        "x": st.integers(0, 9) if tame else SMALL, "n": whole, "r1": st.integers(0, 4) if tame else SMALL,
        "n1": whole, "r": whole, "prior": prior, "looks": looks, "threshold": share, "cutoff": share,
        "low": column(st.integers(-1, 20), 3), "high": column(st.integers(-1, 20), 3),
        "low_means": st.sampled_from(["", "futility", "odd", None]), "together": st.booleans(),
        "high_means": st.sampled_from(["", "harm", "odd", ("harm", "harm")]),
        "futility": st.sampled_from([0.05, 0.7]) if tame else PROBABILITY, "strict": st.booleans(),
        "efficacy": st.sampled_from([0.9, 0.99]) if tame else PROBABILITY, "name": st.sampled_from(["VOD", "", None]),
        "harm": st.sampled_from([0.8, 0.95]) if tame else PROBABILITY,
        "n_min": st.integers(5, 20) if tame else SMALL, "every": st.integers(1, 5) if tame else SMALL,
        "first_look": st.integers(2, 9) if tame else SMALL,
        "choose": st.sampled_from(["power", "expected-n", "odd"]),
        "experimental": prior, "standard": prior, "delta": st.sampled_from([0.0, 0.15, -0.1]) if tame else SMALL,
        "efficacy_delta": st.sampled_from([0.0, 0.05]) if tame else SMALL, "mean": share, "width": share,
        "concentration": st.sampled_from([2.0, 10.0]) if tame else SMALL,
        "cohort": st.integers(1, 5) if tame else SMALL,
        "margins": st.sampled_from([(0.0, 0.0), (0.15, 0.05)]) if tame else plain(SMALL, 2),
        "reading": st.sampled_from(["multc-lean", "multc99", "odd"]),
        "names": st.sampled_from([("response",), ("response", "toxicity"), (), "a"]),
    }  # fmt: skip


def errors(known: dict[str, Any], tame: bool) -> dict[str, Any]:
    """Limits of error that a design can meet."""
    share = st.sampled_from([0.05, 0.1, 0.2]) if tame else PROBABILITY
    return {"alpha": share, "beta": share}


def two_stages(known: dict[str, Any], tame: bool) -> dict[str, Any]:
    """Cut-offs and sizes of a two-stage design."""
    ends = {"r1": (0, 3), "n1": (4, 9), "r": (3, 9), "n": (10, 20), "x": (0, 12)}
    return {k: st.integers(*v) if tame else known[k] for k, v in ends.items()}


def null_distribution(which: int) -> Any:
    """A distribution of times, some of them odd."""
    named = import_module("onearm.stats.parametric")
    return (named.weibull(0.5, survival_at=(3, 0.6)), named.exponential(rate=0.1), named.piecewise([0.0, 0.2], [3.0]),
            named.exponential(rate=1e-300), named.weibull(9.0, 20.0), "weibull")[which]  # fmt: skip


def small_rule(endpoints: int) -> Any:
    """A rule on one kind of event or two."""
    boundary = import_module("onearm.stats.monitoring").boundary
    if endpoints == 1:
        return boundary([5, 10], high=[3, 4], high_means="harm", n_max=12)
    return boundary([4, 8], low=[[0, 2], [0, 1]], low_means="futility", together=True, names=("a", "b"))


def survival_design(known: dict[str, Any], tame: bool) -> dict[str, Any]:
    """Arguments of designs for the one-sample log-rank test."""
    return {
        "null": st.integers(0, 4 if tame else 5).map(null_distribution),
        "hazard_ratio": st.floats(0.3, 0.6) if tame else PROBABILITY, "follow_up": sane if tame else times,
        "accrual_rate": st.one_of(sane, times), "accrual_time": st.one_of(st.none(), times),
        "restricted": st.booleans(), "variance": st.sampled_from(["expected", "mean", "odd"]),
        "drift": st.sampled_from(["exact", "OneArm2stage", "odd"]), "earliest": PROBABILITY,
        "stop_at_least": PROBABILITY, "alpha": st.sampled_from([0.05, 0.1]) if tame else PROBABILITY,
        "beta": st.sampled_from([0.1, 0.2]) if tame else PROBABILITY,
    }  # fmt: skip


def count_rules(tame: bool) -> st.SearchStrategy[Any]:
    """Boundaries on one or two endpoints, and now and then something that is none."""
    make = import_module("onearm.stats.monitoring").boundary
    one = make([5, 10], low=[0, 3], high=[5, 11], low_means="futility", high_means="efficacy")
    limits = {"low": [[0, 2], [-1, -1]], "high": [[5, 11], [3, 5]], "names": ("response", "toxicity")}
    two = [make([4, 10], n_max=12, together=t, **limits) for t in (False, True)]
    return st.sampled_from([one, *two] if tame else [one, *two, make([30_000]), None, 3])


def cut(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Arguments of rules with the cut-off lambda (n / N)^gamma."""
    share = st.sampled_from([0.1, 0.2, 0.3, 0.5]) if tame else PROBABILITY
    null = st.one_of(share, st.sampled_from([(0.1, 0.3), (0.2, 0.5)]), plain(share, 2))
    return {
        "null": null, "p0": null, "suspension": st.sampled_from(["table", "prose", "odd"]),
        "alternative": st.one_of(st.just(0.7), plain(share, 2), st.just((0.4, 0.6))),
        "lam": st.sampled_from([0.5, 0.9, 1.0]) if tame else SMALL, "gamma": st.floats(0, 1) if tame else SMALL,
        "kind": st.sampled_from(["binary", "nested", "co-primary", "efficacy-toxicity", "odd"]),
    }  # fmt: skip


def gamma_times(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Inverse gamma priors and margins of a rule on event times."""
    pair = st.tuples(st.floats(0.5, 60), st.floats(1, 300)) if tame else st.one_of(st.tuples(SMALL, SMALL), SMALL)
    return {
        "standard": pair, "experimental": pair, "cutoff": st.floats(0.001, 0.2) if tame else PROBABILITY,
        "delta": st.one_of(st.just(0.0), st.floats(0, 5)) if tame else SMALL,
        "parameter": st.sampled_from(["mean", "median", "odd"]),
    }  # fmt: skip


def grid(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Grids of lambda and gamma."""
    steps = st.sampled_from([None, [0.3, 0.6, 0.9], [0.5]]) if tame else st.one_of(column(SMALL, 2), st.none())
    return {"lam": steps, "gamma": steps, "association": st.sampled_from([1.0, 1.0, 3.0]) if tame else SMALL,
            "alpha": st.sampled_from([0.1, 0.3]) if tame else PROBABILITY}  # fmt: skip


def joint(tame: bool, looks: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Arguments of rules with looks of their own for each endpoint."""
    some = st.sampled_from([[5, 10, 15], [15], [3, 6, 15]]) if tame else looks
    two = st.sampled_from([(0.3, 0.4), (0.2, 0.3)]) if tame else plain(PROBABILITY, 2)
    three = st.sampled_from([(0.1, 0.2, 0.2), (0.3, 1, 1)]) if tame else st.one_of(plain(PROBABILITY, 3), SMALL)
    return {"efficacy_looks": some, "toxicity_looks": some, "null": two, "alpha": three,
            "alternative": st.just((0.6, 0.1)) if tame else plain(PROBABILITY, 2)} | (
                {} if not tame else {"lam": st.sampled_from([[0.5, 0.9], [0.8, 0.95]])})  # fmt: skip


def printed_numbers(tame: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Numbers as a paper prints them, and what is none."""
    shown = st.sampled_from(["5.19", "0.53", "92", "91.7", "0.50", "1.2", ".05"])
    value = shown if tame else st.one_of(shown, SMALL, st.sampled_from(["", "x", "1e5", "-3", "9" * 40, None, True]))
    whole = st.integers(0, 60) if tame else SMALL
    return {
        "count": whole, "n": whole, "x": whole, "n_max": st.integers(1, 500) if tame else SMALL, "percent": value,
        "mean": value, "sd": value, "low": value, "high": value, "hr": value, "p": value, "decimals": whole,
        "items": st.integers(1, 3) if tame else SMALL,
        "rounding": st.sampled_from(["half-up", "half-even", "half-down", "truncate", "any", "odd"]),
        "p_sign": st.sampled_from(["=", "<", ">=", "odd"]),
        "text": st.sampled_from(["t(28) = 2.20, p = .03", "F(2, 0.5)=3, p<.05", "t(0)=1, p=.5", "r(9)=.999, p=1", "",
                                 None, "z=-9e9, p=.1", "chi2(1.5)=3, p=.1", "X2(9999)=99999, p=0.000",
                                 "Q(3) = .0, p > .99"]),
    }  # fmt: skip


def two_priors(prior: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Priors of response and toxicity, or Dirichlet parameters, or neither."""
    return st.one_of(plain(prior, 2), st.just([0.3, 0.7, 0.2, 0.8]), st.sampled_from([None, 1.0, "odd", [1, 2, 3]]))


def beta_or_gamma(sure: st.SearchStrategy[bool]) -> st.SearchStrategy[Any]:
    """Mixtures, and now and then something that is none."""
    from onearm.stats.bayes import beta_mixture, gamma_mixture

    size = st.sampled_from([1e-6, 0.5, 1.0, 3.0, 40.0, 1e9])
    made = st.builds(lambda k, w, a, b: k([w, 1 - w], a, b), st.sampled_from([beta_mixture] * 3 + [gamma_mixture]),
                     st.floats(0, 1), plain(size, 2), plain(size, 2))  # fmt: skip
    return sure.flatmap(lambda yes: made if yes else st.sampled_from([None, 0.5, "beta"]))


def drawn(draw: Callable[[Any], Any], kernel: Any) -> tuple[list[Any], dict[str, Any]]:
    """Arguments for a kernel: all required ones, and some of the others."""
    kind = tamed if draw(st.booleans()) else strategies
    known = kind(draw(st.sampled_from([0, 1, 2, 5, 8, 12])))
    if kernel.__module__.startswith(BORROWING):
        known |= borrowed(kind is tamed)
        known |= OWN.get(kernel.__name__, lambda k: {})(known)
    if any(kernel.__name__ in import_module(f"onearm.stats.{m}").__all__ for m in ("designs", "monitoring")):
        known |= designed(kind is tamed)
        known |= DESIGNS.get(kernel.__name__, lambda k, tame: {})(known, kind is tamed)
    if kernel.__module__.startswith(("onearm.stats._consistency", "onearm.stats._audit")):
        known |= printed_numbers(kind is tamed)
        known |= {"percent": st.booleans()} if kernel.__name__ in ("grim", "interval_method") else {}
    positional, named = [], {}
    for name, parameter in inspect.signature(kernel).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if name in SPECIAL.get(kernel.__name__, {}):
            value = SPECIAL[kernel.__name__][name]
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                named[name] = value
            else:
                positional.append(value)
        elif parameter.default is inspect.Parameter.empty:
            assert name in known, f"{kernel.__name__}: no strategy for its parameter {name}"
            value = draw(known[name])
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                named[name] = value
            else:
                positional.append(value)
        elif name in known and draw(st.integers(0, 3)) == 0:
            named[name] = draw(known[name])
    return positional, named


BORROWING = ("onearm.stats._bayes", "onearm.stats._bias", "onearm.stats._sensitivity")
OWN: dict[str, Callable[[Any], dict[str, Any]]] = {
    "beta_mixture": lambda k: {"weight": st.just(1.0), "a": SMALL, "b": SMALL},
    "gamma_mixture": lambda k: {"weight": st.just(1.0), "a": SMALL, "b": SMALL},
    "negative_control": lambda k: {"estimate": k["values"], "std_error": k["values"]},
    "tipping_dropout": lambda k: {"dropout": k["event"], "horizon": st.sampled_from([100.0, -1.0, math.nan])},
    "robust_map": lambda k: {"weight": PROBABILITY},
    "map_prior": lambda k: {"n": k["values"], "r": k["values"]},
}
"""Arguments by the same name that mean something else in one of these kernels."""

DESIGNS: dict[str, Callable[[Any, bool], dict[str, Any]]] = {
    "operating_characteristics": lambda k, tame: {
        "boundary": count_rules(tame),
        "p": st.one_of(k["p"], plain(k["p"], 2), column(PROBABILITY, 2)),
        "association": st.sampled_from([1.0, 0.2, 5.0]) if tame else SMALL,
        "cells": st.sampled_from([[0.1, 0.2, 0.3, 0.4], [[0.2, 0, 0.3, 0.5]], [0.5, 0.5]]),
    },
    "log_rank_design": lambda k, tame: survival_design(k, tame),
    "log_rank_two_stage": lambda k, tame: survival_design(k, tame) | {"n_max": st.integers(1, 60)},
    "simulate_monitoring": lambda k, tame: {
        "boundary": st.sampled_from([small_rule(1), small_rule(2), "rule"]),
        "p": st.one_of(k["p"], plain(k["p"], 2)),
        "window": st.one_of(times, plain(times, 2)),
        "accrual": times,
        "pending": st.sampled_from(["exclude", "wait", "count-as-no", "fractional", "suspend", "odd"]),
        "arrivals": st.sampled_from(["poisson", "even", "odd"]),
        "replicates": st.sampled_from([100, 150, 0, math.nan]),
        "onset": st.sampled_from(["uniform", "odd", null_distribution(0), (null_distribution(0), "uniform")]),
        "association": times,
        "cells": st.sampled_from([(0.1, 0.2, 0.3, 0.4), None, (1, 0, 0, 0), 2]),
        "executor": st.none(),
    },
    "accrual_forecast": lambda k, tame: {
        "days": plain(sane, 5) if tame else column(times, 5),
        "opened": times,
        "as_of": st.just(50.0) if tame else times,
        "prior": st.tuples(times, times),
    },
    "simulate_event_forecast": lambda k, tame: {
        "exposure": times,
        "events": st.integers(0, 9) if tame else SMALL,
        "target": SMALL,
        "horizon": times,
        "at_risk": st.integers(0, 9) if tame else SMALL,
        "prior": st.tuples(times, times),
        "enrolled": st.integers(0, 9) if tame else SMALL,
        "remaining": st.integers(0, 9) if tame else SMALL,
        "accrual_time": times,
        "accrual_prior": st.tuples(times, times),
        "replicates": st.sampled_from([100, 150, 0]),
    },
    "event_forecast": lambda k, tame: {
        "exposure": times,
        "events": st.integers(0, 9) if tame else SMALL,
        "target": SMALL,
        "horizon": times,
        "at_risk": st.integers(0, 9) if tame else SMALL,
        "entries": column(times, 3),
        "prior": st.tuples(times, times),
    },
    "continuation": lambda k, tame: {
        "boundary": st.just(
            import_module("onearm.stats.monitoring").boundary([10, 29], low=[1, 5], low_means="futility")
        )
    },
    "safety_boundary": lambda k, tame: {
        "looks": st.one_of(k["looks"], k["n_max"]),
        "shape": st.floats(0, 0.5) if tame else SMALL,
        "kind": st.sampled_from(["beta-binomial", "pocock", "obrien-fleming", "wang-tsiatis", "sprt", "maxsprt", "x"]),
        "statistic": st.sampled_from(["exact", "normal", "odd"]),
        "strict": st.booleans(),
        "name": st.just("VOD"),
        "first_look": st.integers(1, 4) if tame else SMALL,
        "every": st.integers(1, 4) if tame else SMALL,
        "n_max": st.none(),
    },
    "time_to_event_boundary": lambda k, tame: gamma_times(tame) | {"events": k["n"]},
    "time_to_event_characteristics": lambda k, tame: {
        "rule": st.just(import_module("onearm.stats.monitoring").time_to_event_boundary(5, (4, 8), (2, 3), cutoff=0.1)),
        "true_mean": st.sampled_from([2.0, [1.0, 4.0]]) if tame else column(times, 2),
        "n_max": st.integers(1, 5),
        "accrual": st.sampled_from([0.5, 2.0]) if tame else SMALL,
        "minimum": st.integers(0, 3),
        "executor": st.none(),
        "arrivals": st.sampled_from(["poisson", "even", "odd"]),
        "look": st.sampled_from(["event", "enrolment", "odd"]),
        "follow_up": st.sampled_from([0.0, 1.0]) if tame else SMALL,
        "replicates": st.integers(1, 20),
    },
    "boundary": lambda k, tame: {"n": k["looks"]},
    "simon_two_stage": lambda k, tame: {"n_max": st.integers(10, 60)} | errors(k, tame),
    "single_stage": lambda k, tame: {"rule": st.sampled_from(["smallest", "stable", "odd"])} | errors(k, tame),
    "fleming": lambda k, tame: errors(k, tame),
    "two_stage_design": lambda k, tame: two_stages(k, tame),
    "two_stage_inference_unplanned": lambda k, tame: (
        two_stages(k, tame)
        | {
            "x1": st.integers(1, 8) if tame else SMALL,
            "x2": st.integers(0, 9) if tame else SMALL,
            "n2": st.integers(5, 20) if tame else SMALL,
            "level": st.sampled_from([0.9, 0.5, 1.0, 0.0]),
        }
    ),
    "two_stage_inference": lambda k, tame: two_stages(k, tame) | {"level": st.sampled_from([0.9, 0.5, 1.0, 0.0])},
    "elicit_beta": lambda k, tame: {"level": st.sampled_from([0.9, 0.95, 1.0, 0.0])},
    "thall_simon_estey": lambda k, tame: {
        "experimental": two_priors(k["prior"]),
        "standard": two_priors(k["prior"]),
        "looks": st.just([3, 6, 9]) if tame else k["looks"],
        "cutoffs": st.just((0.95, 0.95)) if tame else k["margins"],
    },
    "bop2": lambda k, tame: cut(tame),
    "bop2_design": lambda k, tame: cut(tame) | grid(tame),
    "top": lambda k, tame: cut(tame),
    "bop2_te": lambda k, tame: cut(tame) | joint(tame, k["looks"]),
    "bop2_te_design": lambda k, tame: cut(tame) | grid(tame) | joint(tame, k["looks"]),
}
"""The same for designs and stopping rules; the second argument says whether only allowed values are wanted."""

SPECIAL: dict[str, dict[str, Any]] = {
    "reconstruct_repeatedly": {"error_time": 0.1, "error_survival": 0.01, "repeats": 2},
    "pool_repeats": {"statistic": lambda q: (q, 1.0), "arms": [1.0, 2.0]},
    "bootstrap": {"statistic": np.mean, "replicates": 5},
    "commensurate": {"spike_slab": (0.5, 200.0, 0.1, 2.0)},
    "probabilistic_bias": {"draws": 200, "sensitivity": (("beta", 20, 3),), "specificity": (("uniform", 0.9, 1.0),)},
    "tipping_borrowing": {"historical": (4, 20), "amount": [0.0, 0.5, 1.0]},
    "tipping_dropout": {"imputations": 2},
    "simulate_monitoring": {"p": 0.3},
    "log_rank_design": {"accrual_rate": 5.0},
    "bootstrap_cox": {"replicates": 5},
    "bootstrap_matched": {"replicates": 5},
    "bootstrap_weighted": {"replicates": 5},
    "bootstrap_survival": {"replicates": 5},
    "clone_censor_weight": {"replicates": 2},
    "time_varying": {"transform": np.sqrt},
}
"""Arguments that are not drawn, by kernel: what cannot be odd without being another function."""


WORDS = {
    "side": ("low", "high", "odd", None),
    "endpoint": ("response", "toxicity", "odd"),
    "kind": ("survival", "rmst", "lp", "risk", "martingale", "deviance", "score", "schoenfeld", "dfbeta", "odd"),
    "rule": ("smallest", "midpoint", "type-one", "green-dahlberg", "odd"),
    "interval": ("log-log", "log", "plain", "odd"),
    "denominator": ("treated", "pooled", "all", "odd"),
}


def asked(draw: Callable[[Any], Any], record: Any, method: Any) -> dict[str, Any]:
    """Arguments for a method of a record; covariates mostly have as many columns as it has coefficients."""
    columns = np.size(getattr(record, "coef", ())) or draw(st.integers(1, 3))
    number = st.one_of(st.integers(-3, 3).map(float), st.floats(-10, 10), st.sampled_from(ODD))
    x = st.one_of(st.lists(plain(number, columns), min_size=1, max_size=3), plain(number, columns), matrix(2))
    several = st.one_of(column(times, 3), times)
    known: dict[str, st.SearchStrategy[Any]] = {
        "times": several, "p": st.one_of(PROBABILITY, st.lists(PROBABILITY, max_size=3)), "tau": times,
        "cumulative": several, "level": PROBABILITY, "x": x, "varying": x, "cause": st.integers(0, 3),
        "n": st.integers(-1, 5), "of": st.integers(-1, 5), "rng": st.integers(0, 3).map(np.random.default_rng),
        "points": st.integers(-1, 9), "endpoint": st.integers(-1, 2), "follow_up": column(PROBABILITY, 3),
        "q": PROBABILITY, "r": st.integers(-1, 5), "events": SMALL, "exposure": SMALL, "per_unit": SMALL,
        "time": SMALL, "size": SMALL, "interval": st.integers(-1, 2),
        "n1": st.integers(-1, 5), "x1": st.integers(-1, 9), "alpha": PROBABILITY,
        "share1": PROBABILITY, "share0": PROBABILITY, "estimate": SMALL, "std_error": SMALL,
        "df": st.integers(-1, 6), "extend": st.booleans(), "centred": st.booleans(),
        "observed": st.integers(0, 9), "expected": SMALL, "stage": st.integers(0, 3), "day": SMALL,
        "cap": SMALL, "collapse": column(st.integers(0, 2), draw(st.sampled_from([1, 2, 5, 8, 12]))),
    } | {k: st.sampled_from(v) for k, v in WORDS.items()}  # fmt: skip
    if "array" not in str(inspect.signature(method).parameters.get("p", "")).lower():
        known["p"] = PROBABILITY
    chosen = {}
    for name, parameter in inspect.signature(method).parameters.items():
        assert name in known, f"{method.__qualname__}: no strategy for its parameter {name}"
        if parameter.default is inspect.Parameter.empty or draw(st.booleans()):
            chosen[name] = draw(known[name])
    return chosen


def readings(record: Any) -> Iterator[tuple[Any, Any]]:
    """A record's public methods, and those of the records it holds, each with its record."""
    if not dataclasses.is_dataclass(record):
        return
    for name, method in inspect.getmembers(record, inspect.ismethod):
        if not name.startswith("_"):
            yield record, method
    for item in dataclasses.fields(record):
        held = getattr(record, item.name)
        if type(held).__name__ in PUBLIC:
            yield from readings(held)


PUBLIC = {name for module in MODULES for name in import_module(f"onearm.stats.{module}").__all__}


def in_words(problem: ValueError, names: set[str]) -> bool:
    """Whether a refusal names what is refused: it begins with a parameter, or holds one of more than two letters."""
    said = str(problem)
    named = any(re.match(rf"{k}\b", said) or (len(k) > 2 and re.search(rf"\b{k}\b", said)) for k in names)
    return "\n" not in said and (named or said.startswith(UNNAMED))


UNNAMED = ("give exactly one of", "ever says whether")
"""How refusals begin that name no parameter."""


def unexplained(answer: Any) -> bool:
    """Whether a record holds a p-value or statistic without a number and without words for why."""
    if not dataclasses.is_dataclass(answer) or not hasattr(answer, "message"):
        return False
    numbers = [getattr(answer, k) for k in ("p_value", "statistic") if hasattr(answer, k)]
    missing = any(np.size(v) == 1 and not np.isfinite(np.asarray(v, dtype=float)).all() for v in numbers)
    return missing and not answer.message


def read(draw: Callable[[Any], Any], answer: Any, depth: int = 2) -> None:
    """Call one reading of a record, and one of what it gives."""
    ways = list(readings(answer))
    if not ways or not depth:
        return None
    record, method = ways[draw(st.integers(0, len(ways) - 1))]
    chosen = asked(draw, record, method)
    try:
        given = method(**chosen)
    except ValueError as problem:
        said = problem
    else:
        return read(draw, given, depth - 1)
    assert in_words(said, set(inspect.signature(method).parameters)), said
    return None


@pytest.mark.parametrize("kernel", list(kernels()))
@given(data=st.data())
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_an_answer_or_words(kernel: Any, data: st.DataObject) -> None:
    positional, named = drawn(data.draw, kernel)
    try:
        answer = kernel(*positional, **named)
    except ValueError as problem:
        refusal = problem
    else:
        assert not unexplained(answer), answer
        for _ in range(3):
            read(data.draw, answer)
        return
    assert in_words(refusal, set(inspect.signature(kernel).parameters)), refusal
