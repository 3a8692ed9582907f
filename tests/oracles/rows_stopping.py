"""BOP2 and its kin, outcomes that are pending, and the rules that stop for harm."""

from __future__ import annotations

from ledger import Check, register
from oracle_data import Tables

from onearm.stats.designs import bop2_te_design
from onearm.stats.monitoring import bop2, operating_characteristics, safety_boundary, top

ROWS, row = register()

LOOKS = [10, 15, 20, 25, 30, 35, 40]


@row("T22", "four kinds of endpoint, looks at 10, 15 .. 40", "BOP2FE, README",
     "its lambda and gamma are the best of its own simulations, not those of the paper")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    check("binary, .2, (.9, 1): at most", bop2(LOOKS, 0.2, 0.9, 1).boundary.low, "1 2 3 5 7 9 11")
    nested = bop2(LOOKS, (0.15, 0.30), 0.9, 0.3, kind="nested").boundary
    check("nested, .15 and .30, (.9, .3): CR at most", nested.low[0], "1 3 4 5 6 7 9")
    check("CR or PR at most", nested.low[1], "3 5 7 9 11 13 15")
    both = bop2(LOOKS, (0.10, 0.20), 0.9, 0.3, kind="co-primary").boundary
    check("co-primary, .10 and .20, (.9, .3): response at most", both.low[0], "1 2 3 4 4 5 6")
    check("free of progression at most", both.low[1], "2 3 5 6 8 9 11")
    joint = bop2(LOOKS, (0.45, 0.30), 0.7, 0.8, kind="efficacy-toxicity").boundary
    check("response with toxicity, .45 and .30, (.7, .8): response at most", joint.low[0], "3 5 8 11 13 16 19")
    check("toxicity at least", joint.high[1], "5 6 7 8 9 10 11")


@row("T23", "BOP2, binary: what two rules do at .2 and .4", "an exact recursion in Python")
def _(check: Check, tables: Tables) -> None:
    for rule, what, success, rest in (
        (bop2(LOOKS, 0.2, 0.9, 1), "(.9, 1)", ".069140 .875203", ".881503 21.2316"),
        (bop2([10, 20, 30, 40], 0.2, 0.86, 0.95), "(.86, .95), looks 10 .. 40", ".074262 .886422", ".791087 23.22186"),
    ):
        oc = operating_characteristics(rule, [0.2, 0.4])
        check(f"{what}: success at .2, .4", oc.success, success)
        check(f"{what}: early stop, expected n at .2", [oc.early[0], oc.expected_n[0]], rest)
    check("the latter: at most", bop2([10, 20, 30, 40], 0.2, 0.86, 0.95).boundary.low, "1 3 7 11")


@row("T24", "TOP, 40 patients, .2", "Lin, Coleman & Yuan 2020, table 4",
     "the paper labels .86 as gamma and .95 as C; its numbers come of C = .86 and gamma = .95 only. Its table suspends "
     "from ceil(n^2 / N) pending patients, its text above n^2 / N; both are named rules here")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    rule = top([10, 20, 30, 40], 0.2, 0.86, 0.95)
    check("all outcomes known: goes on with at least", rule.boundary.low[0] + 1, "2 4 8 12")
    check(
        "3 responses of 20: effective number where it turns from going on to stopping",
        rule.crossing_ess(3, 20),
        "15.091039493297",
    )
    check("pending patients that suspend: ceil(n^2 / N)", rule.waits_from, "3 10 23 40")


@row("1.7", "BOP2-TE, 36 patients, .3 and .4 against .6 and .2: the best of 52,500 triples",
     "mdanderson-stats, documents; not run by the list")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    d = bop2_te_design((0.3, 0.4), (0.6, 0.2), [18, 36], [6, 12, 18, 24, 30, 36], (0.05, 0.10, 0.10))
    check("triples", d.pairs, "52500")
    check("three type I errors", d.type_one_errors, ".00811 .07126 .09288")
    check("power", d.power, ".81597")


@row("T26", "toxicity, 30 patients, .20, Beta(.6, 2.4), crossing probability .10", "stoppingrule, README",
     "it prints the cut-off .9630823, rounded: the posterior of 4/7, which does not stop, is .96308269, and the "
     "rounded cut-off stops there with a crossing probability above .10. Ours is kept as whole numbers")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    rule = safety_boundary(30, 0.2, alpha=0.1, prior=(0.6, 2.4))
    high = rule.boundary.high[0]
    first = [int(rule.boundary.n[high == k][0]) for k in range(4, 12)]
    check("n = 3, 4: at least", high[2:4], "3 3")
    check("n from which 4 .. 11 stop", first, "5 7 11 14 18 21 25 29")
    oc = operating_characteristics(rule, [0.20, 0.25, 0.30, 0.35, 0.40])
    check("P(stop) at .20 .25 .30 .35 .40", 1 - oc.complete, ".09957367 .23832301 .43615256 .64555222 .81491087")
    check("expected toxicities", oc.expected_events[:, 0], "5.651197 6.536293 6.926712 6.819377 6.355803")
    check("posterior of 4/7", rule.probability(4, 7), ".96308269")
    rounded = safety_boundary(30, 0.2, cutoff=0.9630823, prior=(0.6, 2.4))
    check("the printed cut-off at n = 7 stops from 4, not 5", rounded.boundary.high[0][6], [4])
    assert rounded.alpha > 0.1


@row("1.8", "illustrative rules for veno-occlusive disease at n = 5, 10, 15, 20, 25, 30, 40, 50", "computed with R")
def _(check: Check, tables: Tables) -> None:
    looks = [5, 10, 15, 20, 25, 30, 40, 50]
    for prior, p0, cutoff, words in (
        ((0.2, 1.8), 0.10, 0.95, "3 4 5 5 6 7 8 10"),
        ((0.4, 1.6), 0.20, 0.95, "4 5 7 8 9 11 13 16"),
        ((1, 1), 0.20, 0.90, "2 4 5 7 8 9 12 14"),
    ):
        rule = safety_boundary(looks, p0, cutoff=cutoff, prior=prior)
        check(f"Beta({prior[0]}, {prior[1]}), P(p > {p0}) > {cutoff}: at least", rule.boundary.high, words)


@row("1.8.toxbdry", "repeated tests of a toxicity rate (Ivanova, Qaqish & Schell 2005)", "clinfun 1.1.5, ?toxbdry",
     "its high boundary is the most toxicities that go on, one less than ours")  # fmt: skip
def _(check: Check, tables: Tables) -> None:
    for alpha, words, crossed in ((0.10, "7 12 17 21", ".088 .101"), (0.15, "7 12 16 20", ".117 .152")):
        rule = safety_boundary([20, 40, 60, 75], 0.2, kind="pocock", alpha=alpha)
        check(f"20, 40, 60, 75 patients, .2, {alpha}: at most", rule.boundary.high[0] - 1, words)
        check("crossing probability, that of the next looser boundary", [rule.alpha, rule.next_alpha], crossed)
    rule = safety_boundary(list(range(2, 31)), 0.1, kind="pocock", alpha=0.1)
    words = "1 1 2 2 2 2 2 3 3 3 3 3 4 4 4 4 4 4 5 5 5 5 5 5 5 6 6 6 6"
    check("2 .. 30 patients, .1, .1: at most", rule.boundary.high[0] - 1, words)
    check("crossing probability, that of the next looser boundary", [rule.alpha, rule.next_alpha], ".097 .100")
