"""Days between two judgements on which a look could have stopped the trial unseen.

The history is worked out on the days of enrolment. An event may come while the trial stands at a look and the next
patient may be counted before the next day of the history: then the stop would be seen as of that day and never again.
So the days between on which anything happened are gone through wherever counts that lie between those of the two days
could stop at a look between them; elsewhere none of them can, because patients who count, and events, only become more.
Where pending patients count by fractions every day counts, because the fractions grow from day to day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from onearm.design.record import Design
from onearm.protocol.monitoring import Rule
from onearm.study.said import Verdict
from onearm.study.tally import Tally


def may_hide(rule: Rule, design: Design, earlier: Tally, later: Tally, said: Verdict) -> bool:
    """Whether a day between two tallies could stop the trial; ``said`` is the decision on the later one."""
    if said.stops:
        return True
    limits = design.boundary
    if limits is None:
        worst = design.decide(later.x, later.n, time=earlier.months)
        return worst.stops and later.n >= rule.schedule[0]
    least, most = _reach(rule, earlier, later)
    looks = ((at, n) for at, n in enumerate(limits.n.tolist()) if earlier.n <= n <= later.n)
    if rule.pending == "fractional":
        return (earlier.pending > 0 or earlier.n < later.n) and any(True for _ in looks)
    return any(
        most >= int(limits.high[0, at]) or (n > earlier.n and least <= int(limits.low[0, at])) for at, n in looks
    )


def days_between(
    earlier: dt.date | None, later: dt.date | None, news: Collection[dt.date] | None = None
) -> Iterator[dt.date]:
    """Each day between two days, neither of them among them; only those of ``news`` where these are given."""
    if earlier is None or later is None:
        return
    if news is not None:
        yield from sorted(day for day in news if earlier < day < later)
        return
    for k in range(1, (later - earlier).days):
        yield earlier + dt.timedelta(days=k)


def _reach(rule: Rule, earlier: Tally, later: Tally) -> tuple[int, int]:
    """The fewest and the most that may have counted as events on a day between."""
    if rule.pending != "count-as-event":
        return earlier.x, later.x
    return earlier.x - earlier.pending, later.n - (earlier.n - earlier.x)
