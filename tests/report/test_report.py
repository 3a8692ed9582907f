"""The report: one page, nothing from outside, every number traceable."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from sample import INO, SALVAGE, nothing, sample

from onearm.figures import pictures, plan
from onearm.report import html, key_lines
from onearm.report.compose import compose
from onearm.report.sources import sources
from onearm.results import Results
from onearm.tables import build

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Collects what the tests ask about: open elements, ids, digits in cells without an id, headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: Counter[str] = Counter()
        self.shown: set[str] = set()
        self.bare: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        if "id" in found:
            self.ids[found["id"] or ""] += 1
        if "data-id" in found:
            self.shown.add(found["data-id"] or "")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a":
            self.links.append(found["href"] or "")
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        inside = [t for t, _ in self.open]
        if not re.search(r"\d", data) or "main" not in inside or "code" in inside:
            return
        row = inside.index("tr") if "td" in inside else 0  # a cell has a source of its own, not that of its table
        held = any("data-id" in a for _, a in self.open[row:])
        numbered = inside[-1] == "strong" and re.fullmatch(r"(Table|Figure) \d+\.", data)
        if not held and not numbered:
            self.bare.append(data)


@pytest.fixture(scope="module")
def results() -> Results:
    return sample()


@pytest.fixture(scope="module")
def made(results: Results) -> str:
    return html(results, build(results), pictures(results))


@pytest.fixture(scope="module")
def page(made: str) -> Page:
    return Page(made)


def test_every_element_is_closed(page: Page) -> None:
    assert page.open == []


def test_every_digit_of_a_cell_has_an_id(page: Page) -> None:
    assert page.bare == []


def test_every_id_shown_resolves(page: Page, results: Results) -> None:
    known = sources(compose(results, build(results), plan(results)), results)
    assert page.shown <= known
    assert {"orr", "os.median", f"os.hazard_ratio|{SALVAGE}", f"gate.balance|{INO}"} <= page.shown


def test_ids_of_elements_are_unique_and_links_lead_somewhere(page: Page) -> None:
    assert [key for key, n in page.ids.items() if n > 1] == []
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.tags["h1"] == 1


def test_headings_do_not_skip_a_level(page: Page) -> None:
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))


def test_nothing_from_outside(made: str) -> None:
    assert "://" not in made
    assert "default-src 'none'" in made
    assert not re.search(r"""(src|href)=["'](?!#)""", made)
    assert "@import" not in made


def test_identical_bytes_twice(made: str) -> None:
    again = sample()
    assert html(again, build(again), pictures(again)) == made


def test_odd_characters_are_escaped(made: str, results: Results) -> None:
    assert "<blasts>" not in made
    assert '<"A&B">' not in made
    assert "&lt;blasts&gt;" in made
    assert results.header.notice not in made  # only escaped


def test_a_hostile_notice_cannot_leave_its_string(results: Results) -> None:
    evil = '"; } </style><script>alert(1)</script>\\'
    made = html(replace(results, header=replace(results.header, notice=evil, title=evil)), {}, {})
    assert made.count("<script") == 1
    assert made.count("</style>") == 1


def test_gates_stand_before_the_effect(made: str) -> None:
    for name in (SALVAGE, INO):
        gates, balance, effect = (made.index(f'id="table-{k}-{name}"') for k in ("gates", "balance", "comparison"))
        assert gates < balance < effect
        assert gates < made.index(f'id="km-os-{name}-title"') < effect


def test_a_failed_gate_is_said_once_for_its_comparison(made: str) -> None:
    assert made.count("<strong>Gate failed.</strong>") == 1


def test_the_commitment_stands_at_the_head_of_the_comparisons(made: str, results: Results) -> None:
    says = "Not prespecified: the design was locked on 2026-02-03"
    head = made.index('id="comparisons-title"')
    said = made.index(f'<p class="gate" role="note"><span data-id="commitment">{says}')
    assert head < said < made.index(f'id="comparison-{SALVAGE}"')
    assert made.count("2026-02-03: a wider caliper &lt;&amp;&gt;") == 2  # said, and in the table of the record
    kept = replace(results.commitment[0], status="prespecified", says="Prespecified: locked.", changes=())
    again = replace(results, commitment=(kept,))
    assert '<p class="kept" role="note">Prespecified: locked.' in html(again, build(again), {})


def test_a_comparison_is_read_in_order(made: str) -> None:
    marks = (
        f'id="table-gates-{SALVAGE}"', f'id="flow-{SALVAGE}-title"', f'id="love-{SALVAGE}-title"',
        f'id="table-balance-{SALVAGE}"', f'id="km-os-{SALVAGE}-title"', f'id="table-comparison-{SALVAGE}"',
        f'id="consistency-os-{SALVAGE}-title"', f'id="table-methods-{SALVAGE}"', f'id="comparison-{INO}"',
        f'id="diagnostics-{SALVAGE}"', f'id="table-method-gates-{SALVAGE}"', f'id="overlap-{SALVAGE}-title"',
        f'id="weights-{SALVAGE}-title"', f'id="love-methods-{SALVAGE}-title"', f'id="table-sensitivity-{SALVAGE}"',
        f'id="table-borrowing-{SALVAGE}"',
    )  # fmt: skip
    at = [made.index(mark) for mark in marks]
    assert at == sorted(at)


def test_what_has_no_comparison_of_its_own_still_has_a_place(made: str) -> None:
    assert made.index('id="comparison-label_trial"') < made.index('id="table-published-label_trial"')
    assert "os.mystery" not in made


def test_the_primary_method_says_whom_it_speaks_of(made: str) -> None:
    assert made.count("Estimand: ATT of those kept, 7 trial patients lost.") == 1
    assert made.count("Estimand: ATT of those kept, 28 trial patients lost.") == 1


def test_methods_are_in_the_index(made: str) -> None:
    row = re.search(r'<tr data-id="choice\|salvage_chemo/overlap".*?</tr>', made)
    assert row
    assert "48 / 104" in row[0]
    assert "effective 48.0 / 73.3" in row[0]


def test_curves_of_further_methods_are_folded_and_stamped(results: Results) -> None:
    one = results.curves[f"os|{SALVAGE}/trial"]
    for method in ("overlap", "entropy"):
        panel = f"os|{SALVAGE}/{method}"
        curves = {k: replace(one, id=f"{panel}/{k}", panel=panel) for k in ("trial", "external")}
        results = replace(results, curves={**results.curves, **{c.id: c for c in curves.values()}})
    drawn = pictures(results)
    assert b"GATE FAILED" in drawn[f"km-os-{SALVAGE}-entropy"].svg
    assert b"GATE FAILED" not in drawn[f"km-os-{SALVAGE}-overlap"].svg
    assert drawn[f"km-os-{SALVAGE}-overlap"].caption.endswith(": ATO.")
    made = html(results, {}, drawn)
    fold = made.index(">Show: Diagnostics: ", made.index(f'id="diagnostics-{SALVAGE}"'))
    assert fold < made.index(f'id="km-os-{SALVAGE}-overlap-title"') < made.index("</details>", fold)


def test_empty_results_give_a_page() -> None:
    empty = nothing()
    page = Page(html(empty, build(empty), pictures(empty)))
    assert page.open == []
    assert page.tags["table"] == 0


def test_key_lines(results: Results) -> None:
    lines = {line.id: line for line in key_lines(results)}
    assert lines["orr"].text.startswith("91.7% (44/48, 95% CI ")
    assert lines["os.survival@24mo"].label == "Overall survival at 24 months"
    assert lines["os.median"].value.endswith(" months")
    assert lines[f"os.hazard_ratio|{INO}"].text.endswith("[gate failed]")
    assert lines[f"os.hazard_ratio|{SALVAGE}"].text.endswith(
        "; ATT of those kept, 7 trial patients lost; gates passed)"
    )
    assert not any(key.startswith("best_response") or "/" in key or "version" in key for key in lines)
    assert key_lines(nothing()) == []


def test_a_primary_without_a_hazard_ratio_says_why_and_shows_its_difference(results: Results) -> None:
    ratio = results[f"os.hazard_ratio|{SALVAGE}"]
    none = replace(ratio, value=None, low=None, high=None, error="a model of the outcome gives none")
    made = {}
    for month, found in (("12", 0.21), ("24", 0.3)):
        label = f"Overall survival: difference in survival at {month} months"
        key = f"os.survival_difference@{month}mo|{SALVAGE}"
        made[key] = replace(ratio, id=key, label=label, unit="difference", value=found, low=0.02, high=0.4)
    again = replace(results, estimates={**results.estimates, none.id: none, **made})
    lines = {line.id: line for line in key_lines(again)}
    assert lines[none.id].text.startswith("NE (a model of the outcome gives none; ATT of those kept")
    first = lines[f"os.survival_difference@12mo|{SALVAGE}"]
    assert first.label.startswith("Overall survival, difference in survival at 12 months: trial against")
    assert first.text.startswith("0.21 (95% CI 0.02 to 0.40; ATT of those kept")
    assert f"os.survival_difference@24mo|{SALVAGE}" not in lines
    whole = replace(results, estimates={**results.estimates, **made})
    assert not any("survival_difference" in line.id for line in key_lines(whole))


def test_a_proportion_and_an_incidence_have_their_differences_among_the_key_results(results: Results) -> None:
    ratio = results[f"os.hazard_ratio|{SALVAGE}"]
    kinds = {
        f"orr.risk_difference|{SALVAGE}": "Response: risk difference",
        f"orr.odds_ratio|{SALVAGE}": "Response: odds ratio",
        f"orr.risk_difference|{SALVAGE}/crude": "Response: risk difference",
        f"rel.incidence_difference.relapse@12mo|{SALVAGE}": "Relapse: relapse, difference at 12 months",
        f"rel.incidence_difference.relapse@24mo|{SALVAGE}": "Relapse: relapse, difference at 24 months",
    }
    found = {
        k: replace(ratio, id=k, label=label, unit="difference", value=0.1, low=-0.1, high=0.3)
        for k, label in kinds.items()
    }
    lines = [line.id for line in key_lines(replace(results, estimates=found, watches=()))]
    assert lines == [f"orr.risk_difference|{SALVAGE}", f"rel.incidence_difference.relapse@12mo|{SALVAGE}"]


def test_header_of_the_sample_survives_json(results: Results) -> None:
    assert Results.from_json(results.to_json()) == results
