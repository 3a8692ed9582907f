"""The document: every digit has a source, sections follow the protocol, own words take numbers by their ids."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sample import INO, SALVAGE, nothing, sample

from onearm.errors import UsageError
from onearm.figures import plan
from onearm.protocol.report import SECTIONS
from onearm.report.compose import BUILDERS, Provenance, compose
from onearm.report.compose.own import unknown
from onearm.report.document import Document, Figured, Items, Tabled, Terms, Text, lines, plain
from onearm.report.sources import sources
from onearm.results import Chapter, Outline, Results
from onearm.tables import build

FILES = Provenance(inputs=(("data/subjects.csv", "ab12"),), software=(("numpy", "2.1"),), facts=(("seed", "1"),))


def made(results: Results, kind: str = "report", **more: object) -> Document:
    return compose(results, build(results), plan(results), kind, provenance=FILES, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def report(results: Results) -> Document:
    return made(results)


@pytest.mark.parametrize("kind", ["report", "summary"])
def test_no_digit_without_a_source_that_is_known(results: Results, kind: str) -> None:
    document = made(results, kind)
    known = sources(document, results, FILES)
    pieces = [piece for block in document.blocks() for parts in lines(block) for piece in parts]
    assert len(pieces) > 20
    assert [text for text, key in pieces if re.search(r"\d", text) and not key] == []
    assert [(text, key) for text, key in pieces if key and key not in known] == []
    leads = [b.lead for b in document.blocks() if isinstance(b, Text)]
    assert not any(re.search(r"\d", lead) for lead in leads)


def test_a_number_in_a_sentence_is_printed_as_in_its_table(report: Document) -> None:
    abstract = next(s for s in report.sections if s.id == "abstract")
    said = {key: text for b in abstract.blocks for text, key in b.parts if key == "orr"}  # type: ignore[union-attr]
    table = next(b.table for b in report.blocks() if isinstance(b, Tabled) and b.table.id == "response")
    cells = [text for cell in table.cells() for text, key in cell.parts if key == "orr"]
    assert all(text.partition("/")[0] in said["orr"] for text in cells)


def test_tables_and_figures_are_counted_in_reading_order(report: Document) -> None:
    for kind in (Tabled, Figured):
        numbers = [b.number for b in report.blocks() if isinstance(b, kind)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers
    ids = [s.id for s in report.every()]
    assert len(ids) == len(set(ids))


def test_every_table_and_figure_stands_once(results: Results, report: Document) -> None:
    tables = [b.table.id for b in report.blocks() if isinstance(b, Tabled)]
    figures = [b.name for b in report.blocks() if isinstance(b, Figured)]
    assert sorted(tables) == sorted(build(results))
    assert sorted(figures) == sorted(plan(results))


def test_the_protocol_knows_the_sections_that_are_built() -> None:
    assert tuple(BUILDERS) == SECTIONS


def test_sections_as_the_protocol_orders_them(results: Results) -> None:
    outline = Outline(chapters=(Chapter(name="survival"), Chapter(name="abstract", title="In short")))
    document = made(replace(results, outline=outline))
    assert [(s.id, s.title) for s in document.sections] == [("survival", "Survival"), ("abstract", "In short")]
    asked = made(replace(results, outline=outline), sections=("key", "flow"))
    assert [s.id for s in asked.sections] == ["key", "flow"]


def test_own_words_take_numbers_by_their_ids(results: Results) -> None:
    words = "Response was {orr} and\nin full {orr!}.\n\nEnrolled 2012."
    document = made(replace(results, outline=Outline(chapters=(Chapter(name="", title="Aims", words=words),))))
    first, second = (b for b in document.blocks() if isinstance(b, Text))
    assert plain(first.parts).startswith("Response was 91.7% and in full 91.7% (95% CI ")
    assert [key for _, key in first.parts if key] == ["orr", "orr"]
    assert second.parts == (("Enrolled 2012.", "words:0"),)


def test_own_words_with_an_unknown_id_say_so(results: Results) -> None:
    chapters = (Chapter(name="", title="Aims", words="{orrr} and {nothing.like.it!}"),)
    odd = replace(results, outline=Outline(chapters=chapters))
    found = unknown(odd)
    assert [(f.code, f.where) for f in found] == [("U390", "protocol.yaml report.sections.0.words")] * 2
    assert 'did you mean "orr"' in found[0].says
    (block,) = made(odd).blocks()
    assert isinstance(block, Text)
    assert '[no number has the id "orrr"]' in plain(block.parts)


@pytest.mark.parametrize("kind", ["report", "summary"])
def test_an_unknown_section_is_refused(results: Results, kind: str) -> None:
    with pytest.raises(UsageError, match="U391") as caught:
        made(results, kind, sections=("abstrakt",))
    assert 'did you mean "abstract"' in str(caught.value)
    with pytest.raises(UsageError, match="U391"):
        made(results, "poster")


def test_a_failed_gate_is_no_effect_in_the_abstract(results: Results, report: Document) -> None:
    text = {b.lead: plain(b.parts) for b in report.sections[0].blocks if isinstance(b, Text)}["Comparisons."]
    assert "a gate failed" in text
    failed = next(g for g in results.gates if not g.passed)
    ratio = results[f"os.hazard_ratio|{failed.comparison}"]
    assert ratio.id not in [key for b in report.sections[0].blocks for _, key in b.parts]  # type: ignore[union-attr]


def test_limitations_name_the_failed_gate_and_the_late_design(report: Document) -> None:
    section = next(s for s in report.sections if s.id == "limitations")
    items = [plain(item) for b in section.blocks if isinstance(b, Items) for item in b.items]
    assert any("failed" in item and "not an effect" in item for item in items)
    assert any(item.startswith("Not prespecified") for item in items)
    assert any("one arm" in item for item in items)


def test_the_summary_has_no_table_and_two_figures_at_most(results: Results) -> None:
    document = made(results, "summary")
    assert not [b for b in document.blocks() if isinstance(b, Tabled)]
    assert 1 <= len([b for b in document.blocks() if isinstance(b, Figured)]) <= 2


def test_details_stand_in_the_appendix(report: Document) -> None:
    appendix = next(s for s in report.sections if s.id == "appendix")
    inside = {b.table.id for s in appendix.every() for b in s.blocks if isinstance(b, Tabled)}
    assert {f"sensitivity-{SALVAGE}", f"method-gates-{SALVAGE}", "commitment"} <= inside
    comparison = next(s for s in report.every() if s.id == f"comparison-{INO}")
    names = [b.table.id for b in comparison.blocks if isinstance(b, Tabled)]
    assert names.index(f"gates-{INO}") < names.index(f"comparison-{INO}")


def test_empty_results_make_an_empty_document() -> None:
    empty = nothing()
    document = compose(empty, build(empty), plan(empty))
    assert [b for b in document.blocks() if isinstance(b, Tabled | Figured | Terms)] == []


def test_few_at_risk_at_any_month_and_the_e_value_of_the_limit(results: Results) -> None:
    curve = replace(results.curves["os"], time=(1.0, 30.0), value=(0.9, 0.5), low=(0.7, 0.2), high=(1.0, 0.8),
                    at_risk=(20.0, 3.0), events=(1.0, 1.0), censored=(0.0, 0.0))  # fmt: skip
    late = replace(results["os.survival@24mo"], id="os.survival@29mo")
    more = {**results.estimates, late.id: late}
    document = made(replace(results, estimates=more, curves={**results.curves, "os": curve}))
    section = next(s for s in document.sections if s.id == "limitations")
    items = [plain(item) for b in section.blocks if isinstance(b, Items) for item in b.items]
    assert any("at 29 months rests on 3 patients still at risk." in item for item in items)


def test_tests_that_do_not_agree_are_said_in_the_abstract(results: Results) -> None:
    passed = next(n for n in (SALVAGE, INO) if all(g.passed for g in results.gates if g.comparison == n))
    wald = replace(results[f"os.cox_p|{passed}"], value=0.002)
    pairs = replace(wald, id=f"os.paired_log_rank_p|{passed}", value=0.078)
    document = made(replace(results, estimates={**results.estimates, wald.id: wald, pairs.id: pairs}))
    text = {b.lead: plain(b.parts) for b in document.sections[0].blocks if isinstance(b, Text)}
    assert "the tests do not agree, Wald p = 0.002, log-rank within pairs p = 0.078." in text["Limitations."]
