"""What a reader should know of a source before it is compared: persons with several rows, days that lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from onearm.cohort.tables import Cohort
from onearm.errors import Finding
from onearm.external.immortal import check_day_one
from onearm.external.index_date import check_lines, several, timing
from onearm.protocol.document import Protocol


def check_sources(protocol: Protocol, external: Mapping[str, Cohort]) -> Iterator[Finding]:
    """Findings on every source that a comparison uses, each once.

    Parameters
    ----------
    protocol
        With its comparisons.
    external
        Source -> its patients.
    """
    yield from dict.fromkeys(_found(protocol, external))


def _found(protocol: Protocol, external: Mapping[str, Cohort]) -> Iterator[Finding]:
    for c in protocol.comparisons.values():
        if c.source not in external or c.source not in protocol.external:
            continue
        found = timing(external[c.source])
        where = f"{protocol.external[c.source].folder}/subjects.csv"
        a = c.alignment
        if (a is not None and a.index is not None) or several(found):
            yield from check_lines(found, where, a.index.rule if a is not None and a.index is not None else None)
        if a is not None:
            yield from check_day_one(found, where, a.day_one)
