"""Matched numbers, breakdowns, means, tables, levels of confidence, ages: what the audit of a text says of each."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.consistency import Statement, audit_text, hazard_ratio_consistency

MISFIT = "does not fit"


def told(text: str, kind: str) -> list[tuple[str, str]]:
    return [(s.text, s.verdict) for s in audit_text(text).statements if s.kind == kind]


def one(text: str, kind: str) -> Statement:
    (found,) = [s for s in audit_text(text).statements if s.kind == kind]
    return found


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("48 were matched 1:1 with 48 controls.", "fits"),
        ("Forty-eight patients were matched one-to-one with 48 controls.", "fits"),
        ("48 were matched 1:1 with 47 controls.", "does not fit"),
        ("96 patients (48 pairs) were compared.", "fits"),
        ("96 patients (49 pairs) were compared.", "does not fit"),
        ("Matching gave 96 patients, 48 in each group.", "fits"),
        ("Matching gave 96 patients, 32 in each arm.", "fits"),
        ("Matching gave 96 patients, 50 in each arm.", "does not fit"),
        ("From 48 patients and 151 controls 48 pairs were made.", "fits"),
        ("From 48 patients and 151 controls 49 pairs were made.", "does not fit"),
        ("Before matching there were 48 and 151. By 1:1 matching 40 patients and 40 controls stayed.", "fits"),
        ("Before matching there were 48 and 151. By 1:1 matching 60 patients and 60 controls stayed.", "does not fit"),
        ("With 3:1 matching 20 patients were compared with 60 controls.", "fits"),
        ("With 3:1 matching 20 patients were compared with 61 controls.", "does not fit"),
        ("With 1:1 matching with replacement, 36 patients were compared with 29 controls.", "open"),
        ("Before that 47 v 63 were seen, then 41 v 41 matched 1:1.", "fits"),
        ("Matching chose 52 of the 48 controls.", "does not fit"),
    ],
)  # fmt: skip
def test_matched_numbers(text: str, verdict: str) -> None:
    assert one(text, "matched numbers").verdict == verdict


def test_what_is_no_matched_number() -> None:
    for text in ("From 2010 and 2015, 50 pairs of sera were drawn.", "The ratio was 1:2.4 and 80 were matched to 192.",
                 "A titre of 1:8 was found in 20 patients and 9 controls."):  # fmt: skip
        assert told(text, "matched numbers") == []


@settings(max_examples=60)
@given(st.integers(2, 300), st.integers(2, 300), st.integers(1, 4))
def test_a_match_fits_exactly_when_the_ratio_allows_it(one_side: int, other: int, r: int) -> None:
    text = f"After 1:{r} matching {one_side} patients were compared with {other} controls."
    few, many = sorted((one_side, other))
    possible = few == many if r == 1 else many <= r * few
    assert one(text, "matched numbers").verdict == ("fits" if possible else "does not fit")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("ECOG was 0 in 33%, 1 in 33% and 2 in 33%.", "fits"),  # 99 is 100 within 1.5
        ("ECOG was 0 in 33%, 1 in 33% and 2 in 36%.", "does not fit"),
        ("Complete response was seen in 60% and no response in 40%.", "fits"),
        ("Complete response was seen in 60% and no response in 45%.", "does not fit"),
        ("Of all, 60% were men and 35% women.", "does not fit"),
        ("Causes of death were relapse (50%), infection (30%) and VOD (20%).", "fits"),
        ("Karyotype: diploid 18 (31%), complex 20 (34%), other 20 (34%) of 58.", "fits"),
        ("Karyotype: diploid 28 (31%), complex 30 (34%), other 31 (35%) of 58.", "does not fit"),
    ],
)
def test_breakdowns(text: str, verdict: str) -> None:
    assert one(text, "breakdown").verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "Nausea (61%), headache (55%) and fever (40%) were common.",  # a person may have all three
        "Response was 80%, with CR in 60% and PR in 20%.",  # the parts are parts of the first
        "CR was reached by 60% in one arm and by 55% in the other.",
        "CR was seen in 40% and PR in 30%.",  # the rest did not respond
        "ORR 77% (n=56), with CR in 43 (59%), CRp 9 (12%), and CRi 4 (5%). Early death in 4 (5%).",
        "The 2-year PFS and OS rates were 42% and 54%.",
    ],
)
def test_what_is_no_breakdown(text: str) -> None:
    assert told(text, "breakdown") == []


@settings(max_examples=80)
@given(st.lists(st.integers(0, 60), min_size=3, max_size=5).filter(lambda v: sum(v) > 0))
def test_a_true_breakdown_is_never_doubted(counts: list[int]) -> None:
    n = sum(counts)
    percents = [(200 * k + n) // (2 * n) for k in counts]
    said = ", ".join(f"{i} in {k} ({p}%)" for i, (k, p) in enumerate(zip(counts, percents, strict=True)))
    found = audit_text(f"Of {n} patients ECOG was {said}.").statements
    assert [s.verdict for s in found if s.kind == "breakdown"] == ["fits"]
    assert not any(s.flagged for s in found)


@pytest.mark.parametrize(
    ("text", "verdict", "says"),
    [
        # T85: 28 whole answers give 5.18 (145/28) and not 5.19; rsprite2: 3.44 (2.47), n = 18
        ("The 28 pupils gave whole numbers (mean 5.19, SD 1.10).", "does not fit", "GRIM"),
        ("The 28 pupils gave whole numbers (mean 5.21, SD 1.60).", "fits", "GRIMMER"),
        ("The 18 pupils gave whole numbers (mean 3.44, SD 2.47).", "does not fit", "GRIMMER"),
        # T87: DEBIT, n = 1683
        ("The 1683 yes/no answers had a mean of .53 (SD .50).", "fits", "yes among 1683"),
        ("The 1683 yes/no answers had a mean of .19 (SD .35).", "does not fit", "DEBIT"),
        # T89: five answers from 1 to 7 with mean 4.2 have an SD of at most 3.03
        ("The 5 pupils answered on a 7-point scale from 1 to 7 (mean 4.2, SD 3.5).", MISFIT, "0.45 to 3.03"),
        ("The 5 pupils answered on a 7-point scale from 1 to 7 (mean 7.4, SD 0.5).", MISFIT, "outside the scale"),
        ("Mean (SD) age was 45.2 (13.7) years in 30 patients.", "open", "does not say that it comes from whole"),
        ("A whole-number score had a mean of 4.21 (SD 1.20).", "open", "of how many people"),
        ("Blood pressure was 121.4 ± 11.2 mmHg.", "open", "whole numbers"),
        ("The 9000 pupils gave whole numbers (mean 5.19, SD 1.10).", "open", "every"),
    ],
)  # fmt: skip
def test_means_with_their_spread(text: str, verdict: str, says: str) -> None:
    found = one(text, "mean with SD")
    assert (found.verdict, says in found.says) == (verdict, True), found.says


def test_standard_errors_and_rates_are_no_spread() -> None:
    for text in ("Survival was 40% ± 10%.", "The 20 scores were whole numbers with mean 3.47 ± 0.31 (SEM)."):
        assert told(text, "mean with SD") == []


TABLES = {
    "bars": "| Item | Trial (n = 48) | Control (n = 60) |\n|:--|--:|--:|\n| Female sex, n (%) | 21 (44) | 18 (38) |\n",
    "word": "Item | Trial (n = 48) | Control (n = 60)\n\nFemale sex, n (%) | 21 (44) | 18 (38)",
    "no corner": " | Trial (n = 48) | Control (n = 60)\n\nFemale sex | 21 (44%) | 18 (38%)",
    "spaces": "              Trial (n = 48)   Control (N=60)\nFemale sex    21 (44)          18 (38)\n",
    "tabs": "Item\tTrial (n = 48)\tControl (n = 60)\nFemale sex\t21 (44)\t18 (38)",
    "pdf": "Item Trial\n(n = 48)\nControl (n = 60)\nFemale sex, n (%) 21 (44) 18 (38)\n",
    "fractions": "Item\tTrial (n = 9)\tControl (n = 9)\nFemale sex\t21/48 (44)\t18/60 (38)",
    "marks": "Item | Trial (n = 48) | Control (n = 60)\nFemale sex* | 21 (44)† | 18 (38)a",
}


@pytest.mark.parametrize("form", TABLES)
def test_rows_of_tables_are_held_against_their_column(form: str) -> None:
    found = [s for s in audit_text(TABLES[form]).statements if s.kind == "count with percent"]
    assert [(s.count, s.literal, s.verdict) for s in found] == [(21, 48, "fits"), (18, 60, "does not fit")]


def test_what_is_no_count_in_a_table() -> None:
    text = (
        "Item | Trial (n = 48) | Control (n = 60)\nAge, median (range) | 39 (18) | 41 (19)\n"
        "Weight, mean (SD) | 71 (14) | 70 (12)\nMRD negative (n = 44) | 41 (93) | 40 (91)\nSCT | 24 (50) | 15 (25)"
    )
    found = [s for s in audit_text(text).statements if s.kind == "count with percent"]
    assert [(s.count, s.literal) for s in found] == [(41, 44), (40, 44), (24, 48), (15, 60)]
    after = "Item | Trial (n = 48)\nSex | 21 (44)\n\nWe then saw 12 patients more, of whom 6 (50%) responded."
    assert [s.literal for s in audit_text(after).statements if s.count == 6] == [12]


@pytest.mark.parametrize(
    ("rows", "verdicts"),
    [
        ("Sex | | \nmale | 28 (58) | 30 (50)\nfemale | 20 (42) | 30 (50)\nSCT | 6 (13) | 9 (15)", ["fits", "fits"]),
        ("Sex | | \n  male | 28 (58) | 30 (50)\n  female | 24 (50) | 30 (50)\nSCT | 6 (13) | 9 (15)", [MISFIT, "fits"]),
        ("Sex | | \nmale | 28 (58) | 30 (50)\nfemale | 24 (50) | 31 (52)\nSCT | 6 (13) | 9 (15)", []),  # which rows?
        ("Fever | | \n  one day | 28 (58) | 30 (50)\n  more | 20 (42) | 30 (50)\nSCT | 6 (13) | 9 (15)", []),
        (
            "ECOG | | \n  0 | 28 (58) | 30 (50)\n  1 | 10 (21) | 20 (33)\nSCT | 10 (21) | 10 (17)",
            [],
        ),  # a third may lack
    ],
)
def test_rows_under_a_heading_add_up(rows: str, verdicts: list[str]) -> None:
    text = f"Item | Trial (n = 48) | Control (n = 60)\n{rows}"
    assert [v for _, v in told(text, "breakdown")] == verdicts
    assert {s.verdict for s in audit_text(text).statements if s.percent} == {"fits"}


def test_levels_and_sides_of_a_ratio() -> None:
    # R: z = mean(log(c(.41, .94))) / (diff(log(c(.41, .94))) / (2 * qnorm(.9875))); pnorm(z) = 0.004998
    text = "Hazard ratio 0.62 (97.5% CI 0.41 to 0.94; {} = {})."
    assert one(text.format("one-sided P", ".005"), "ratio with interval").verdict == "fits"
    assert one(text.format("P", ".010"), "ratio with interval").verdict == "fits"
    half = one(text.format("P", ".005"), "ratio with interval")
    assert (half.verdict, "one-sided, is the printed" in half.says) == ("wording", True)
    assert one(text.format("one-sided P", ".02"), "ratio with interval").verdict == "does not fit"
    one_tail = hazard_ratio_consistency("0.62", "0.41", "0.94", ".005", level=0.975, one_sided=True)
    assert one_tail.p[0] < 0.004998 < one_tail.p[1]
    both = hazard_ratio_consistency("0.62", "0.41", "0.94", level=0.975)
    assert both.p == (2 * one_tail.p[0], 2 * one_tail.p[1])
    with pytest.raises(ValueError, match="one_sided must be True or False"):
        hazard_ratio_consistency("0.62", "0.41", "0.94", one_sided=1)  # type: ignore[arg-type]


def test_intervals_are_named_where_the_number_is_only_stated() -> None:
    text = "Forty-eight patients were treated; 37 (77.1%; 95% CI, {}) responded."
    assert one(text.format("62.7-88.0"), "rate with interval").methods == ("clopper-pearson",)
    assert one(text.format("63.5-86.7"), "rate with interval").methods == ("wilson",)
    assert one(text.format("60.0-90.0"), "rate with interval").verdict == "fits"
    # the exact intervals of the fact sheet, as its table prints them
    rows = {"44/48 91.7 (80.0-97.7)": 44, "35/48 72.9 (58.2-84.7)": 35, "24/48 50.0 (35.2-64.8)": 24,
            "5/48 10.4 (3.5-22.7)": 5, "6/20 30.0 (11.9-54.3)": 6, "14/24 58.3 (36.6-77.9)": 14,
            "91/110 82.7 (74.3-89.3)": 91, "69/110 62.7 (53.0-71.8)": 69, "75/91 82.4 (73.0-89.6)": 75,
            "53/110 48.2 (38.6-57.9)": 53, "9/67 13.4 (6.3-24.0)": 9, "1/43 2.3 (0.1-12.3)": 1}  # fmt: skip
    for row, k in rows.items():
        found = one(row, "rate with interval")
        assert (found.count, found.methods[0]) == (k, "clopper-pearson")


@pytest.mark.parametrize(
    "text",
    [
        "The Kaplan-Meier estimate at 3 years was 40% (19/48; 95% CI 26-55).",
        "The 2-year OS rate was 54% (26 of 48; 95% CI 39-69).",
        "The 1-year cumulative incidence of relapse was 25% (12/48).",
        "Of 48 patients, 3-y OS 40%; with and without it 52% v 34%.",
        "Of 48 patients, an estimated 47% were alive at 18 months (Kaplan-Meier).",
        "Event-free survival at 24 months was 33.3% in 48 patients.",
    ],
)
def test_rates_over_time_are_no_counts(text: str) -> None:
    found = [s for s in audit_text(text).statements if s.percent]
    assert found
    for s in found:
        assert s.verdict == "not tested" or (s.kind == "rate with interval" and not s.methods)


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("Adults aged 18 years or older were eligible. The median age was 35 years (range, 9-87).", ["does not fit"]),
        ("Patients with age ≥18 years; median age 39 years (range 18 to 87).", ["fits"]),
        ("Age ≥18 for one part, age ≥60 for the other; median age 39 years (range 18-87).", []),
        ("The median age was 39 years (range 9-87).", []),
    ],
)
def test_ages_against_the_age_asked_for(text: str, verdicts: list[str]) -> None:
    assert [v for _, v in told(text, "age against limit")] == verdicts


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("35 patients (14 M/21 F; age 35, 9-87) entered.", [("35 patients (14 M/21 F", "fits")]),
        ("26 responders (21 CR/4 CRp/1 CRi) were seen.", [("26 responders (21 CR/4 CRp/1 CRi)", "fits")]),
        ("26 responders (21 CR/4 CRp/2 CRi) were seen.", [("26 responders (21 CR/4 CRp/2 CRi)", "does not fit")]),
        ("20 did and the 8 others did not, which make up the 28 treated.", []),
        ("20 responders and 8 others make up the 29 treated.", [("20 responders and 8 others make up the 29", MISFIT)]),
        ("Of 12 patients three groups: 7 refractory and 6 dead.", []),
    ],
)  # fmt: skip
def test_parts_and_sums(text: str, sums: list[tuple[str, str]]) -> None:
    assert told(text, "sum of parts") == sums


def test_rows_of_other_reports_of_the_trial() -> None:
    """The table of reports in the fact sheet, as sentences: every count fits, each to its own number."""
    rows = {
        "35 patients were treated: CR 18 (51), CRp 6 (17), mCR 1 (3); SCT 12 (34%).": {18: 35, 6: 35, 1: 35, 12: 35},
        "Of 48 patients 46 were evaluable: CR 24 (52), SCT 19 (41%).": {24: 46, 19: 46},
        "MRD was negative in 53/66 (80%), then in 65/68 (96%).": {53: 66, 65: 68},
        "Of 110 patients 91 (83%) responded, CR 69 (63%), SCT 53 (48%).": {91: 110, 69: 110, 53: 110},
        "Of 77 patients 76 (99%) responded, CR 69 (90%).": {76: 77, 69: 77},
        "Of 80 patients 6 (8%) had SOS.": {6: 80},
    }
    for text, wanted in rows.items():
        found = {s.count: s for s in audit_text(text).statements if s.kind == "count with percent"}
        for k, n in wanted.items():
            assert n in found[k].n
            assert found[k].verdict == "fits", text


def test_one_in_four_and_five_of_whom_two() -> None:
    assert told("One in four patients (24%) had a reaction.", "count with percent") == []
    found = [s for s in audit_text("Ten died, five of whom two (40%) early.").statements if s.percent]
    assert [s.count for s in found] == [2]
    assert one("VOD was seen in 8 patients; 6 of those 8 (75%) had SCT.", "count with percent").literal == 8
    assert one("The study closed after 48 of a planned 60 patients (80%).", "count with percent").literal == 60


def test_raised_digits_are_no_part_of_a_number() -> None:
    text = "Platelets were 100 × 10⁹/L in 44¹² (92%) of 48³ patients."
    assert [(s.count, s.literal) for s in audit_text(text).statements if s.percent] == [(44, 48)]


def test_a_hundred_pages_take_less_than_five_seconds() -> None:
    page = (
        "Of 48 patients, 44 (92%) responded, with 35 of them (73%) in complete response. The median age was 39 years "
        "(range, 18-87). Survival at 2 years was 54% (95% CI, 39-67); HR 0.43 (95% CI 0.26-0.73, P = .002).\n"
        + "The committee met and found that nothing in the conduct of the study had changed since it last met.\n"
        * 28
    )
    start = time.process_time()
    audit = audit_text("\n".join([page] * 100))
    assert time.process_time() - start < 5
    assert len(audit.flagged) == 100
    assert len(page) > 2800


@pytest.mark.parametrize(
    ("text", "count", "literal"),
    [
        ("None of 50 patients (0%) died.", 0, 50),
        ("Zero of 50 (0%) died.", 0, 50),
        ("More than half (26 of 48; 54%) were alive.", 26, 48),
        ("300 of 1\u2009200 patients (25%) were young.", 300, 1200),
        ("The rate was 92% [44/48].", 44, 48),
        ("Of 48 patients the responders (44; 92%) lived longer.", 44, 48),
    ],
)
def test_more_spellings_of_a_count(text: str, count: int, literal: int) -> None:
    found = one(text, "count with percent")
    assert (found.count, found.literal, found.verdict) == (count, literal, "fits")


def test_a_share_of_a_number_is_not_that_number_of_a_larger_one() -> None:
    for text in ("Most of the 48 patients (92%) responded.", "No patient of 50 (0%) died."):
        assert told(text, "count with percent") == []


def test_a_share_that_words_only_hint_at_is_left_open() -> None:
    text = (
        "Of 48 patients 44 had a complete work-up. Among patients who had complete data 78.4% had blasts under 0.01%."
    )
    assert {s.verdict for s in audit_text(text).statements if s.percent} <= {"open", "fits"}


def test_a_share_of_nobody_is_not_tested() -> None:
    (one,) = (s for s in audit_text("None responded, 0/0 (0%).").statements if s.percent is not None)
    assert one.verdict == "not tested"


def test_a_page_of_blanks_costs_nothing_and_moves_nothing() -> None:
    text = "Of 48 patients" + " " * 50_000 + "44 (92%) responded." + "\t" * 9_000 + "Of 10 patients 5 (50%) relapsed."
    found = [s for s in audit_text(text).statements if s.percent]
    assert [(s.count, s.n, s.verdict, s.text) for s in found] == [
        (44, (48,), "fits", "44 (92%)"),
        (5, (10,), "fits", "5 (50%)"),
    ]
    assert all(text[s.start : s.end] == s.text for s in found)
