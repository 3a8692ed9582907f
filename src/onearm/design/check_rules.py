"""Can every stopping rule of a protocol be worked out? Numbers that the schema allows may still make no rule together.

Each rule is made into its design, and what it does at its true rates is computed once; what a kernel refuses becomes
a finding in the protocol's words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from onearm.design.of_rule import design_of_rule
from onearm.design.record import Design
from onearm.design.time_body import Times
from onearm.errors import Finding
from onearm.protocol.document import Protocol
from onearm.protocol.monitoring import Rule

_ANYWHERE = {
    "p0": "limit", "null": "limit", "p1": "limit", "futility": "cutoff", "efficacy": "cutoff", "lam": "lambda",
    "experimental": "prior", "efficacy_delta": "margin", "true_mean": "means_months",
}  # fmt: skip
"""What a kernel calls a number, and the protocol's key for it."""

_FIRST = {
    "threshold": "success", "harm": "cutoff", "delta": "margin", "means": "means_months", "p": "rates",
    "accrual": "accrual_per_month", "low": "stop_at_most", "high": "stop_at_least", "events": "n_max",
}  # fmt: skip
"""The same of words that mean the number only where a sentence begins with them."""

_OF_KIND = {"time-to-event": {"delta": "margin_months"}, "safety": {"p1": "worse"}}


def check_rules(protocol: Protocol, where: Callable[[str], str]) -> Iterator[Finding]:
    """One finding for each rule whose numbers make no boundary, or none whose characteristics can be computed.

    Parameters
    ----------
    protocol
        Whose rules fit the rest of it (`onearm.protocol.check`).
    where
        A path in the protocol to its place in the file.
    """
    for name, rule in protocol.monitoring.items():
        try:
            _tried(design_of_rule(name, rule))
        except (ValueError, OverflowError) as problem:
            says, key = _in_its_words(str(problem), rule)
            verb = "give" if "must be given" in says else "change"
            step = f"{verb} `{key}`" if key else "change the numbers of this rule"
            yield Finding("P160", "error", where(f"monitoring.{name}"), f"this rule cannot be made: {says}", step)


def _tried(design: Design) -> None:
    """What the rule does at its true rates; a rule on times is simulated only so often that its numbers are checked."""
    body = design.body
    if not isinstance(body, Times):
        design.operating_characteristics()
    elif body.accrual is not None:
        replace(body, replicates=2).characteristics([p[0] for _, p in design.rates])


def _in_its_words(says: str, rule: Rule) -> tuple[str, str]:
    """A kernel's sentence with the protocol's keys, and the key that it begins with."""
    own = {field.alias or name for name, field in type(rule).model_fields.items()}

    def key(word: str, names: dict[str, str]) -> str:
        if word == "looks" and not rule.looks:
            return "n_max"
        found = word if word in own else (names | _OF_KIND.get(rule.kind, {})).get(word, "")
        return found if found in own else ""

    first, space, rest = says.partition(" ")
    begins = key(first, _ANYWHERE | _FIRST)
    told = re.sub(r"\w+", lambda m: f"`{k}`" if m[0] in _ANYWHERE and (k := key(m[0], _ANYWHERE)) else m[0], rest)
    return (f"`{begins}`" if begins else first) + space + told, begins
