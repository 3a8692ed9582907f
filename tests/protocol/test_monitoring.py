"""Stopping rules of a protocol: what is refused, and that their words hold every number."""

from __future__ import annotations

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from onearm.protocol import Protocol
from onearm.protocol.check_monitoring import check_monitoring
from onearm.protocol.monitoring import Rule
from onearm.protocol.rule_words import rule_words

POSTERIOR = {
    "kind": "posterior", "fact": "vod", "n_max": 30, "first_look": 5, "stop_if": "rate-above", "limit": 0.2,
    "cutoff": 0.95, "prior": [0.4, 1.6],
}  # fmt: skip
RULES = {
    "posterior": POSTERIOR,
    "thall-simon": {**POSTERIOR, "limit": None, "standard": [30, 71], "margin": 0.15, "stop_if": "rate-below"},
    "predictive": {
        "kind": "predictive", "fact": "cr", "n_max": 36, "first_look": 10, "limit": 0.21, "success": 0.9,
        "cutoff": 0.001, "prior": [0.2, 0.8], "efficacy": 0.99,
    },
    "bop2": {
        "kind": "bop2", "fact": "cr", "n_max": 40, "looks": [10, 20, 39], "limit": 0.23,
        "lambda": 0.86, "gamma": 0.95,
    },
    "safety": {
        "kind": "safety", "fact": "vod", "n_max": 33, "first_look": 1, "family": "beta-binomial", "limit": 0.2,
        "alpha": 0.1, "prior": [0.6, 2.4],
    },
    "sprt": {
        "kind": "safety", "fact": "vod", "n_max": 33, "first_look": 1, "family": "sprt", "limit": 0.2, "alpha": 0.11,
        "worse": 0.45,
    },
    "counts": {
        "kind": "counts", "fact": "cr", "n_max": 29, "looks": [10, 29], "stop_at_most": [1, 5], "source": "Simon 1989",
    },
    "time": {
        "kind": "time-to-event", "fact": "os", "n_max": 40, "first_look": 1, "prior": [3, 10], "standard": [60, 295],
        "margin_months": 1, "cutoff": 0.03,
    },
}  # fmt: skip


def rule(**change):
    return TypeAdapter(Rule).validate_python(change)


@pytest.mark.parametrize("name", RULES)
def test_the_words_hold_every_number(name):
    """Numbers of the rule, looks aside where they are a range."""
    said = set(re.findall(r"\d+(?:\.\d+)?", rule_words("r", rule(**RULES[name]))))
    numbers = [v for key, v in RULES[name].items() if isinstance(v, int | float) and not isinstance(v, bool)]
    numbers += [x for v in RULES[name].values() if isinstance(v, list) for x in v]
    assert {f"{v:g}" for v in numbers} <= said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"looks": [5, 10]}, "either `first_look`"),
        ({"first_look": None}, "either `first_look`"),
        ({"first_look": None, "looks": [10, 5]}, "ascend"),
        ({"first_look": None, "looks": [5, 5]}, "ascend"),
        ({"first_look": None, "looks": [5, 31]}, "after the last patient"),
        ({"first_look": 31}, "after the last patient"),
        ({"limit": None}, "either `limit`"),
        ({"standard": [3, 7]}, "either `limit`"),
        ({"margin": 0.1}, "`margin` goes with `standard`"),
        ({"window": {"days": 60}}, "under `pending`"),
        ({"pending": "exclude"}, "needs a `window`"),
        ({"window": {}, "pending": "exclude"}, "either `days` or `cycles`"),
        ({"window": {"cycles": 2}, "pending": "exclude"}, "cycle_days"),
        ({"limit": 0.0}, "greater than 0"),
        ({"limit": 1.0}, "less than 1"),
        ({"cutoff": 1.5}, "less than 1"),
        ({"prior": [0, 1]}, "greater than 0"),
        ({"prior": [1]}, "required"),
        ({"n_max": 0}, "greater than or equal to 1"),
        ({"n_max": True}, "valid integer"),
        ({"first_look": True}, "valid integer"),
        ({"first_look": None, "looks": [True, 5]}, "valid integer"),
        ({"prior": [True, 1]}, "valid number"),
        ({"first_look": None, "looks": [5, 10], "every": 3}, "`every` goes with `first_look`"),
        ({"rates": [0.1, 0.1]}, "0.1 stands here twice"),
        ({"rates": [0.1, 0.2, 0.1000000001]}, "0.1 stands here twice"),
        ({"kind": "guess"}, "kind"),
    ],
)
def test_what_cannot_be_is_refused(change, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        rule(**{k: v for k, v in {**POSTERIOR, **change}.items() if v is not None})


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("safety", {"prior": None}, "beta-binomial, which needs it"),
        ("safety", {"family": "pocock"}, "belongs to the family beta-binomial"),
        ("sprt", {"worse": None}, "sprt, which needs it"),
        ("sprt", {"worse": 0.1}, "lies above"),
        ("counts", {"stop_at_most": [1]}, "one number for each"),
        ("counts", {"stop_at_most": None}, "one number for each"),
        ("counts", {"stop_at_most": [10, 12]}, "`stop_at_most` of 10 stops at every count of 10 patients"),
        ("counts", {"stop_at_least": [0, 12]}, "`stop_at_least` of 0 stops at every count of 10 patients"),
        ("counts", {"stop_at_least": [10**12, 10**30]}, "less than or equal to 100000"),
        ("counts", {"stop_at_most": [True, 5]}, "valid integer"),
        ("predictive", {"efficacy": 0.001}, "`efficacy` lies above `cutoff`"),
        ("time", {"means_months": [6, 6.0000001]}, "6 stands here twice"),
        ("time", {"every": 2}, "without pause"),
        ("time", {"first_look": None, "looks": [5, 10]}, "without pause"),
    ],
)
def test_what_a_kind_needs(name, change, said):
    with pytest.raises(ValidationError, match=re.escape(said)):
        rule(**{k: v for k, v in {**RULES[name], **change}.items() if v is not None})


IN_TIME = {"window": {"days": 60}, "pending": "exclude"}
FACTS = {
    "vod": {"kind": "adverse-event", "terms": ["veno-occlusive disease"]},
    "alive": {"kind": "alive"},
    "mrd": {"kind": "mrd", "limit": 0.0001, "untested": "excluded"},
    "os": {"kind": "time-to", "events": ["death"]},
    "efs": {"kind": "time-to", "events": ["no-response", "death"]},
}


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"fact": "vodd"}, "P110", "monitoring.r.fact"),
        ({"fact": "alive"}, "P111", "monitoring.r.fact"),
        ({"fact": "mrd"}, "P111", "monitoring.r.fact"),
        ({"fact": "efs"}, "P111", "monitoring.r.fact"),
        ({**RULES["time"], "fact": "efs"}, "P111", "monitoring.r.fact"),
        ({"population": "trated"}, "P110", "monitoring.r.population"),
        ({"by_version": True}, "P111", "monitoring.r.by_version"),
        ({**RULES["time"], "fact": "vod"}, "P111", "monitoring.r.fact"),
        ({**RULES["time"], "window": {"days": 9}, "pending": "exclude"}, "P111", "monitoring.r.window"),
        ({**RULES["safety"], "window": {"days": 9}, "pending": "fractional"}, "P111", "monitoring.r.pending"),
        ({**RULES["counts"], **IN_TIME, "fact": "vod", "stop_at_least": [1, 30]}, "P111", "monitoring.r"),
        ({**RULES["counts"], "fact": "vod"}, "P111", "monitoring.r.window"),
        ({**RULES["counts"], **IN_TIME, "fact": "vod", "stop_at_most": [3, 2]}, "P111", "monitoring.r.stop_at_most"),
        ({**RULES["time"], "rates": [0.1]}, "P111", "monitoring.r.rates"),
        ({**RULES["bop2"], "fact": "vod"}, "P111", "monitoring.r.window"),
        ({**RULES["predictive"], "fact": "vod"}, "P111", "monitoring.r.window"),
        ({"stop_if": "rate-below"}, "P111", "monitoring.r.window"),
        ({"stop_if": "rate-below", **IN_TIME}, "", ""),
        ({"suspend": True}, "P111", "monitoring.r.suspend"),
        ({"suspend": True, "window": {"days": 9}, "pending": "fractional"}, "P111", "monitoring.r.suspend"),
        (
            {"limit": None, "standard": [3, 7], "window": {"days": 9}, "pending": "fractional"},
            "P111",
            "monitoring.r.pending",
        ),
        ({}, "", ""),
        ({"fact": "os"}, "", ""),
        (RULES["time"], "", ""),
    ],
)
def test_rules_that_do_not_fit_the_protocol(change, code, place):
    base = {} if "kind" in change else POSTERIOR
    body = {
        "onearm": 1, "trial": {"id": "t", "title": "T", "arm": "A"}, "facts": FACTS,
        "monitoring": {"r": {**base, **change}},
    }  # fmt: skip
    found = list(check_monitoring(Protocol.model_validate(body), str))
    assert [(f.code, f.where) for f in found] == ([(code, place)] if code else [])
