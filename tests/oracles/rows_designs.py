"""Designs in two stages and in one: Simon, A'Hern, Fleming, Lee and Liu's search, and inference after two stages."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from ledger import Check, register
from oracle_data import Tables

from onearm.stats.designs import (
    TwoStageDesign,
    fleming,
    predictive_design,
    simon_two_stage,
    single_stage,
    two_stage_design,
    two_stage_inference,
)

ROWS, row = register()

SIMON, CLINFUN = "Simon 1989; clinfun 1.1.5", "clinfun's vignette"

# p0, p1, alpha, beta; then r1 n1 r n, expected n and early stop at p0: optimal, minimax
SIMONS_TABLES = """
.05 .25 .10 .10 | 0 9 2 24 14.5463 .6302 | 0 13 2 20 16.4066 .5133
.05 .25 .05 .20 | 0 9 2 17 11.9580 .6302 | 0 12 2 16 13.8386 .5404
.10 .30 .10 .10 | 1 12 5 35 19.8429 .6590 | 1 16 4 25 20.3674 .5147
.20 .40 .10 .10 | 3 17 10 37 26.0225 .5489 | 3 19 10 36 28.2635 .4551
.20 .40 .05 .20 | 3 13 12 43 20.5803 .7473 | 4 18 10 33 22.2547 .7164
.30 .50 .10 .10 | 7 22 17 46 29.8900 .6713 | 7 28 15 39 34.9871 .3648
.30 .50 .05 .20 | 5 15 18 46 23.6297 .7216 | 6 19 16 39 25.6900 .6655
.40 .60 .10 .10 | 7 18 22 46 30.2237 .5634 | 11 28 20 41 33.8367 .5510
.40 .60 .05 .20 | 7 16 23 46 24.5181 .7161 | 17 34 20 39 34.4358 .9128
.50 .70 .10 .10 | 11 21 26 45 28.9635 .6682 | 11 23 23 39 31.0000 .5000
.50 .70 .05 .20 | 8 15 26 43 23.5013 .6964 | 12 23 23 37 27.7435 .6612
.60 .80 .10 .10 | 6 11 26 38 25.3849 .4672 | 18 27 24 35 28.4716 .8161
.60 .80 .05 .20 | 7 11 30 43 20.4811 .7037 | 8 13 25 35 20.7669 .6470
.70 .90 .10 .10 | 6 9 22 28 17.7938 .5372 | 11 16 20 25 20.0491 .5501
.70 .90 .05 .20 | 4 6 22 27 14.8237 .5798 | 19 23 21 26 23.1615 .9462
.05 .20 .10 .10 | 0 12 3 37 23.4910 .5404 | 0 18 3 32 26.4390 .3972
.05 .20 .05 .20 | 0 10 3 29 17.6240 .5987 | 0 13 3 27 19.8132 .5133
.10 .25 .10 .10 | 2 21 7 50 31.1961 .6484 | 2 27 6 40 33.7004 .4846
.10 .25 .05 .20 | 2 18 7 43 24.6551 .7338 | 2 22 7 40 28.8393 .6200
.20 .35 .05 .20 | 5 22 19 72 35.3681 .7326 | 6 31 15 53 40.4363 .5711
.30 .45 .05 .20 | 9 27 30 81 41.7122 .7276 | 16 46 25 65 49.6299 .8090
"""


def shape(d: TwoStageDesign) -> list[int]:
    return [d.r1, d.n1, d.r, d.n]


def success(d: TwoStageDesign, p: Fraction) -> float:
    """P(X1 > r1, X > r) summed over all outcomes in fractions."""
    both = (
        comb(d.n1, x) * comb(d.n - d.n1, y) * p ** (x + y) * (1 - p) ** (d.n - x - y)
        for x in range(d.r1 + 1, d.n1 + 1)
        for y in range(d.n - d.n1 + 1)
        if x + y > d.r
    )
    return float(sum(both))


@row("T1", "Simon, .10 against .30, .05 and .20", SIMON,
     "the list gives a power of .8050631; the sum over all outcomes in fractions is .80506287")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    found = simon_two_stage(0.10, 0.30, 0.05, 0.20)
    for name, d, words in (
        ("optimal", found.optimal, "1 10 5 29 15.0141 .7361"),
        ("minimax", found.minimax, "1 15 5 25 19.5096 .5490"),
    ):
        check(f"{name}: r1, n1, r, n, expected n, early stop", [*shape(d), d.expected_n, d.pet], words)
    check("optimal: type I error", found.optimal.alpha, ".0470863")
    check("optimal: power, by fractions", found.optimal.power, success(found.optimal, Fraction(3, 10)))


@row("T2", "Simon's tables, the other lines", SIMON,
     "Simon's own early stops, to two digits, are remembered as .65 for 1/12 and .71 for 2/18 where the exact values "
     "are .6590 and .7338; cut-offs and sizes are his")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    for line in SIMONS_TABLES.strip().splitlines():
        limits, *printed = line.split(" | ")
        found = simon_two_stage(*map(float, limits.split()))
        assert not found.binds
        for name, d, words in zip(("optimal", "minimax"), (found.optimal, found.minimax), printed, strict=True):
            what = "{} against {}, {} and {}".format(*limits.split())
            check(f"{what}, {name}", [*shape(d), d.expected_n, d.pet], words)


@row("T3", "Simon, .05 against .20, .10 and .10 (lenvatinib): admissible designs", CLINFUN)
def _(check: Check, tables: Tables) -> None:
    found = simon_two_stage(0.05, 0.20, 0.10, 0.10)
    printed = (
        "0 18 3 32 26.43900 .3972143 .640 1", "0 15 3 33 24.66076 .4632912 .323 .640",
        "0 13 3 35 23.70647 .5133421 .097 .323", "0 12 3 37 23.49100 .5403601 0 .097",
    )  # fmt: skip
    for d, words in zip(found.admissible, printed, strict=True):
        assert d.q_low is not None
        assert d.q_high is not None
        got = [*shape(d), d.expected_n, d.pet, d.q_low, d.q_high]
        check("r1, n1, r, n, expected n, early stop, q from, q to", got, words)
    check("minimax: type I error, power (R)", [found.minimax.alpha, found.minimax.power], ".07215 .90147")


@row("T4", "Simon, .25 against .45, .05 and .10: admissible designs", CLINFUN)
def _(check: Check, tables: Tables) -> None:
    found = simon_two_stage(0.25, 0.45, 0.05, 0.10)
    printed = ("6 26 17 49 37.14596 .5153932", "7 26 17 50 33.55630 .6851542", "6 22 19 57 32.52206 .6993697")
    for d, words in zip(found.admissible, printed, strict=True):
        check("r1, n1, r, n, expected n, early stop", [*shape(d), d.expected_n, d.pet], words)
    check("the second: q from, q to", [found.admissible[1].q_low, found.admissible[1].q_high], ".129 .782")


@row("T5", "Simon, .05 against .15, .05 and .20, at most 100", "MD Anderson Simon2S, default",
     "the copy of that document gives the minimax design a type I error of .0430456; the sum in fractions is "
     ".0430476")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    found = simon_two_stage(0.05, 0.15, 0.05, 0.20)
    best, small = found.optimal, found.minimax
    check("optimal: r1, n1, r, n, expected n, early stop", [*shape(best), best.expected_n, best.pet],
          "1 23 5 56 33.5791 .679420")  # fmt: skip
    check("optimal: type I error, power", [best.alpha, best.power], ".0499643 .8003450")
    check("minimax: r1, n1, r, n, expected n", [*shape(small), small.expected_n], "1 30 5 52 39.8221")
    check("minimax: power", small.power, ".8019954")
    check("minimax: type I error, by fractions", small.alpha, success(small, Fraction(1, 20)))


@row("1.1", "Simon, .30 against .45, .05 and .10: a limit of 100 binds", "clinfun with a larger nmax")
def _(check: Check, tables: Tables) -> None:
    narrow = simon_two_stage(0.30, 0.45, 0.05, 0.10)
    assert narrow.binds
    assert "n_max=110" in narrow.message
    wide = simon_two_stage(0.30, 0.45, 0.05, 0.10, n_max=200)
    assert not wide.binds
    check("n of the optimal design", wide.optimal.n, "110")


@row("T6", "two designs with given cut-offs", "UnplanSimon's manual")
def _(check: Check, tables: Tables) -> None:
    for design, words in (
        ((1, 20, 3, 35, 0.05, 0.20), ".080 .901 23.962 .736"),
        ((3, 17, 10, 34, 0.20, 0.40), ".059 .847 24.669 .549"),
    ):
        d = two_stage_design(*design)
        what = "{}/{} {}/{} at {} and {}".format(*design)
        check(f"{what}: type I error, power, expected n, early stop", [d.alpha, d.power, d.expected_n, d.pet], words)


@row("T7", "one stage, .40 against .60, .10 and .10: five designs", "clinfun's vignette; ph2single")
def _(check: Check, tables: Tables) -> None:
    d = single_stage(0.4, 0.6, 0.1, 0.1)
    check("n, r, type I error, type II error", [d.n, d.r, d.alpha, d.beta], "41 20 .09651722 .09651722")
    printed = ("43 21 .09132412", "45 22 .08645205", "47 23 .08187654", "49 24 .07757556")
    for e, words in zip(d.alternatives, printed, strict=True):
        check("n, r, type I error", [e.n, e.r, e.alpha], words)


@row("T8", "one stage: smallest n, and R responses that reject", "A'Hern 2001; clinfun's ph2single",
     "A'Hern prints R = r + 1, clinfun r; ours is r, and R in the first column here")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    for limits, words in (
        ((0.1, 0.3, 0.05, 0.2), "6 25 .03339994 .1934884"),
        ((0.2, 0.4, 0.05, 0.2), "12 35 .03435740 .1951745"),
        ((0.2, 0.4, 0.05, 0.1), "15 47 .03663689 .09877433"),
    ):
        d = single_stage(*limits)
        what = "{} against {}, {} and {}".format(*limits)
        check(f"{what}: R, n, type I error, type II error", [d.r + 1, d.n, d.alpha, d.beta], words)


@row("1.2", "one stage, .10 against .30, .05 and .20: the smallest n, the stable n, the normal approximation",
     "clinfun; rpact", "clinfun and A'Hern take the smallest n that works, rpact the smallest from which every larger "
     "one works; both are named rules here")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    first, stable = (single_stage(0.1, 0.3, 0.05, 0.2, rule) for rule in ("smallest", "stable"))
    check("the first n that work: 28 does not", [first.n, *(d.n for d in first.alternatives)], "25 26 27 29 30")
    check("rpact, exact", stable.n, "29")
    check("rpact, normal approximation", fleming(0.1, 0.3, 0.05, 0.2).n_normal, "19.32")


@row("T18", "predictive probability: search at .2 against .4, .10 and .10, Beta(.2, .8)", "Lee & Liu 2008, table 3")
def _(check: Check, tables: Tables) -> None:
    found = predictive_design(0.2, 0.4, 0.1, 0.1, prior=(0.2, 0.8))
    at = dict(zip(found.boundary.n.tolist(), found.boundary.low[0].tolist(), strict=True))
    first = [next(n for n, low in at.items() if low == stop) for stop in range(11)]
    check("n from which 0 .. 10 responses stop", first, "10 17 21 24 27 29 31 33 34 35 36")
    check("N, theta_L", [found.n_max, found.futility], "36 .001")
    check("type I error, power", [found.alpha, found.power], ".08778 .90618")
    check("early stop, expected n at .2", [found.pet[0], found.expected_n[0]], ".8571 27.668")
    low, high = found.threshold_range
    same = [k / 1000 for k in range(1, 1000) if low <= k / 1000 < high]
    check("theta_T from, to", [same[0], same[-1]], ".852 .922")


@row("T32", "after 1/10 5/29 with 6 responses, against .1", "Koyama & Chen 2008; clinfun; OneArmPhaseTwoStudy")
def _(check: Check, tables: Tables) -> None:
    t = two_stage_inference(6, 1, 10, 29, 0.1)
    check("p-value", t.p_value, ".04708631")
    check("90 % limits, median-unbiased estimate", [t.low, t.high, t.median_unbiased], ".10150 .40074 .21468")
    check("unbiased estimate", t.umvue, ".26130853")
    check("as if of one stage: p-value", t.naive_p_value, ".0637174")
    check("as if of one stage: 90 % limits", [t.naive_low, t.naive_high], ".09416 .36800")


@row("T34", "two unbiased estimates after two stages", "UnplanSimon's manual",
     "its text says that n2 is the total; the printed estimates follow when it is the second stage alone, so that the "
     "totals are 43 and 39. Our n is always the total")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    found = [two_stage_inference(x, r1, n1, n1 + n2, 0.2).umvue for x, r1, n1, n2 in ((7, 3, 13, 30), (16, 2, 11, 28))]
    check("7 of 13 + 30, r1 = 3; 16 of 11 + 28, r1 = 2", found, ".322 .429")
