"""Changes as lines, JSON and a page: the same numbers, each with its id, and no sign that steers a terminal."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from results_by_hand import estimate, gate, pair, results

from onearm.changes import Origin, as_values, cause, compare, lines, page

SIDES = (Origin(name="a", manifest=True, seed=1), Origin(name="b", manifest=True, seed=2))


def of(before: object, after: object) -> tuple[list[str], str, dict[str, object]]:
    found = compare(before, after, key=["orr"])  # type: ignore[arg-type]
    why = cause(*SIDES, found.changed)
    values = as_values(found, why, SIDES)
    return list(lines(found, why, SIDES)), page(found, why, SIDES), json.loads(json.dumps(values, allow_nan=False))


A = results(
    estimate("orr", 44 / 48, n=48, subjects=("1", "2")), estimate("os", float("inf"), unit="months"), gates=(gate(),)
)
B = results(estimate("orr", 43 / 48, n=48, subjects=("1",)), estimate("os", 12.0, unit="months"), gates=(gate(False),))


def test_the_three_forms_say_the_same() -> None:
    said, html, values = of(A, B)
    text = "\n".join(said)
    for words in ("91.7%", "89.6%", "-2.1 points", "NR", "12.0", "FAILED", "gate.balance|x", "left"):
        assert words in text
        assert words in html
        assert words in json.dumps(values)
    assert "2 numbers changed, 0 only in A, 0 only in B, 0 the same" in said[2]
    assert values["counts"] == {"same": 0, "changed": 2, "only_in_a": 0, "only_in_b": 0}
    exact = values["changes"][1]["parts"][0]["exact"]  # type: ignore[index]
    assert exact == [44 / 48, 43 / 48]
    infinite = values["changes"][2]["parts"][0]["exact"]  # type: ignore[index]
    assert infinite == ["inf", 12.0]


def test_every_row_of_the_page_stands_under_an_id() -> None:
    _, html, _ = of(A, B)
    assert re.findall(r'data-id="([^"]*)"', html) == ["gate.balance|x", "orr", "os"]
    assert "<script" not in html
    assert not re.search(r"(src|href)=", html)
    assert "default-src 'none'" in html


def test_texts_of_a_file_are_no_markup_and_steer_no_terminal() -> None:
    evil = "os|<script>alert(1)</script>\x1b[2J" + "\u202e"
    said, html, values = of(results(), results(estimate(evil, label='"><img src=x>', subjects=("<b>",))))
    assert "\x1b" not in "".join(said)
    assert "\u202e" not in "".join(said)
    seen: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Tags().feed(html)
    assert not {"script", "img", "b"} & set(seen)
    assert values["changes"][0]["id"] == evil  # type: ignore[index]


def test_a_huge_id_is_cut_for_people_and_whole_for_programs() -> None:
    huge = "x" * 1_000_000
    said, html, values = of(results(), results(estimate(huge)))
    assert max(map(len, said)) < 1000
    assert len(html) < 20_000
    assert values["changes"][0]["id"] == huge  # type: ignore[index]


def test_long_sections_are_cut_and_say_so() -> None:
    many = [estimate(f"x.{k:03}") for k in range(100)]
    found = compare(results(), results(*many))
    why = cause(*SIDES, True)
    short, whole = (list(lines(found, why, SIDES, every=every)) for every in (False, True))
    assert "  and 88 more (--all prints them)" in short
    assert sum(line.startswith("  x.") for line in whole) == 100
    key = compare(results(), results(*many), key=[e.id for e in many])
    assert sum(line.startswith("  x.") for line in lines(key, why, SIDES)) == 100
    partners = [pair(str(k), "x:a", k) for k in range(60)], [pair(str(k), "x:b", k) for k in range(60)]
    moved = compare(*(results(pairs=tuple(some)) for some in partners))
    assert "  and 36 more (--all prints them)" in list(lines(moved, why, SIDES))


def test_two_trials_are_said_to_be_two() -> None:
    said, html, _ = of(results(trial="one"), results(trial="two"))
    assert any("TRIALS ARE NOT THE SAME: A is one, B is two" in line for line in said)
    assert "trials are not the same" in html


def test_an_error_is_loud() -> None:
    found = compare(A, B)
    same = (SIDES[0], SIDES[0])
    why = cause(*same, True)
    assert any(line.startswith("ERROR: Numbers changed although") for line in lines(found, why, same))
    assert '<p class="error">Numbers changed although' in page(found, why, same)
