"""Borrowing: does it name what the protocol defines, and fit its endpoint?"""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding, listed
from onearm.protocol.borrowing import Borrowing
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.findings import Where, immortal, later, misfit, unknown


def check_borrowing(p: Protocol, where: Where) -> Iterator[Finding]:
    """Every place where borrowing does not fit the rest."""
    known = {"enrolled", *p.populations}
    for name, one in p.borrowing.items():
        path = f"borrowing.{name}"
        if name in p.comparisons or name in p.external or name in p.published:
            says = f'"{name}" is already a comparison, an external source or a published comparator'
            yield misfit(where, path, says, "rename what is borrowed")
        if one.population not in known:
            yield unknown(where, f"{path}.population", "population", one.population, sorted(known))
        elif later(p, one.population):
            yield immortal(where, f"{path}.population", f'who belongs to "{one.population}" is known only after day 1')
        yield from _endpoint(p, where, path, one)


def _endpoint(p: Protocol, where: Where, path: str, one: Borrowing) -> Iterator[Finding]:
    fitting = [k for k, e in p.endpoints.items() if isinstance(e, Proportion | Survival)]
    endpoint = p.endpoints.get(one.endpoint)
    if endpoint is None:
        yield unknown(where, f"{path}.endpoint", "endpoint", one.endpoint, fitting)
        return
    if not isinstance(endpoint, Proportion | Survival):
        says = f'"{one.endpoint}" is neither a proportion nor a time'
        yield misfit(where, f"{path}.endpoint", says, f"name one of: {listed(fitting)}")
        return
    timed = isinstance(endpoint, Survival)
    for i, earlier in enumerate(one.historical):
        here = f"{path}.historical.{i}"
        if earlier.comparison is not None and earlier.comparison not in p.comparisons:
            yield unknown(where, f"{here}.comparison", "comparison", earlier.comparison, p.comparisons)
        if earlier.events is not None and timed != (earlier.n is None):
            step = "give `exposure_months`" if timed else "give `n`"
            yield misfit(where, here, f'"{one.endpoint}" is {"a time" if timed else "a proportion"}', step)
    if timed and one.drift is not None:
        yield misfit(where, f"{path}.drift", "the drift scan is for proportions", "leave `drift` out")
    if one.method == "commensurate" and len(one.historical) > 1:
        says = "a commensurate prior is made from one earlier group"
        yield misfit(where, f"{path}.historical", says, "name one, or use `robust-map`")
    if not timed and one.against is not None and one.against >= 1:
        yield misfit(where, f"{path}.against", "a proportion lies below 1", "write 0.3, not 30")
