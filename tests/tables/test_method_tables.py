"""Tables of methods: no number of a failed design is bare; estimands and losses are said; the unknown does no harm."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from onearm.results import Gate, Header, Results
from onearm.tables import Table, build
from onearm.tables.methods import estimand_words
from onearm.tables.model import Row

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import INO, SALVAGE, sample


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def tables(results: Results) -> dict[str, Table]:
    return build(results)


def named(table: Table, label: str) -> Row:
    return next(r for r in table.rows if r.label == label)


def said(table: Table, label: str) -> list[str]:
    return [c.text for c in named(table, label).cells]


def test_every_method_has_a_row_and_the_crude_one_stands_last(tables: dict[str, Table], results: Results) -> None:
    table = tables[f"methods-{SALVAGE}"]
    labels = [r.label for r in table.rows if not r.head]
    assert labels == [c.label for c in results.choices if c.comparison == SALVAGE] + ["Crude, before matching"]
    assert table.rows[0].label == "Overall survival: hazard ratio; survival difference at 12 months"
    assert [c.text for c in table.columns][1:7] == ["Estimand", "Trial", "Lost", "External", "Effective n", "Gates"]


def test_a_method_says_its_estimand_its_numbers_and_its_effect(tables: dict[str, Table]) -> None:
    table = tables[f"methods-{SALVAGE}"]
    assert said(table, 'Overlap weights <"A&B"> (ATO)') == [
        "ATO", "48", "0", "104", "48.0 / 73.3", "passed", "0.41 (0.25 to 0.66)", "0.020", "",
    ]  # fmt: skip
    first = said(table, "1:1 nearest neighbour (ATT), primary")
    assert first[:6] == ["ATT of those kept", "41", "7", "41", "41.0 / 41.0", "passed"]


def test_every_effect_of_a_failed_design_is_stamped_and_no_other(tables: dict[str, Table], results: Results) -> None:
    for name in (SALVAGE, INO):
        failed = {c.label for c in results.choices if c.comparison == name and c.failed}
        assert failed
        for row in tables[f"methods-{name}"].rows:
            for cell in row.cells[6:]:
                if cell.parts:
                    assert (cell.stamp == "gate failed") == (row.label in failed), (name, row.label)


def test_a_method_without_a_design_says_why(tables: dict[str, Table]) -> None:
    table = tables[f"methods-{SALVAGE}"]
    assert said(table, "Coarsened exact matching (ATT)")[5:8] == ["no design", "NE", "NE"]
    assert any("no design: no class holds patients of both sides." in note for note in table.footnotes)


def test_a_method_without_a_hazard_ratio_shows_its_difference(tables: dict[str, Table]) -> None:
    cells = said(tables[f"methods-{SALVAGE}"], "Doubly robust (AIPW) (ATT)")
    assert cells[6:] == ["", "", "0.21 (0.02 to 0.40)"]


def test_reasons_name_their_row_and_do_not_speak_for_the_table(results: Results) -> None:
    key = f"os.hazard_ratio|{SALVAGE}/aipw"
    none = replace(
        results[f"os.hazard_ratio|{SALVAGE}/coarsened"], id=key, group=f"{SALVAGE}/aipw", population="ATT",
        error="no marginal hazard ratio", notes=("estimand ATT",), label="Overall survival: hazard ratio",
    )  # fmt: skip
    table = build(replace(results, estimates={**results.estimates, key: none}))[f"methods-{SALVAGE}"]
    said = "Doubly robust (AIPW) (ATT): Overall survival: hazard ratio: no marginal hazard ratio."
    assert said in table.footnotes
    assert table.footnotes.count("NE: not estimable.") == 1
    assert not any(note.lower().startswith(("population: att", "estimand", "method:")) for note in table.footnotes)
    assert sum("no class holds patients of both sides" in note for note in table.footnotes) == 1


def test_an_endpoint_of_yes_or_no_is_compared_by_its_odds(results: Results) -> None:
    found = [
        replace(results[f"os.hazard_ratio|{SALVAGE}/{m}"], id=f"orr.odds_ratio|{SALVAGE}/{m}", label="Response: odds")
        for m in ("overlap", "entropy")
    ]
    table = build(Results(results.header, {e.id: e for e in found}, choices=results.choices))[f"methods-{SALVAGE}"]
    assert table.rows[0].label == "Response: odds ratio; risk difference"
    assert said(table, "Entropy balancing (ATT)")[6] == "0.47 (0.28 to 0.75) [gate failed]"


def test_every_column_is_documented(tables: dict[str, Table]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()
    section = text.partition("## methods-NAME.csv\n")[2].partition("\n## ")[0]
    listed = [row.split("|")[1].strip() for row in section.splitlines() if row.startswith("| ")][1:]
    assert listed == [c.text for c in tables[f"methods-{SALVAGE}"].columns]


def test_methods_without_effects_still_have_rows(results: Results) -> None:
    bare = Results(results.header, choices=results.choices)
    table = build(bare)[f"methods-{SALVAGE}"]
    assert len(table.rows) == 5
    assert all(not c.text for r in table.rows for c in r.cells[6:])


def test_gates_of_the_methods_say_what_broke(tables: dict[str, Table]) -> None:
    table = tables[f"method-gates-{SALVAGE}"]
    assert said(table, "Entropy balancing (ATT)") == ["0.31 [failed]", "failed"]
    assert "largest for age; at most 0.25 allowed" in named(table, "Entropy balancing (ATT)").note
    assert said(table, 'Overlap weights <"A&B"> (ATO)') == ["0.00", "passed"]


@pytest.mark.parametrize(
    ("value", "threshold", "passed", "says", "found", "verdict"),
    [
        (0.2513, 0.25, False, "largest for age; at most 0.25 allowed", ("0.251", "0.25"), "failed"),
        (0.250001, 0.25, False, "at most 0.25 allowed", ("0.250001", "0.25"), "failed"),
        (0.4996, 0.5, False, "at least 0.5 required", ("0.4996", "0.50"), "failed"),
        (0.4999, 2.0, False, "farthest for age; from 0.5 to 2 allowed", ("0.4999", "2.00"), "failed"),
        (0.3, 0.25, False, "at most 0.25 allowed", ("0.30", "0.25"), "failed"),
        (0.25, 0.25, True, "at most 0.25 allowed", ("0.25", "0.25"), "passed"),
        (0.1, 0.125, True, "at most 0.125 allowed", ("0.10", "0.125"), "passed"),
        (None, 0.25, False, "no pairs", ("NE", "0.25"), "failed"),
        (None, 0.25, True, "not asked: a model of the outcome", ("-", "0.25"), "not asked"),
        (None, 0.25, True, "this method has no score", ("NE", "0.25"), "passed"),
    ],
)
def test_rounding_does_not_hide_a_verdict(
    value: float | None, threshold: float, passed: bool, says: str, found: tuple[str, str], verdict: str
) -> None:
    gate = Gate(
        id="gate.balance|c", comparison="c", name="Largest", value=value, threshold=threshold, passed=passed, says=says
    )
    table = build(Results(Header(trial="t", title="T", arm="A", notice=""), gates=(gate,)))["gates-c"]
    assert said(table, "Largest") == [*found, verdict]


def test_gates_of_further_methods_show_the_digits_and_what_was_not_asked(results: Results) -> None:
    key = f"gate.balance|{SALVAGE}/entropy"
    near = replace(results[key], value=0.2504)
    unasked = replace(results[key], id=f"gate.balance|{SALVAGE}/aipw", group=f"{SALVAGE}/aipw", value=None,
                      method="not asked: a model of the outcome carries this method; passed", error="none")  # fmt: skip
    table = build(replace(results, estimates={**results.estimates, key: near, unasked.id: unasked}))
    mine = table[f"method-gates-{SALVAGE}"]
    assert said(mine, "Entropy balancing (ATT)")[0] == "0.2504 [failed]"
    assert said(mine, "Doubly robust (AIPW) (ATT)") == ["not asked", "passed"]
    assert "a model of the outcome carries this method" in named(mine, "Doubly robust (AIPW) (ATT)").note


def test_a_method_without_a_design_has_passed_no_gate(results: Results) -> None:
    gate = next(r for r in build(results)[f"method-gates-{SALVAGE}"].rows if r.label.startswith("Coarsened"))
    assert [c.text for c in gate.cells] == ["NE [failed]", "no design"]


def test_a_hazard_ratio_has_its_estimand_beside_it(tables: dict[str, Table], results: Results) -> None:
    for name, lost in ((SALVAGE, "7"), (INO, "28")):
        table = tables[f"comparison-{name}"]
        assert named(table, "Hazard ratio").note == f"ATT of those kept, {lost} trial patients lost"
        assert named(table, "Hazard ratio, crude").note == "not adjusted: no estimand"


@pytest.mark.parametrize(("lost", "words"), [(0, "no trial patient lost"), (1, "1 trial patient lost")])
def test_losses_in_words(results: Results, lost: int, words: str) -> None:
    assert estimand_words(replace(results.choices[0], lost=lost)) == f"ATT of those kept, {words}"


def test_the_commitment_says_what_is_on_record(tables: dict[str, Table]) -> None:
    table = tables["commitment"]
    assert said(table, "Design of the comparisons") == ["Not prespecified: locked late"]
    assert said(table, "First look at outcomes before that") == ["2026-01-01"]
    assert said(table, "Locked again, change 1") == ["2026-02-03: a wider caliper <&>"]


def test_an_open_design_claims_nothing_about_looks(results: Results) -> None:
    one = replace(results.commitment[0], status="open", locked="", first_look="", digest="", changes=())
    table = build(Results(results.header, commitment=(one,)))["commitment"]
    assert [(r.label, r.cells[0].text) for r in table.rows] == [
        ("Design of the comparisons", "Not prespecified"),
        ("Locked", "never"),
    ]


def test_a_prespecified_design_says_that_no_look_was_earlier(results: Results) -> None:
    one = replace(results.commitment[0], status="prespecified", first_look="", changes=())
    table = build(Results(results.header, commitment=(one,)))["commitment"]
    assert said(table, "Design of the comparisons") == ["Prespecified"]
    assert said(table, "First look at outcomes before that") == ["none on record"]


def test_what_stands_around_a_comparison_has_a_table_each(tables: dict[str, Table]) -> None:
    assert said(tables[f"sensitivity-{SALVAGE}"], "hazard ratio")[0] == "4.10 (2.20 to NE)"
    assert tables[f"sensitivity-{SALVAGE}"].rows[0].label == "E-value"
    assert "published-label_trial" in tables
    assert f"borrowing-{SALVAGE}" in tables


def test_what_stands_on_a_failed_design_is_stamped(tables: dict[str, Table]) -> None:
    assert said(tables[f"sensitivity-{INO}"], "hazard ratio")[0] == "1.70 [gate failed]"
    assert said(tables[f"sensitivity-{SALVAGE}"], "prevalence")[0] == "40.0% [gate failed]"


def test_an_unknown_context_does_no_harm(tables: dict[str, Table]) -> None:
    assert all("os.mystery|nowhere" not in t.ids for t in tables.values())
