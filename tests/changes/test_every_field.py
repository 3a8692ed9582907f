"""No field of any record may differ unseen: each is changed in turn, and the two results are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sample import sample

from onearm.changes import compare
from onearm.io.sound import unsound
from onearm.results import Listing, Outline, Passage, Results

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value; of lists to the last one."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        if value:
            yield from leaves(value[-1], (*path, len(value) - 1))
    else:
        yield path


def another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"{value}x"


def test_no_field_differs_unseen() -> None:
    made = sample()
    listing = Listing(id="l", title="L", section="s", columns=("Patient",), rows=(("1",),), subjects=("1",))
    passage = Passage(id="methods:a", title="A", sentences=("One.",))
    records = {name: getattr(made, name) for name in made.__slots__} | {"evidence": {}, "listings": {}}
    body = json.loads(Results(**records | {"listed": (listing,), "outline": Outline(passages=(passage,))}).to_json())
    for name, some in body.items():  # the first and the last of each kind
        body[name] = [some[0], *some[1:][-1:]] if isinstance(some, list) and some else some
    before = Results.from_json(json.dumps(body))
    unseen, seen = [], 0
    for section, records in body.items():
        if section == "schema":
            continue
        for record in [records] if isinstance(records, dict) else records:
            for path in leaves(record):
                holder = record
                for step in path[:-1]:
                    holder = holder[step]
                old = holder[path[-1]]
                holder[path[-1]] = another(old)
                after = Results.from_json(json.dumps(body))
                holder[path[-1]] = old
                if next(unsound(after), ""):
                    continue  # no run writes that, and it is refused
                found = compare(before, after)
                seen += 1
                if not (found.changes or found.moves or found.header):
                    unseen.append((section, path))
    assert unseen == []
    assert seen > 150
