"""Was the design settled before outcomes were looked at? As far as the folder's log knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from onearm.results import Commitment
from onearm.study.trial import Lock, Look


def commitment(lock: Lock | None) -> Commitment:
    """The standing of the design of a trial's comparisons: prespecified, late, open (never locked) or unknown.

    It is unknown where the log has no line of the lock of this very design, or only one of locking it again: what
    stood before was lost.

    Parameters
    ----------
    lock
        The locked design and the log, or None.
    """
    if lock is None or lock.design is None:
        return Commitment(
            status="open",
            says="Not prespecified: the design of the comparisons was never locked. `onearm lock` freezes it before "
            "outcomes are looked at.",
        )
    at = max((i for i, look in enumerate(lock.log) if _locks(look, lock.digest)), default=None)
    if at is None or not any(look.what == "locked" for look in lock.log[: at + 1]):
        status, first = "unknown", ""
        says = "Not known whether prespecified: the log of this lock is missing or is of another design."
    elif earlier := [look.at for look in _before(lock.log, at)]:
        status, first = "late", min(earlier)
        says = (
            f"Not prespecified: the design was locked on {lock.locked}, after outcomes had been looked at (first on "
            f"{first})."
        )
    else:
        status, first = "prespecified", ""
        says = f"Prespecified: the design was locked on {lock.locked}; no earlier look at outcomes is on record."
    return Commitment(
        status=status,
        says=says,
        locked=lock.locked,
        first_look=first,
        digest=lock.digest,
        changes=tuple(f"{look.at}: {look.reason}" for look in lock.log if look.what == "locked again"),
    )


def _locks(look: Look, digest: str) -> bool:
    """Whether a line of the log is of the lock of this very design."""
    return look.what in ("locked", "locked again") and look.digest == digest


def _before(log: Sequence[Look], at: int) -> Iterator[Look]:
    """The looks that stand before line ``at`` of the log, or are dated before it."""
    when = _moment(log[at].at)
    for i, look in enumerate(log):
        if look.what != "looked":
            continue
        own = _moment(look.at)
        if i < at or (when is not None and own is not None and own < when):
            yield look


def _moment(text: str) -> dt.datetime | None:
    """A moment of the log, in UTC where it names no zone; None where it cannot be read."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
