"""docs/machine-readable.md names the columns and the groups that results.csv has."""

from __future__ import annotations

import re
from pathlib import Path

from onearm.results import Estimate
from onearm.results.ard import schema
from onearm.results.grouping import groups

PAGE = (Path(__file__).parents[2] / "docs" / "machine-readable.md").read_text(encoding="utf-8")


def test_every_column_is_named_and_no_other() -> None:
    table = PAGE.partition("| column |")[2].partition("\n\n")[0]
    named = {
        word for row in table.splitlines() for word in re.findall(r"`(\w+)`", row.split("|")[1] if "|" in row else "")
    }
    named |= {f"group{k}{tail}" for k in (2, 3) for tail in ("", "_level")}  # "to"
    assert named == set(schema())


def test_groups_are_what_the_page_says() -> None:
    contexts = {"chemo/entropy": "method balance", "relapse": "competing"}
    rows = re.findall(r"^\| `(\S*?\\\|\S*?)` \| (.*) \|$", PAGE, re.M)
    assert len(rows) == 5
    for id, says in rows:
        plain = id.replace("\\|", "|")
        head, _, group = plain.partition("|")
        found = Estimate(
            id=plain, label="", variable=head.split("@")[0].split(".")[0], stat=head.split("@")[0].rpartition(".")[2],
            context=contexts.get(group, "comparison"), unit="", n=1, method="", population="", group=group,
        )  # fmt: skip
        assert tuple(re.findall(r"`(\w+)` = `(\w+)`", says)) == groups(found)
