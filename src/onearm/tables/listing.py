"""Listings of subjects and of their events, line by line, as they stand in the results."""

from __future__ import annotations

from onearm.results import Listing, Results
from onearm.tables.model import LISTING, Cell, Row, Table, words


def listing(results: Results) -> tuple[Table, ...]:
    """One table for each listing of the results; every text of a line has the id of its subject.

    Examples
    --------
    >>> from onearm.results import Header
    >>> one = Listing(id="vod", title="VOD", section="safety", columns=("Subject", "Grade"), rows=(("007", "3"),),
    ...               subjects=("007",))
    >>> table = listing(Results(Header(trial="t", title="T", arm="A"), listed=(one,)))[0]
    >>> table.id, table.rows[0].label, table.rows[0].cells[0].parts, table.wide
    ('listing-vod', '007', (('3', 'subject:007'),), True)
    """
    return tuple(_table(results, one) for one in results.listed)


def subject_id(subject: str) -> str:
    """The id under which `onearm trace` tells everything about a subject.

    Examples
    --------
    >>> subject_id("007")
    'subject:007'
    """
    return f"subject:{subject}"


def _table(results: Results, one: Listing) -> Table:
    empty = (Row("Nobody", tuple(Cell() for _ in one.columns[1:])),)
    return Table(
        id=f"{LISTING}{one.id}",
        title=one.title,
        section=one.section,
        columns=words(*one.columns),
        rows=tuple(_row(*line) for line in zip(one.rows, one.subjects, strict=True)) or empty,
        footnotes=one.notes,
        notice=results.header.notice,
    )


def _row(texts: tuple[str, ...], subject: str) -> Row:
    key = subject_id(subject)
    return Row(texts[0], tuple(Cell(((text, key),)) if text else Cell() for text in texts[1:]))
