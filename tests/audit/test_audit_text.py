"""The reader of published text: the abstract that started the project, labelled sentences, odd spellings, odd input."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onearm.stats.consistency import VERDICTS, Statement, audit_text

sys.path.insert(0, str(Path(__file__).parent))
import score

SHARED = Path(__file__).resolve().parents[3] / "shared" / "facts" / "abstract.txt"


def only(text: str, kind: str = "count with percent") -> Statement:
    (found,) = [s for s in audit_text(text).statements if s.kind == kind]
    return found


@pytest.mark.shared
def test_the_abstract_that_started_the_project() -> None:
    if not SHARED.exists():
        pytest.skip("the folder ../shared/facts is not beside this checkout")
    audit = audit_text(SHARED.read_text(encoding="utf-8"))
    by_text = {s.text.strip(): s for s in audit.statements}
    responders, complete = by_text["44 patients (92%)"], by_text["35 of them (73%)"]
    assert (responders.n, responders.uniqueness, responders.verdict) == ((48,), "unique", "fits")
    assert (complete.n, complete.uniqueness, complete.verdict) == ((48,), "unique", "wording")
    assert (complete.literal, complete.literal_percent, complete.stated) == (44, "79.5%", (48,))
    assert "Veno" not in responders.text
    for text, n in {"Twenty-four patients (50%)": 48, "24 patients (50%)": 48, "13 [54%]": 24, "6 (30%)": 20}.items():
        assert by_text[text].n == (n,)
        assert by_text[text].verdict == "fits"
    assert (by_text["13 [54%]"].literal, by_text["6 (30%)"].literal) == (24, 20)
    assert by_text["5 patients (10%)"].n == (48, 49, 50, 51, 52)
    assert by_text["5 patients (10%)"].stated == (48,)
    assert (by_text["93%"].literal, by_text["93%"].count) == (44, 41)
    assert (by_text["14 patients"].literal, by_text["14 patients"].kind) == (24, "count in a group")
    assert by_text["the remaining 20"].says.startswith("24 + 20 = 44")
    assert {by_text[p].verdict for p in ("42%", "54%")} == {"not tested"}
    assert [s.text for s in audit.flagged] == ["35 of them (73%)"]
    assert 48 in audit.stated
    assert audit.rules == ("half-up", "half-even")


@pytest.mark.parametrize("wanted", ["first", "second", "third", "fourth", "fifth", "sixth"])
def test_labelled_sentences(wanted: str) -> None:
    total, _, said = score.score(wanted)
    assert (total.precision, total.recall) == (1, 1), said
    assert len(said) == (wanted == "fifth"), said  # one mean: no spread of so few decimals could be refused
    for case in score.cases():
        for label, hit in score.matching(case)[0]:
            if hit is not None and "n" in label:
                assert list(hit.n) == label["n"], label


def test_the_traps_of_published_reports() -> None:
    # a median outside its own quartiles; 21 (32%) of 69 is 30.4%
    median = only("Median follow-up was 92.8 mo with IQR 8.8-67.4.", "median with range")
    assert median.verdict == "does not fit"
    assert "8.8 to 67.4" in median.says
    relapse = only("Overall 21 (32%) of 69 relapsed.")
    assert (relapse.verdict, relapse.literal, relapse.literal_percent) == ("does not fit", 69, "30.4%")
    assert relapse.n == (65, 66)


@pytest.mark.parametrize(
    "text",
    [
        "44/48 (92%)", "44/48 patients (92%)", "44 of 48 patients (92%)", "44 of the 48 evaluable patients (92%)",
        "44 (92%) of 48 patients", "44 patients (92%) of 48", "44 out of 48 (92%)", "92% (44/48)", "92% (44 of 48)",
        "92% (n = 44/48)", "44 (92% of 48)", "forty-four of 48 patients [92%]", "44 of 48 (92 %)",
        "44 (92%) of all 48 patients", "44 of 48 patients (91.7%)", "44 of 48 (91·7%)", "44\u2009of\u200948 (92%)",
        "44 of 48 patients, 92%, responded", "44 of 48 (92 percent)", "patients (44/48, 92%)", "44/48 = 92%",
    ],
)  # fmt: skip
def test_spellings_of_one_fact(text: str) -> None:
    found = only(f"Response was seen in {text}." if not text[0].isalpha() else text.capitalize() + ".")
    assert (found.count, found.literal, found.verdict) == (44, 48, "fits")
    wrong = only(text.replace("92", "93").replace("91", "93").replace("forty", "Forty"))
    assert wrong.verdict == "does not fit"


@pytest.mark.parametrize(
    ("text", "rule"), [("7 of 12 patients (58%)", "half-up"), ("8 of 12 (66%)", "truncate"), ("1/8 (12%)", "half-even")]
)
def test_the_rule_of_rounding_is_named(text: str, rule: str) -> None:
    found = only(text)
    assert found.verdict == "fits"
    assert rule in found.rules
    assert ("half-up" in found.rules) == (rule == "half-up")
    assert audit_text(text).rules == found.rules


def test_words_that_refer_back() -> None:
    text = (
        "Of 48 patients, 44 of 48 (92%) responded; of these, 35 (80%) had a complete response, 28 of them (80%) early."
    )
    early = {s.count: s for s in audit_text(text).statements if s.percent}
    assert [(s.literal, s.verdict) for s in early.values()] == [(48, "fits"), (44, "fits"), (35, "fits")]
    # a count cannot be of a smaller one: the words must mean an earlier group
    assert only("Fifty patients came. Ten died. Of the 50, 20 of them (40%) relapsed.").literal == 50


def test_a_fit_by_truncation_needs_a_stated_number() -> None:
    assert only("75 patients were seen. MRD was negative in 71 (94%).").rules == ("truncate",)
    assert only("83 patients were seen. MRD was negative in 71 (94%).").verdict == "unstated"
    assert only("MRD was negative in 71 (94.1%), and one came of 20.").verdict != "fits"


def test_counts_named_by_n_and_what_counts_nobody() -> None:
    found = audit_text(
        "Of 120 patients some had neutropenia (n=40, 33%) or anaemia (n = 18; 14%); about 1 in 5 (20%) did."
    )
    assert [(s.count, s.verdict) for s in found.statements if s.kind == "count with percent"] == [
        (40, "fits"),
        (18, "does not fit"),
    ]


@pytest.mark.parametrize(
    ("text", "verdict", "says"),
    [
        ("HR 0.80 (95% CI 0.26-0.73)", "does not fit", "outside its own interval"),
        ("HR 0.80 (95% CI 0.95-0.73)", "does not fit", "runs downwards"),
        ("HR 0.81 (95% CI 0.70-0.94; log-rank P = .02)", "wording", "a log-rank"),
        ("HR 0.81 (95% CI 0.70-0.94; P ≤ .01)", "fits", "printed p <= .01"),
        ("t(28) = 2.20, p = .018", "wording", "one-tailed"),
        ("r(28) = 1.20, p = .018", "does not fit", "correlation"),
        ("a median of 12 months (range, 30 to 8)", "does not fit", "runs downwards"),
        ("60 patients (105%)", "does not fit", "cannot exceed 100%"),
        ("30 of 20 patients (60%)", "does not fit", "more than all of them"),
        ("we saw 24 men and 20 women", "open", "no such number before it"),
    ],
)
def test_what_is_said_of_it(text: str, verdict: str, says: str) -> None:
    (found,) = [s for s in audit_text(f"In this report {text}.").statements if s.verdict != "stated"]
    assert found.verdict == verdict
    assert says in found.says


def test_sums_written_either_way() -> None:
    found = audit_text("All were accounted for (150 = 120 + 24 + 6; 24 + 20 = 44; 7 + 8 = 16).")
    assert [s.verdict for s in found.statements if s.kind == "sum"] == ["fits", "fits", "does not fit"]


def test_intervals_are_named() -> None:
    text = "The response rate was 91.7% (44 of 48; 95% CI, {}); survival was 54% (95% CI, 37-67) at 2 years."
    exact = audit_text(text.format("80.0-97.7")).statements
    assert [s.methods for s in exact if s.count == 44 and s.kind == "rate with interval"] == [("clopper-pearson",)]
    wilson = audit_text(text.format("80.4-96.7")).statements
    assert [s.methods for s in wilson if s.count == 44 and s.kind == "rate with interval"] == [("wilson",)]
    other = [s for s in audit_text(text.format("81.9-95.5")).statements if s.count == 44 and "interval" in s.kind]
    assert [s.verdict for s in other] == ["open"]


def test_survival_rates_are_never_held_against_a_count() -> None:
    text = "Of 48 patients, 2-year overall survival was 53% (26/48), PFS at 24 months 37% and 3-year OS 12 (40%)."
    assert {s.verdict for s in audit_text(text).statements if s.percent} == {"not tested"}


def test_every_verdict_has_its_meaning_and_every_place_its_text() -> None:
    for case in score.cases():
        audit = audit_text(case["text"])
        for s in audit.statements:
            assert s.verdict in VERDICTS
            assert s.text == case["text"][s.start : s.end]
            assert not {"error", "fraud", "mistake", "false", "wrong"} & set(s.says.lower().split())


@settings(max_examples=60)
@given(st.lists(st.sampled_from([c["text"] for c in score.cases()] + list("()[]%/,;. \n5")), max_size=12).map("".join))
def test_any_order_of_pieces_can_be_read(text: str) -> None:
    audit = audit_text(text)
    assert all(s.text == text[s.start : s.end] for s in audit.statements)
    assert audit_text(text) == audit


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    audit_text(text)


@pytest.mark.parametrize("text", ["5 (" * 4000, "44 (92%) " * 4000, "1 a " * 20_000, "(" * 50_000, "1+" * 20_000,
                                  "median 1 (" * 5000, "HR 0" * 9000, "word " * 40_000, "12," * 30_000])  # fmt: skip
def test_long_odd_texts_take_little_time(text: str) -> None:
    start = time.process_time()
    audit_text(text)
    assert time.process_time() - start < 20


def test_what_is_not_text() -> None:
    with pytest.raises(ValueError, match="text must be text"):
        audit_text(None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one section at a time"):
        audit_text(" " * 1_000_001)


def test_the_committed_evidence_is_what_the_sentences_give() -> None:
    import write_evidence

    assert write_evidence.PAGE.read_text(encoding="utf-8") == write_evidence.page()
    assert score.counted_sets().total() >= 110
    assert {name for name, _ in score.history()} == {"second", "third", "fourth", "fifth", "sixth"}


def test_the_blocks_of_the_page_print_what_they_show(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.S)
    assert len(blocks) == 2
    for code, shown in blocks:
        exec(compile(code, "docs/audit.md", "exec"), {})
        assert capsys.readouterr().out == shown
    for verdict in ("fits", "wording", "does not fit", "unstated", "open", "not tested"):
        assert f"| {verdict} | " in page
