"""When the design of the comparisons was settled, relative to the first look at outcomes."""

from __future__ import annotations

from onearm.results import Commitment, Results
from onearm.tables.model import Cell, Row, Table, words

ID = "commitment"
"""The id of every word of the record: there is one a run."""

_STATUS = {
    "prespecified": "Prespecified",
    "late": "Not prespecified: locked late",
    "open": "Not prespecified",
    "unknown": "Not known whether prespecified",
}


def commitment(results: Results) -> tuple[Table, ...]:
    """One table where the results say how the design was committed to; none without."""
    return tuple(_table(results, one) for one in results.commitment[:1])


def _table(results: Results, one: Commitment) -> Table:
    earlier = one.first_look or ("none on record" if one.status == "prespecified" else "")
    said = (
        ("Design of the comparisons", _STATUS.get(one.status, one.status)),
        ("Locked", one.locked or "never"),
        ("First look at outcomes before that", earlier),
        ("Digest of the design", one.digest),
        *((f"Locked again, change {k}", change) for k, change in enumerate(one.changes, 1)),
    )
    return Table(
        id="commitment",
        title="Commitment to the design",
        section="commitment",
        columns=words("", "On record"),
        rows=tuple(Row(label, (Cell(((words_of, ID),)),)) for label, words_of in said if words_of),
        footnotes=(one.says,),
        notice=results.header.notice,
    )
