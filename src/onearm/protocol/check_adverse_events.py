"""Checks of endpoints of adverse events: what they group by, and the drugs they name."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding
from onearm.protocol.adverse_events import AdverseEvents, EventListing
from onearm.protocol.document import Protocol
from onearm.protocol.findings import Where, group, unknown


def check_adverse_events(p: Protocol, where: Where, path: str, e: AdverseEvents | EventListing) -> Iterator[Finding]:
    """Whether such an endpoint fits what it names."""
    if isinstance(e, EventListing):
        yield from _drug(p, where, f"{path}.drug", e.drug)
        return
    yield from group(p, where, f"{path}.by", e.by)
    if e.emergent != "none":
        for i, drug in enumerate(e.emergent.drugs):
            yield from _drug(p, where, f"{path}.emergent.drugs.{i}", drug)


def _drug(p: Protocol, where: Where, path: str, drug: str | None) -> Iterator[Finding]:
    """A drug that the protocol does not name; where it names none, those of the table stand as they are written."""
    if drug is not None and p.drugs and p.drug_key(drug) is None:
        yield unknown(where, path, "drug", drug, p.drugs)
