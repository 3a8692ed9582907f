"""The part of the report about stopping rules: each rule's decision, limits, behaviour and words together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from onearm.figures.style import slug
from onearm.report.key import rule_name
from onearm.results import Results, Watch
from onearm.tables.monitoring import rules, stamp

Pieces = Mapping[str, Markup]
"""Tables and figures as markup, by their names."""


def monitored(results: Results, tables: Pieces, figures: Pieces) -> tuple[Markup, ...]:
    """The pieces of the section, one rule after the other; what ends or holds enrolment is said before everything.

    Parameters
    ----------
    results
        What was found.
    tables, figures
        Those of the section, as markup.
    """
    loud = [_warning(w) for w in results.watches if stamp(w)]
    together = [piece for name, piece in tables.items() if name.startswith("joint-")]
    both = [Markup("<h3>Rules together</h3>"), *together] if together else []
    return (*loud, *(piece for rule in rules(results) for piece in _of_rule(results, rule, tables, figures)), *both)


def _of_rule(results: Results, rule: str, tables: Pieces, figures: Pieces) -> Iterable[Markup]:
    watches = [w for w in results.watches if w.rule == rule]
    own = f"monitoring.{rule}"
    yield Markup("<h3>{}</h3>").format(watches[0].label)
    yield from _found(tables, f"monitoring-{rule}")
    yield from _found(figures, *(slug("boundary", w.id) for w in watches))
    yield from _found(tables, f"boundary-{rule}")
    yield from _found(figures, slug("characteristics", own))
    yield from _found(tables, f"characteristics-{rule}")
    if watches[0].paragraph:
        said = Markup('<p class="estimand"><strong>For a protocol.</strong> <span data-id="{}">{}</span></p>')
        yield said.format(own, watches[0].paragraph)
    for w in watches:
        for table in _found(tables, f"history-{rule}" + (f"-{w.group}" if w.group else "")):
            of = f", version {w.group}" if w.group else ""
            yield Markup("<details>\n<summary>Decision after every patient{}</summary>\n{}\n</details>").format(
                of, table
            )


def _found(pieces: Pieces, *names: str) -> Iterable[Markup]:
    return (pieces[name] for name in names if name in pieces)


def _warning(w: Watch) -> Markup:
    stopped = f" A look that was due stopped the trial first on {w.stopped}." if w.stopped else ""
    return Markup('<p class="gate" role="note" data-id="{}"><strong>{}: {}.</strong> {}.{}</p>').format(
        w.id, rule_name(w), w.word.upper(), w.reason[:1].upper() + w.reason[1:], stopped
    )


def rule_entries(results: Results) -> list[dict[str, str]]:
    """What the index of numbers says of each rule."""
    return [
        {
            "id": w.id,
            "label": rule_name(w),
            "value": w.word,
            "unit": "",
            "limits": "",
            "method": w.words,
            "population": w.population,
            "n": str(w.moments[-1].evaluated) if w.moments else "",
            "notes": "; ".join((w.reason, *w.notes)),
        }
        for w in results.watches
    ]
