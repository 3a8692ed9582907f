"""What an outside reader found: units of powers of ten, counts beside percentages, means alone, p-values, times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats._audit_words import plain
from onearm.stats.consistency import Statement, audit_text, hazard_ratio_consistency

MISFIT = "does not fit"


def one(text: str, kind: str) -> Statement:
    (found,) = [s for s in audit_text(text).statements if s.kind == kind]
    return found


UNITS = (
    "10^9/L", "x 10^9/L", "× 10^9/L", "10*9/L", "10**9/L", "10e9/L", "10E9/L", "10⁹/l", "×10⁹/L", "× 10⁹ /L", "x 109/L",
    "109/L", "× 10 9 /L", "10^3/uL", "10³/µL", "/mm3", " /mm3", "cells/mm^3", "mg/m2", "mg/m^2", "mg/m²", "kg/m2",
    "kg/m²", "K/uL", "g/dL", "U/L", "mmHg", "kg", "%", "months", "mg",
)  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("span", ["(range {} to {})", "(range, {}-{})", "(IQR {} to {})", ", range {} to {}"])
def test_a_unit_is_no_part_of_the_value(unit: str, span: str) -> None:
    for value, verdict in (("4.5", "fits"), ("9.5", MISFIT), ("1.5", MISFIT)):
        found = one(f"The median was {value} {unit} {span.format('2.4', '8.7')}.", "median with range")
        assert (found.verdict, found.text.startswith(value)) == (verdict, True)
        assert value in found.says


def test_a_unit_in_words_that_are_no_unit() -> None:
    for said in ("5/10 of 10/100", "10/L", "3 x 10 table", "10 of 48", "in 10 (21%)", "10 mL"):
        assert plain(said) == said
    assert audit_text("Platelets above 100 x 10^9/L were seen in 10 (21%) of 48 patients.").stated == ()
    assert one("Platelets above 100 x 10^9/L were seen in 10 (21%) of 48 patients.", "count with percent").n == (47, 48)


@given(st.text(alphabet="10^9*e/LlmM²³⁹xX× .%()-uµk\n5\\&lt;|*", max_size=60))
def test_every_character_keeps_its_place(text: str) -> None:
    assert len(plain(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The response rate was 83%, with 38 of 47 patients responding.", MISFIT),
        ("The response rate was 83%, with 39 of 47 patients responding.", "fits"),
        ("Overall 83%, 38 of 46 patients.", "fits"),
        ("The response rate was 83% in 39 of 47 patients.", "fits"),
        ("Response: 83%/38 of 46.", "fits"),
        ("Response: 85%/38 of 46.", MISFIT),
        ("Eighty-three percent of patients (38 of 47) responded.", MISFIT),
        ("Eighty-three percent (38/46) responded.", "fits"),
        ("One hundred percent of patients (12 of 12) responded.", "fits"),
        ("83% of all treated patients (38 of 47) responded.", MISFIT),
    ],
)
def test_a_count_beside_its_percentage(text: str, verdict: str) -> None:
    assert one(text, "count with percent").verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "The response rate was 83%, with 12 of 15 women responding.",
        "The response rate was 83%, with 12 of 15 patients with CNS disease responding.",
        "The response rate was 83%, with 12 of 15 patients relapsing.",
        "CR was 60%, 12 of 30 women responded.",
        "83% of patients with CR (38 of 47) were negative.",
        "About 50% (23/47) of them responded, more than 40% (20/47) early.",
        "Nearly 50% of 47 patients responded.",
        "About fifty percent of patients (23 of 47) responded.",
        "The 2-year survival was 54%, with 30 of 48 patients alive.",
    ],
)
def test_two_numbers_that_need_not_be_of_one_thing(text: str) -> None:
    assert audit_text(text).flagged == ()


@settings(max_examples=60)
@given(st.integers(1, 300), st.data())
def test_a_true_count_beside_its_percentage_is_never_doubted(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    p = (200 * k + n) // (2 * n)
    for text in ("The response rate was {p}%, with {k} of {n} patients responding.", "Response {p}%/{k} of {n}.",
                 "{p}% of patients ({k} of {n}) responded."):  # fmt: skip
        assert audit_text(text.format(k=k, n=n, p=p)).flagged == ()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        # Brown & Heathers: 28 whole answers give 5.18 (145/28), never 5.19
        ("The 28 pupils gave whole numbers with a mean of 5.19.", MISFIT),
        ("The 28 pupils gave whole numbers with a mean of 5.18.", "fits"),
        ("The mean number of cycles given to the 28 patients was 5.19 (range 1 to 8).", MISFIT),
        ("Pain (integer scale 0-10, n = 20): mean 4.35.", "fits"),
        ("Answers were integers from 1 to 7 (n = 28): mean = 5.19.", MISFIT),
        ("The mean number of cycles given to the 28 patients was 5.2.", "open"),
        ("The mean of the 28 answers on a 5-item questionnaire was 5.19.", "open"),  # 140 items
    ],
)
def test_a_mean_without_its_spread(text: str, verdict: str) -> None:
    assert one(text, "mean of whole numbers").verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "In 28 patients the mean number of cycles was 5.19 in men and 4.20 in women.",
        "Of 28 patients, 20 answered; the mean number of cycles was 5.19.",
        "The adjusted mean number of cycles of the 28 patients was 5.19.",
        "In 28 patients the mean number of infections per patient-year was 5.19.",
        "The mean difference in the number of cycles of the 28 patients was 5.19.",
        "The mean age of the 28 patients was 45.19 years.",
        "The mean number of cycles was 5.19.",
    ],
)
def test_a_mean_that_need_not_be_of_whole_numbers_of_these_people(text: str) -> None:
    assert not [s for s in audit_text(text).statements if s.kind == "mean of whole numbers"]


@settings(max_examples=60)
@given(st.integers(2, 99), st.integers(0, 900))
def test_a_true_mean_is_never_doubted(n: int, total: int) -> None:
    hundredths = (200 * total + n) // (2 * n)
    text = f"The mean number of cycles given to the {n} patients was {hundredths // 100}.{hundredths % 100:02}."
    assert one(text, "mean of whole numbers").verdict == "fits"


@pytest.mark.parametrize(
    ("p", "verdict"),
    [
        (
            "P = 0.04",
            MISFIT,
        ),  # R: z = mean(log(c(.55, .89))) / (diff(log(c(.55, .89))) / 3.919928); 2 * pnorm(z) = 0.0036
        ("P = 0.004", "fits"),
        ("P = 0.002", "wording"),  # half of it
        ("P = 0.006", "wording"),  # a log-rank test may differ so much
        ("P = 0.20", MISFIT),
        ("log-rank P = 0.02", "wording"),
        ("Fisher's exact P = 0.02", "wording"),
        ("P < 0.05", "fits"),
        ("P < 0.0001", MISFIT),
        ("P = 1", MISFIT),
    ],
)
def test_a_p_that_does_not_follow_from_its_interval(p: str, verdict: str) -> None:
    assert one(f"Death was rarer, HR 0.70 (0.55-0.89; {p}).", "ratio with interval").verdict == verdict


def test_the_p_of_the_interval_on_paper() -> None:
    low, high = math.log(0.55), math.log(0.89)
    z = (low + high) / 2 / ((high - low) / 3.919928)
    p = math.erfc(-z / math.sqrt(2))
    found = hazard_ratio_consistency("0.70", "0.55", "0.89")
    assert found.p[0] < p < found.p[1] < 0.005 < 0.035


def test_powers_of_ten_are_no_p() -> None:
    found = one("Death was rarer, HR 0.40 (0.27-0.59; P = 1.2 x 10^-5).", "ratio with interval")
    assert (found.verdict, found.text) == ("fits", "HR 0.40 (0.27-0.59")


@pytest.mark.parametrize("name", ["Progression-free survival", "Overall survival", "Duration of response", "OS"])
def test_rates_at_several_times(name: str) -> None:
    text = f"{name}: median 11.2 months (95% CI 7.1 to 41.0); 48.0%{{}} at 12 months; 42.3%{{}} at 24 months."
    for interval in ("", " (95% CI 32.9% to 61.6%)", " [95% CI 20.1-70.2]"):
        rates = [
            s for s in audit_text(text.format(interval, interval)).statements if s.percent and "rate" not in s.kind
        ]
        assert rates == []
        over = [s.percent for s in audit_text(text.format(interval, interval)).statements if s.kind == "rate over time"]
        assert over == ["48.0", "42.3"]


def test_a_limit_is_no_side_of_a_match() -> None:
    text = "1:1 matching of those with age at least 18 and salvage at most 1."
    assert not [s for s in audit_text(text).statements if s.kind == "matched numbers"]


@pytest.mark.parametrize(
    ("text", "kind", "verdict"),
    [
        (r"Hazard ratio **0.43** (95% CI 0.26 to 0.73), p \<0.01.", "ratio with interval", "fits"),
        (r"Hazard ratio 0.43 (95% CI 0.26 to 0.73), p \<0.00001.", "ratio with interval", MISFIT),
        (r"Hazard ratio 0.43 (95% CI 0.26 to 0.73), p &lt;0.00001.", "ratio with interval", MISFIT),
        (r"Doses differed, t(28) = 2.20, p \< .01.", "test with p", MISFIT),
        (r"White cells: median 4.5 10\^9/L \(range 2.4 to 8.7\).", "median with range", "fits"),
        (r"Of 48 patients **44 (92\%)** responded.", "count with percent", "fits"),
        (
            r"White cells: median 4.5 10**9/L; median of blasts 4.5 10**9/L (range 2.4 to 8.7).",
            "median with range",
            "fits",
        ),
        ("| | All (n = 48) |\n|:--|--:|\n| **Female** \\| sex, n (%) | **21 (44)** |", "count with percent", "fits"),
    ],
)
def test_marks_of_markdown_are_undone(text: str, kind: str, verdict: str) -> None:
    found = one(text, kind)
    assert found.verdict == verdict
    assert found.text == text[found.start : found.end]


def test_a_table_of_key_results() -> None:
    for cell in ("91.7% 44/48, 95% CI 80.0% to 97.7%", "**91.7%** | 44/48, 95% CI 80.0% to 97.7%"):
        text = f"| Measure | Result |\n| --- | --- |\n| Response rate | {cell} |\n"
        assert one(text, "count with percent").verdict == "fits"
        assert one(text, "rate with interval").methods == ("clopper-pearson",)


@pytest.mark.parametrize(
    "text",
    [
        "Of 48 limits, 4 to 5 % of them lie below the truth and about 1 % above it.",
        "The mid-P form covers 93.5 to 99.1 % (0.9 to 0.5) and is the closer one.",
        "There were 5 variables, of which a third was missing; 20 imputations, nominal coverage 95%.",
        "Response was 91.7% 24/48 at the second look.",
        "Survival was 65% in men, 70% in women.",
        "Response was 65% in 20 men and 70% in 30 women.",
        "Overt disease was rare, 5%-10% (1/48).",
        "Survival was longer, HR 0.50; 95% CI 0.40-0.62; P = .0001.",
        "Neutropenia occurred in 92%, range 3 to 8 days; the median was 5 days.",
        "The median time to a response in 60% (range 1 to 3 months) was short.",
    ],
)
def test_what_is_said_of_methods_is_no_result(text: str) -> None:
    assert not [s for s in audit_text(text).statements if s.verdict == MISFIT]
