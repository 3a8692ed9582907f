"""Tables choose and arrange: every number is the text of one estimate."""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest

from onearm import text
from onearm.results import Flow, FlowStep, Listing, Results
from onearm.tables import TABLES, build, to_csv, to_html
from onearm.tables.cells import counted, limits, shown
from onearm.tables.methods import choice_id
from onearm.tables.model import Cell, Row, Table, words
from onearm.tables.names import parse

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))  # where the invented results are
from sample import INO, SALVAGE, nothing, number, proportion, sample


@pytest.fixture(scope="module")
def results() -> Results:
    vod = Listing(id="vod", title="VOD", section="safety", columns=("Subject", "Grade <&>"), rows=(("007", "3"),),
                  subjects=("007",), notes=("Worst first.",))  # fmt: skip
    mrd = [
        replace(proportion(f"mrd_time.{stat}@20-40d", "MRD", x, n, "mrd-by-time"), heading="Early", stat=stat)
        for stat, x, n in (("tested", 8, 9), ("negative", 5, 8), ("negative_by", 6, 9))
    ]
    whole = sample()
    return replace(whole, listed=(vod,), estimates={**whole.estimates, **{e.id: e for e in mrd}})


@pytest.fixture(scope="module")
def tables(results: Results) -> dict[str, Table]:
    return build(results)


def row(table: Table, label: str) -> list[str]:
    return next([c.text for c in r.cells] for r in table.rows if r.label == label)


def test_each_kind_shows_something(results: Results, tables: dict[str, Table]) -> None:
    assert all(made(results) for made in TABLES.values())
    assert {key.partition("-")[0] for key in tables} >= {
        "competing",
        "states",
        "in",
        "time",
        "clone",
        "naive",
        "subgroups",
    }
    assert {t.comparison for t in tables.values()} == {"", SALVAGE, INO, "label_trial"}


def test_nothing_gives_no_tables() -> None:
    assert build(nothing()) == {}


def test_every_id_resolves(results: Results, tables: dict[str, Table]) -> None:
    known = {*results.estimates, *(g.id for g in results.gates), *(s.id for s in results.statements)}
    known |= {"subject:007", "commitment", *(choice_id(c) for c in results.choices), *(w.id for w in results.watches)}
    for table in tables.values():
        assert set(table.ids) <= known
        assert table.ids


def test_every_digit_of_a_cell_has_an_id(tables: dict[str, Table]) -> None:
    for table in tables.values():
        for cell in table.cells():
            for said, key in cell.parts:
                if not key and not re.fullmatch(r"[^0-9]*", said):
                    assert cell in table.columns, (table.id, said)


def test_every_number_is_the_text_of_its_estimate(results: Results, tables: dict[str, Table]) -> None:
    for table in tables.values():
        for r in table.rows:
            for cell in r.cells:
                for said, key in cell.parts:
                    if key in results:
                        e = results[key]
                        allowed = {shown(e), counted(e), limits(e), f"{shown(e)} ({limits(e)})"}
                        allowed |= {f"{count} ({shown(e)})" for count in (counted(e), e.events)}
                        allowed |= {"0"} if e.events == 0 else set()
                        exact = f"{text.percent(int(e.value or 0), e.n)}%" if e.unit == "patients" else ""
                        part = bool(exact) and said in (exact, f"{shown(e)} ({exact})")
                        assert said in allowed or part, (table.id, key)


def test_every_row_has_a_cell_for_each_column(tables: dict[str, Table]) -> None:
    for table in tables.values():
        for r in table.rows:
            assert len(r.cells) == (0 if r.head else len(table.columns) - 1), (table.id, r.label)


def test_percentages_are_exact_for_every_count_up_to_200() -> None:
    with localcontext() as context:
        context.prec = 60
        for n in range(1, 201):
            for x in range(n + 1):
                exact = (Decimal(100 * x) / Decimal(n)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
                e = proportion("orr", "Response", x, n, "response")
                assert shown(e) == f"{exact}%" == f"{text.percent(x, n)}%", (x, n)


def test_response_layout(tables: dict[str, Table]) -> None:
    response = tables["response"]
    assert [c.text for c in response.columns] == ["", "n/N", "Percent", "95% CI"]
    assert row(response, "Overall response")[:2] == ["44/48", "91.7%"]
    heads = [r.label for r in response.rows if r.head]
    assert heads == ["Best response"]
    assert [r.label for r in response.rows if r.indent] == ["CR", "CRp", "CRi", "no response", "early death"]


def test_mrd_by_time_layout(results: Results, tables: dict[str, Table]) -> None:
    table = tables["mrd-mrd_time"]
    cells = row(table, "Early")
    assert [cells[k] for k in (0, 1, 3)] == ["8/9 (88.9%)", "5/8 (62.5%)", "6/9 (66.7%)"]
    assert [cells[k] for k in (2, 4)] == [limits(results[f"mrd_time.{s}@20-40d"]) for s in ("negative", "negative_by")]


def test_rates_in_subgroups_stand_in_the_response_table() -> None:
    whole = replace(proportion("orr", "Response", 44, 48, "response"), evidence="responded")
    some = [
        replace(proportion(f"by|{c}={x}", f"Response by subgroup: {h}, {x}", k, n, "subgroups"), heading=h,
                evidence=fact, stat="p")
        for c, h, x, k, n, fact in (
            ("sex", "Sex", "female", 23, 23, "responded"), ("sex", "Sex", "male", 21, 25, "responded"),
            ("version", "Version", "v2", 9, 10, "responded"), ("sex", "Sex", "male", 1, 25, "vod"),
        )
    ]  # fmt: skip
    some[-1] = replace(some[-1], id="vod_by|sex=male", label="VOD by subgroup: Sex, male", variable="vod_by")
    made = build(Results(nothing().header, {e.id: e for e in (whole, *some)}))
    table = made["response"]
    assert [(r.label, r.indent, r.head) for r in table.rows] == [
        ("Response", 0, False), ("Response by subgroup", 0, True), ("Sex", 1, True), ("female", 2, False),
        ("male", 2, False), ("Version", 1, True), ("v2", 2, False),
    ]  # fmt: skip
    assert row(table, "v2")[:2] == ["9/10", "90.0%"]
    assert set(made) == {"response", "subgroups-vod_by"}  # what is no response keeps a table of its own


def test_shares_of_those_before_are_exact() -> None:
    found = {
        key: replace(number(key, key, value, "patients", "attrition"), n=n)
        for key, value, n in (("n.enrolled", 48, 48), ("n.treated", 45, 48), ("n.removed.treated", 3, 48))
    }
    steps = (
        FlowStep(name="enrolled", label="Enrolled", n=48, removed=0, reason="", estimate="n.enrolled"),
        FlowStep(name="treated", label="Treated", n=45, removed=3, reason="never treated", estimate="n.treated",
                 removed_estimate="n.removed.treated"),
    )  # fmt: skip
    table = build(Results(nothing().header, found, flows=(Flow(id="trial", label="A", steps=steps),)))["flow"]
    assert [[c.text for c in r.cells] for r in table.rows] == [["48", ""], ["3", "6.3%"], ["45", "93.8%"]]


def test_subgroups_stand_under_their_whole(tables: dict[str, Table]) -> None:
    labels = [(r.label, r.indent) for r in tables["safety"].rows]
    assert labels[1:] == [("Version: original", 1), ("Version: amendment 1", 1)]


def test_a_subgroup_without_its_whole_gets_a_heading() -> None:
    r = Results(nothing().header, {"vod|a=b": proportion("vod|a=b", "VOD", 1, 4, "safety")})
    assert [(x.label, x.head) for x in build(r)["safety"].rows] == [("VOD", True), ("A: b", False)]


def test_a_number_that_cannot_be_estimated_says_why(tables: dict[str, Table]) -> None:
    status = tables["status"]
    assert row(status, "In remission without transplantation") == ["0/0", "NE", ""]
    assert "NE: not estimable." in status.footnotes
    assert "In remission without transplantation: nobody in the population." in status.footnotes


def test_baseline_layout(tables: dict[str, Table]) -> None:
    baseline = tables["baseline"]
    assert baseline.columns[1].text == "Treated patients (N = 48)"
    assert baseline.columns[1].ids == ("n.treated",)
    assert row(baseline, "Median (Q1, Q3)") == ["39.0 (28.0, 52.0)"]
    assert row(baseline, "Mean (SD)") == ["41.2 (15.0)"]
    assert row(baseline, "female") == ["26 (54.2%)"]
    labels = [r.label for r in baseline.rows]
    assert labels.count("Missing") == 2  # where something is missing
    assert labels[0] == "Age"


def test_baseline_by_group_has_a_column_for_each() -> None:
    found = [proportion(f"sex.female|version={v}", "Sex: female", 3, 9, "baseline") for v in ("a", "b")]
    table = build(Results(nothing().header, {e.id: e for e in found}))["baseline"]
    assert [c.text for c in table.columns] == ["Characteristic", "Version: a", "Version: b"]
    assert row(table, "female") == ["3 (33.3%)"] * 2


def test_survival_says_not_reached(tables: dict[str, Table]) -> None:
    landmark = tables["landmark-os_by_asct"]
    assert row(landmark, "Median, months")[0].startswith("NR (")
    assert row(landmark, "Hazard ratio")[-1] == "NE"
    assert row(landmark, "Log-rank p-value")[-1] == "0.050"
    assert "Transplant by 2 months: yes" in [c.text for c in landmark.columns]
    assert row(tables["survival"], "Event-free rate (95% CI)")[0].endswith("%)")


def test_a_failed_gate_marks_every_number_that_depends_on_it(tables: dict[str, Table]) -> None:
    failed, passed = tables[f"comparison-{INO}"], tables[f"comparison-{SALVAGE}"]
    assert row(failed, "Hazard ratio")[-1].endswith("[gate failed]")
    assert row(failed, "Median, months")[0].endswith("[†]")
    assert not any(c.stamp for c in passed.cells())
    unmarked = {key for c in failed.cells() if not c.stamp for key in c.ids}
    assert unmarked == {f"n.pairs|{INO}", f"n.unmatched|{INO}", f"os.hazard_ratio|{INO}/crude"}


def test_gates_say_their_verdict(tables: dict[str, Table]) -> None:
    verdicts = [r.cells[-1].text for r in tables[f"gates-{INO}"].rows]
    assert verdicts == ["failed", "failed"]
    assert [r.cells[-1].text for r in tables[f"gates-{SALVAGE}"].rows] == ["passed", "passed"]


def test_balance_has_columns_before_and_after(tables: dict[str, Table]) -> None:
    heads = next(csv.reader(io.StringIO(to_csv(tables[f"balance-{SALVAGE}"]))))
    assert heads[0] == "Covariate"
    assert heads[1] == "Before matching: Trial"
    assert heads[-1] == "After matching: Variance ratio"
    assert row(tables[f"balance-{SALVAGE}"], "Sex: female")[2] == "-0.11"


def test_csv_reads_back_with_odd_characters(tables: dict[str, Table]) -> None:
    for table in tables.values():
        rows = list(csv.reader(io.StringIO(to_csv(table))))
        assert len(rows) == 1 + len(table.rows) + len(table.footnotes) + 1
        assert rows[-1] == [table.notice]
        assert {len(r) for r in rows[: 1 + len(table.rows)]} == {len(table.columns)}


def test_html_escapes_everything() -> None:
    evil = "<b>\"&'"
    table = Table(
        id=evil, title=evil, section="x", columns=(*words("", evil),), groups=(("", 1), (evil, 1)),
        rows=(Row(evil, (Cell(((evil, evil),), evil),), note=evil), Row(evil, head=True)),
        footnotes=(evil,), notice=evil,
    )  # fmt: skip
    made = to_html(table, {evil})
    assert "<b>" not in made
    assert made.count("&lt;b&gt;") >= 10


def test_footnotes_name_the_rows_that_differ(tables: dict[str, Table]) -> None:
    notes = tables["response"].footnotes
    assert any(n.startswith("Population: Responders with a sample (MRD") for n in notes)
    assert "Method: Clopper-Pearson exact interval." in notes
    assert any(n.startswith("1 left out: not known (MRD") for n in notes)


def test_a_number_with_a_unit_of_its_own_keeps_it() -> None:
    e = replace(number("ttr.median", "Time to response", 1.25, "months", "response"), variable="ttr")
    table = build(Results(nothing().header, {e.id: e}))["response"]
    assert row(table, "Time to response") == ["48", "1.3 months", ""]


def test_ids_are_taken_apart() -> None:
    name = parse("os.survival@24mo|salvage_chemo/trial")
    assert (name.comparison, name.side, name.at) == ("salvage_chemo", "trial", "24mo")
