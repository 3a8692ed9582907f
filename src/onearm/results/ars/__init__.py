"""Results as a reporting event of the CDISC Analysis Results Standard (ARS), version 1.0, in JSON.

``to_ars(results)`` gives the event, ``to_text(event)`` its text, the same bytes each time. How our records map to the
model's (https://www.cdisc.org/standards/foundational/analysis-results-standard):

* An *analysis* is one statistic of one endpoint in one population, in all its groups and at all its times. Its *method*
  is the kind of statistic with its words; an *operation* is one number of it: the value, a limit, the level of the
  limits, the standard error, those with the event, the subjects.
* Every number is a *result*. ``rawValue`` holds every digit, ``formattedValue`` the number as documents print it. A
  result without a raw value could not be estimated (``NE``; the reason stands in the description of its analysis). A
  value that is not reached has the raw value ``Inf``: the standard keeps raw values as text.
* The standard has no place for a name of a result, so that ours stands among its groups: each result is in the group of
  the grouping ``onearm.id`` that is the id of our number, the one in results.csv and in results.json.
* Why an analysis was made and what for must be stated. Results do not know whether a protocol was written before the
  outcomes were seen, nor which endpoint is the primary one: terms of our own say just that.
"""

from onearm.results.ars.event import to_ars, to_text
from onearm.results.ars.outputs import Display

__all__ = ["Display", "to_ars", "to_text"]
