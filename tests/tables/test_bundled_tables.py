"""Tables of the bundled trial: footnotes, and counts made again from the files."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean, median

import pytest

import onearm as oa
from onearm.results import Results
from onearm.tables import build
from onearm.tables.model import Table
from onearm.tables.names import parse

SIDE = "salvage_chemo/external_"


@pytest.fixture(scope="module")
def results(bundled: Path) -> Results:
    return oa.run(oa.load(bundled))


@pytest.fixture(scope="module")
def tables(results: Results) -> dict[str, Table]:
    return build(results)


@pytest.fixture(scope="module")
def external(bundled: Path) -> dict[str, dict[str, str]]:
    with (bundled / "external" / "salvage_chemo" / "subjects.csv").open() as file:
        return {row["subject"]: row for row in csv.DictReader(file)}


def row(table: Table, head: str, label: str) -> list[str]:
    at = next(i for i, r in enumerate(table.rows) if r.head and r.label == head)
    return next([c.text for c in r.cells] for r in table.rows[at:] if r.label == label)


def test_every_footnote_block_names_population_and_cut_off(results: Results, tables: dict[str, Table]) -> None:
    assert len(tables) > 30
    for table in tables.values():
        notes = "\n".join(table.footnotes)
        assert "Population" in notes, table.id
        assert f"Data cut-off: {results.header.cutoff}." in table.footnotes, table.id


COUNTED = {"count", "", "share of patients", "minimum", "maximum"}
"""What a row says by itself."""

IN_THE_ROW = ("gates-", "method-gates-", "boundary-", "exposure", "intensity", "cycles")
"""Tables of which a row or a heading says how its numbers are made."""


def test_every_number_of_a_table_names_its_method(results: Results, tables: dict[str, Table]) -> None:
    for table in tables.values():
        notes = "\n".join(table.footnotes).lower()
        for e in (results[key] for key in table.ids if key in results):
            if e.method in COUNTED or table.id.startswith(IN_THE_ROW):
                continue
            said = e.method.rpartition("; ")[2] if e.unit == "p" else e.method
            assert e.value is None or said.lower() in notes, (table.id, e.id)
    for name in ("cycles", "intensity"):
        assert any("R type 7" in note for note in tables[name].footnotes)


def test_external_sides_are_those_of_the_file(results: Results, external: dict[str, dict[str, str]]) -> None:
    group = SIDE + "before"
    members = results["n.complete|salvage_chemo/external"].subjects
    assert len(members) == results[f"age.mean|{group}"].n
    rows = [external[m.partition(":")[2]] for m in members]
    ages = [float(r["age"]) for r in rows]
    assert results[f"age.mean|{group}"].value == pytest.approx(mean(ages), rel=1e-12)
    assert results[f"age.median|{group}"].value == median(ages)
    assert (results[f"age.min|{group}"].value, results[f"age.max|{group}"].value) == (min(ages), max(ages))
    for level in ("diploid", "adverse", "other", "not done"):
        e = results[f"cytogenetics.{level}|{group}"]
        assert (e.events, e.n) == (sum(r["cytogenetics"] == level for r in rows), len(rows))


def test_the_matched_side_is_the_partners(results: Results, external: dict[str, dict[str, str]]) -> None:
    partners = [p.external for p in results.pairs if p.comparison == "salvage_chemo"]
    blasts = [float(external[p.partition(":")[2]]["marrow_blasts"]) for p in partners]
    assert results[f"marrow_blasts.mean|{SIDE}after"].value == pytest.approx(mean(blasts), rel=1e-12)
    assert results[f"marrow_blasts.median|{SIDE}after"].value == median(blasts)
    assert set(results[f"marrow_blasts.median|{SIDE}after"].subjects) == set(partners)
    assert results[f"sex.female|{SIDE}after"].n == len(partners) == 47


def test_means_agree_with_the_balance_table(results: Results) -> None:
    for e in results:
        if e.context == "baseline" and parse(e.id).side.startswith("external_") and e.stat in ("mean", "p"):
            column = e.variable + ("" if e.stat == "mean" else f"={parse(e.id).statistic}")
            assert e.value == pytest.approx(results[f"mean.{column}|{e.group}"].value, rel=1e-12), e.id


def test_the_baseline_table_stands_on_its_side(tables: dict[str, Table]) -> None:
    table = tables["baseline"]
    heads = [c.text for c in table.columns]
    assert heads[:4] == ["Characteristic", "Treated (N = 48)", "External before (N = 221)", "External after (N = 47)"]
    assert heads[4:6] == ["SMD before", "SMD after"]
    assert sum(width for _, width in table.groups) == len(heads) == 10
    assert table.wide
    assert not tables["survival"].wide
    assert row(table, "Age, years", "Mean (SD)")[:5] == ["41.4 (15.0)", "46.1 (14.6)", "42.4 (14.9)", "-0.32", "-0.06"]
    assert row(table, "Sex", "female")[:5] == ["23 (47.9%)", "87 (39.4%)", "25 (53.2%)", "0.17", "-0.09"]
    assert row(table, "CD22 on blasts, %", "Missing") == ["2", *[""] * 8]


def test_survival_counts_its_causes(tables: dict[str, Table]) -> None:
    table = tables["survival"]
    said = "Progression-free survival"
    assert row(table, said, "Patients with event (%)") == ["29 (60.4%)"]
    causes = ("Relapse", "No response", "Death")
    assert sum(int(row(table, said, cause)[0]) for cause in causes) == 29
    assert row(table, said, "Range, months")[0].endswith("+")


def test_a_split_endpoint_has_a_column_for_each_group(small: Path) -> None:
    path = small / "protocol.yaml"
    split = (
        "  os_sex: {estimator: survival, fact: os, population: treated, by: sex, at_months: [6], mean_to_months: [3]}\n"
    )
    path.write_text(path.read_text().replace("endpoints:\n", "endpoints:\n" + split, 1))
    made = build(oa.run(oa.load(small)))
    table = made["survival-os_sex"]
    assert [c.text for c in table.columns] == ["", "Sex: female", "Sex: male"]
    said = {r.label: [c.text for c in r.cells] for r in table.rows}
    # women: S01, S03 (died on day 83), S05, S07; men: S02 (558), S04, S06 (188)
    assert said["Patients"] == ["4", "3"]
    assert said["Patients with event (%)"] == ["1 (25.0%)", "2 (66.7%)"]
    assert said["Patients without event (%)"] == ["3 (75.0%)", "1 (33.3%)"]
    assert said["Patients remaining at risk"] == ["3", "3"]
    assert said["Range, months"] == ["2.7 to 41.9+", "6.2 to 37.9+"]
    assert said["Median, months (95% CI)"][1].startswith("18.3")
    assert [c.text.partition(" ")[0] for c in table.rows[-1].cells] == ["2.9", "3.0"]
    assert "os_sex" not in "".join(made["survival"].ids)
