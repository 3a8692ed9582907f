"""Was the design settled before outcomes were looked at? As far as the folder's log knows."""

from __future__ import annotations

from onearm.results import Commitment
from onearm.study.trial import Lock


def commitment(lock: Lock | None) -> Commitment:
    """The standing of the design of a trial's comparisons.

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
    locks = [i for i, look in enumerate(lock.log) if look.what != "looked"]
    earlier = [look.at for look in lock.log[: locks[-1] if locks else 0] if look.what == "looked"]
    if earlier:
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
