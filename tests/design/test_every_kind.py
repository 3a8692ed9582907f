"""What every kind of design owes: tables, words made of its own numbers, pictures, and clear refusals."""

from __future__ import annotations

import csv
import io
import re
import shlex
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from onearm import design
from onearm.design import Design
from onearm.figures.alone import drawing, png
from onearm.figures.svg import svg

from .made import BAD, MAKE

_CACHE: dict[str, Design] = {}


def made(kind: str) -> Design:
    if kind not in _CACHE:
        _CACHE[kind] = MAKE[kind]()
    return _CACHE[kind]


@pytest.fixture(params=MAKE)
def one(request: pytest.FixtureRequest) -> Design:
    return made(request.param)


def test_tables_survive_a_round_trip_through_csv(one: Design) -> None:
    for table in (one.table(), one.table(each_look=True), one.characteristics_table()):
        head, *rows = csv.reader(io.StringIO(table.csv()))
        assert tuple(head) == table.columns
        assert tuple(tuple(row) for row in rows) == table.rows
        assert all(len(row) == len(table.columns) for row in table.rows)
        lines = table.text().splitlines()
        assert lines[0] == table.title
        assert all(cell in table.text() for row in table.rows for cell in row)


def test_each_look_has_a_row_with_the_integers_of_the_boundary(one: Design) -> None:
    rule = one.boundary
    if rule is None:
        return
    table = one.table(each_look=True)
    assert [int(row[0].split()[0]) for row in table.rows] == rule.n.tolist()
    limits = []
    for k in range(rule.endpoints):
        limits += [(rule.low[k], -1)] if rule.low_means[k] else []
        limits += [(rule.high[k], None)] if rule.high_means[k] else []
    for at, row in enumerate(table.rows):
        for cell, (values, never) in zip(row[1:], limits, strict=True):
            out = values[at] == -1 if never == -1 else values[at] > rule.n[at]
            assert cell == ("none" if out else str(values[at]))


def _numbers(text: str) -> set[str]:
    return {number.rstrip(".") for number in re.findall(r"\d[\d.]*", text)}


def _own(one: Design) -> set[str]:
    """Every number that the record itself holds or prints elsewhere."""
    from onearm import __version__

    said = [
        *one.conventions,
        *one.notes,
        one.command,
        __version__,
        one.table().text(),
        one.table(each_look=True).text(),
    ]
    said += [one.characteristics_table().text(), one.title]
    held = _numbers(" ".join(said))
    values = [v for _, v in one.settings]
    flat: list[Any] = []
    while values:
        v = values.pop()
        values += list(v) if isinstance(v, tuple | list) else []
        flat += [v] if isinstance(v, int | float) and not isinstance(v, bool) else []
    held |= {f"{v:g}" for v in flat} | {f"{100 * v:.6g}" for v in flat}
    held |= {f"{100 * v:.6g}" for _, p in one.rates for v in p}
    record = one.record
    for name in [f.name for f in fields(record)]:
        v = getattr(record, name)
        if isinstance(v, float):
            held |= {f"{v:g}", f"{v:.4f}"}
    body = one.body
    if one.boundary is not None:
        held |= {str(v) for v in (*one.boundary.n.tolist(), one.boundary.n_max)}
        held |= {str(v) for v in one.boundary.low[:, -1] + 1}  # the smallest count that is positive at the end
        held |= {str(v) for side in (one.boundary.low, one.boundary.high) for row in side.tolist() for v in row}
    if hasattr(body, "family") and hasattr(body.family, "record"):
        r = body.family.record
        held |= {f"{v:g}" for v in (getattr(r, "lam", 0.0), getattr(r, "gamma", 0.0))}
    return held


def test_every_number_of_the_paragraph_comes_from_the_record(one: Design) -> None:
    assert _numbers(one.paragraph()) - _own(one) == set()


def test_the_paragraph_says_conventions_characteristics_and_how_to_make_it_again(one: Design) -> None:
    text = one.paragraph()
    assert text.endswith(one.command)
    for said in (*one.conventions, *one.notes):
        assert said.rstrip(".")[1:] in text
    if one.boundary is not None:
        oc = one.operating_characteristics()
        for s, (label, _) in enumerate(one.rates):
            if label:
                assert f"{oc.expected_n[s]:.2f} patients are expected" in text
    assert ".." not in text.replace("...", "")


def test_the_command_gives_the_same_design(one: Design, capsys: pytest.CaptureFixture[str]) -> None:
    from onearm.cli.main import main

    assert main([*shlex.split(one.command)[1:], "--format", "paragraph"]) == 0
    assert capsys.readouterr().out.rstrip("\n") == one.paragraph()


def test_pictures_are_the_same_bytes_each_time(one: Design) -> None:
    records: list[Any] = [one.picture(), *([one.curves()] if one.has_curves else [])]
    for record in records:
        a, b = (svg(drawing(record).draw(), "x", "title", "says") for _ in range(2))
        assert a == b
        assert png(record) == png(record)
    assert one.figure().axes
    if one.has_curves:
        assert one.characteristics_figure().axes
    else:
        with pytest.raises(ValueError, match="no characteristics over a range"):
            one.characteristics_figure()


def test_values_are_json(one: Design) -> None:
    import json

    back = json.loads(json.dumps(one.values()))
    assert back["kind"] == one.kind
    assert back["boundary"]["rows"] == [list(row) for row in one.table(each_look=True).rows]
    assert back["command"] == one.command


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_refused_in_words(kind: str) -> None:
    make, says = BAD[kind]
    with pytest.raises(ValueError, match=re.escape(says)):
        make()


@pytest.mark.parametrize("kind", [k for k in MAKE if not k.startswith(("time", "log"))])
def test_decisions_turn_exactly_at_the_integers(kind: str) -> None:
    one = made(kind)
    rule = one.boundary
    assert rule is not None
    for at, n in enumerate(rule.n.tolist()):
        inside = _inside(rule, at)
        if inside is None:
            continue
        assert one.decide(inside, n).word in ("continue", "positive result", "complete")
        for k in range(rule.endpoints):
            for edge, step in ((rule.low[k, at], -1), (rule.high[k, at], 1)):
                if not 0 <= edge <= n:
                    continue
                x = list(inside)
                x[k] = int(edge)
                if rule.together:
                    x = [int(v) for v in rule.low[:, at]]
                if "nested" in kind and x[0] > x[1]:
                    continue
                stop = one.decide(x, n)
                assert stop.word.startswith("stop") or stop.word in ("negative result", "positive result")
                distance = stop.above_low[k] if step < 0 else stop.below_high[k]
                assert distance == 0
                if not rule.together and 0 <= edge - step <= n:
                    x[k] = int(edge) - step
                    gone = one.decide(x, n)
                    distance = gone.above_low[k] if step < 0 else gone.below_high[k]
                    assert distance == 1


def _inside(rule: Any, at: int) -> list[int] | None:
    """Counts between all limits of a look."""
    x = [int(v) + 1 for v in rule.low[:, at]]
    return x if all(v < h for v, h in zip(x, rule.high[:, at].tolist(), strict=True)) else None


@pytest.mark.parametrize("kind", ["simon", "safety", "predictive", "bop2-two", "bop2-nested", "counts"])
def test_the_next_look_that_could_change_the_decision_by_trying_all(kind: str) -> None:
    one = made(kind)
    rule = one.boundary
    assert rule is not None
    rng = np.random.default_rng(1)
    for _ in range(40):
        n = int(rng.integers(0, rule.n_max))
        x = tuple(sorted(int(v) for v in rng.integers(0, n + 1, rule.endpoints)))
        found = one.decide(x, n)
        if found.word == "continue":
            assert found.next_n == next((m for m in rule.n.tolist() if m > n and _can_stop(rule, x, n, m)), None)
        else:
            assert found.next_n is None


def _can_stop(rule: Any, x: tuple[int, ...], n: int, m: int) -> bool:
    """Whether some counts at the look m, reached from x of n, stop: all are tried."""
    from itertools import product

    at = rule.n.tolist().index(m)
    for more in product(range(m - n + 1), repeat=len(x)):
        y = [a + b for a, b in zip(x, more, strict=True)]
        low = [v <= limit for v, limit in zip(y, rule.low[:, at], strict=True)]
        high = [v >= limit for v, limit in zip(y, rule.high[:, at], strict=True)]
        if (all(low) if rule.together else any(low)) or any(high):
            return True
    return False


def test_all_kinds_are_public() -> None:
    assert set(design.__all__) >= {k.replace("-", "_") for k in ("simon", "single-stage", "bop2", "safety", "log-rank")}
    for name in design.__all__:
        assert getattr(design, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        design.nothing  # noqa: B018
