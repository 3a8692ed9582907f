"""Rules that watch a rate or event times: posterior and predictive boundaries, response with toxicity, time on test."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from ledger import Check, register
from oracle_data import Tables

from onearm.stats.monitoring import (
    ThallSimonEstey,
    elicit_beta,
    operating_characteristics,
    posterior_boundary,
    predictive_boundary,
    predictive_probability,
    thall_simon,
    thall_simon_estey,
    time_to_event_boundary,
)

ROWS, row = register()

TUTORIAL, CONDUCT = "Multc Lean's tutorial (Cook & Venier 2013)", "TTEConduct 2.0's guide"
PHASE1B, PH2BAYES = "Genentech phase1b, tests", "ph2bayes 0.0.2"
RESPONSE = "-1 -1 -1 -1 -1 0 0 0 0 0 0 1 1 1 1 1 2 2 2 2 2 3 3 3 3 3 4 4 4"
TOXICITY = "2 3 3 3 4 4 5 5 6 6 6 7 7 7 8 8 8 9 9 10 10 10 11 11 11 12 12 12 13"
INSTALLED = "2 3 3 3 4 4 5 5 5 6 6 7 7 7 8 8 8 9 9 9 10 10 11 11 11 12 12 12 13"


def first_n(limits: Any, n: Any, values: range) -> list[float]:
    """The first n at which a boundary has each value."""
    pairs = list(zip(n, limits, strict=True))
    return [next((float(m) for m, x in pairs if x == value), nan) for value in values]


def steps(text: str) -> tuple[range, str]:
    """n:value, n:value ... as the values and the n of each."""
    pairs = [word.split(":") for word in text.split()]
    return range(int(pairs[0][1]), int(pairs[-1][1]) + 1), " ".join(n for n, _ in pairs)


def tutorial(standard: tuple[tuple[int, int], tuple[int, int]] = ((30, 70), (20, 60))) -> ThallSimonEstey:
    return thall_simon_estey(30, ((0.6, 1.4), (0.5, 1.5)), standard, cutoffs=(0.95, 0.95))


@row("T10", "a Beta prior with mean .20 whose central 90 % are .20 wide", "a replication of Thall & Simon 1994; R")
def _(check: Check, tables: Tables) -> None:
    check("a, b of the historical rate", list(elicit_beta(0.2, 0.2)), "8.37 33.5")
    check("to more digits (R)", list(elicit_beta(0.2, 0.2)), "8.3740 33.4959")
    check("a, b with mean .20 + .15/2 and a + b = 2", list(elicit_beta(0.275, concentration=2)), ".550 1.45")


@row("T11", "P(p < .15) >= .70 and P(p > .20) >= .60 at 10, 20, 30, 40, Beta(1, 1)", PHASE1B)
def _(check: Check, tables: Tables) -> None:
    given = {"p0": 0.15, "futility": 0.7, "p1": 0.2, "efficacy": 0.6}
    rule = posterior_boundary([10, 20, 30, 40], (1, 1), strict=False, **given)
    check("futility: x", rule.boundary.low, "0 1 3 4")
    check("its posterior", rule.at_low, ".8327 .8450 .7039 .7567")
    check("efficacy: x", rule.boundary.high, "2 5 7 9")
    check("its posterior", rule.at_high, ".6174 .7693 .7300 .7040")


@row("1.3", "Beta(.6, 1.4) against Beta(15, 35), every patient to 40: futility .05, efficacy .95", PH2BAYES)
def _(check: Check, tables: Tables) -> None:
    n = range(1, 41)
    rule = thall_simon(n, (0.6, 1.4), (15, 35), futility=0.05, efficacy=0.95).boundary
    values, words = steps("6:0 13:1 18:2 24:3 29:4 35:5 40:6")
    check("n from which 0 .. 6 are futile", first_n(rule.low[0], n, values), words)
    high = rule.high[0][2:]  # before n = 3 no count is enough
    values, words = steps("3:3 4:4 6:5 8:6 10:7 13:8 15:9 17:10 19:11 22:12 24:13 26:14 29:15 31:16 34:17 36:18 38:19")
    check("n from which 3 .. 19 are enough", first_n(high, n[2:], values), words)
    assert all(x > m for m, x in zip((1, 2), rule.high[0][:2], strict=True))


@row("T12", "response and toxicity, 30 patients: boundaries", TUTORIAL)
def _(check: Check, tables: Tables) -> None:
    rule = tutorial()
    check("response, n = 1 .. 29: at most", rule.boundary.low[0], RESPONSE)
    check("toxicity, n = 1 .. 29: at least", rule.boundary.high[1], TOXICITY)
    check("response: counts that can be reached", [x for x, _ in rule.reachable["response"]], "0 1 2 3 4")
    check("at n", [n for _, n in rule.reachable["response"]], "6 12 17 22 27")
    many = rule.reachable["toxicity"]
    check("toxicity: counts that can be reached", [x for x, _ in many], "3 3 4 5 6 6 7 7 8 8 9 10 10 11 11 12 12")
    check("at n", [n for _, n in many], "3 4 6 8 10 11 13 14 16 17 19 21 22 24 25 27 28")
    check("P(response rate below | 0 of 6)", rule.probability(0, 6, "response"), ".964594")


@row("T14", "the rule of T12: what it does, response and toxicity independent", "an exact recursion in Python")
def _(check: Check, tables: Tables) -> None:
    for rates, words in (
        ((0.30, 0.25), ".183109 .109399 .001754 .705738 24.056778"),
        ((0.40, 0.25), ".057438 .115851 .000647 .826064 26.344887"),
        ((0.20, 0.25), ".486496 .095278 .004156 .414070 18.907591"),
        ((0.40, 0.40), ".044686 .577087 .002782 .375445 18.310217"),
    ):
        oc = operating_characteristics(tutorial(), [rates])
        what = f"rates {rates[0]}, {rates[1]}: stop for response, toxicity, both; complete; expected n"
        check(what, [*oc.by_reason[0], oc.complete[0], oc.expected_n[0]], words)


@row(
    "1.4",
    "response and toxicity: the example that is installed, toxicity against Beta(25, 75)",
    "Multc Lean, as installed",
)
def _(check: Check, tables: Tables) -> None:
    rule = tutorial(((30, 70), (25, 75)))
    check("toxicity, n = 1 .. 29: at least", rule.boundary.high[1], INSTALLED)
    check("response, n = 1 .. 29: at most", rule.boundary.low[0], RESPONSE)


@row("T15", "mean time to event, inverse gamma (3, 10) against (60, 295) + 1 month, cut-off .03", CONDUCT)
def _(check: Check, tables: Tables) -> None:
    rule = time_to_event_boundary(6, (60, 295), (3, 10), cutoff=0.03, delta=1)
    check("least days on test after 1 .. 6 events", rule.whole_days(), "0 0 105 216 330 449")
    roots = [0, 0, 3.43772033817485, 7.06782436029872, 10.8382394395421, 14.7214695552867]
    check("months", rule.time_on_test, roots, rtol=1e-12)


@row("1.5", "P(mean above the standard's)", "One-Arm Time-to-Event Simulator, checks")
def _(check: Check, tables: Tables) -> None:
    mean = time_to_event_boundary(4, (4, 8), (2, 3), cutoff=0.1)
    check("(2, 3) against (4, 8), 2 events in 5", mean.probability(2, 5), [0.5], rtol=1e-14)
    median = time_to_event_boundary(4, (4, 8), (2, 3), cutoff=0.1, parameter="median")
    check("the same of medians", median.probability(2, 5), ".3852909215")
    unit = time_to_event_boundary(4, (1, 1), (1, 1), cutoff=0.1)
    found = [unit.probability(1, t) for t in (1.3, 3.3)]
    check("unit priors, 1 event in 1.3 and in 3.3", found, [(2.3 / 3.3) ** 2, (4.3 / 5.3) ** 2], rtol=1e-13)


@row("T17", "16 of 23, then 17 more; Beta(.6, .4), above .6 with .90", "Lee & Liu 2008, p. 97; phase1b; ph2bayes")
def _(check: Check, tables: Tables) -> None:
    now = predictive_probability(16, 23, 40, (0.6, 0.4), 0.6, 0.9)
    check("predictive probability", now.value, ".5655589")
    check("posterior", now.posterior, ".8359808")
    check(
        "posterior after 0 .. 17 more",
        now.final,
        ".0059 .0138 .0296 .0581 .1049 .1743 .2679 .3821 .5085 .6349 .7489 .8415 .9089 .9528 .9781 .9910 .9968 .9990",
    )
    check(
        "probability of 0 .. 17 more",
        now.weight,
        ".0000 .0000 .0001 .0006 .0021 .0058 .0135 .0276 .0497 .0794 .1129 .1426 .1587 .1532 .1246 .0811 .0381 .0099",
    )


@row("T19", "mixtures of Beta priors, 23 of 40, above .6 with .90", PHASE1B,
     "the weights of a mixture are updated by its beta-binomial marginals")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    prior = [(0.75, 1, 1), (0.25, 25, 15)]
    found = predictive_probability(20, 23, 40, prior, 0.6, 0.9)
    check("3/4 Beta(1, 1) + 1/4 Beta(25, 15), 20 of 23", found.value, ".9874431")
    half = predictive_probability(10, 23, 40, [(0.5, 0.6, 0.4), (0.5, 1, 1)], 0.6, 0.9)
    check("1/2 Beta(.6, .4) + 1/2 Beta(1, 1), 10 of 23: posterior", half.posterior, ".05559802")


@row("1.6", "boundaries of predictive probabilities, 40 patients", f"{PHASE1B}; {PH2BAYES}")
def _(check: Check, tables: Tables) -> None:
    rule = predictive_boundary([10, 20, 30, 40], 40, (1, 1), 0.2, 0.8, futility=0.1, efficacy=0.9).boundary
    check("phase1b, .1 and .9: futility", rule.low, "0 2 5 9")
    check("phase1b, .1 and .9: efficacy", rule.high, "4 7 9 10")
    n = np.arange(1, 41)
    low = predictive_boundary(n, 40, (0.6, 1.4), 0.3, 0.85, futility=0.05, strict=False).boundary.low[0]
    values, words = steps("4:0 8:1 11:2 14:3 17:4 20:5 22:6 25:7 27:8 29:9 32:10 34:11 36:12 37:13 39:14 40:15")
    check("ph2bayes, .05: n from which 0 .. 15 are futile", first_n(low, n, values), words)
