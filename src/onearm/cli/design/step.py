"""What to do about a design that cannot be made: the step that a kernel names, or the option that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable

_STEPS = frozenset({"allow", "ask", "change", "choose", "give", "leave", "lower", "make", "raise", "take", "use"})
"""Words that a step begins with, after the colon or semicolon that ends what is wrong."""

_CALLED = {"n": "looks", "p": "at", "events": "n-max", "true_mean": "means"}
"""What a kernel calls an option by another name."""


def step_of(says: str, options: Iterable[str]) -> tuple[str, str]:
    """What is wrong, and what to do about it.

    Parameters
    ----------
    says
        What a kernel says: its first words name an argument, its last ones may name a step.
    options
        All options, such as ``--alpha``.

    Examples
    --------
    >>> step_of("alpha must lie strictly between 0 and 1, found 0", ["--alpha"])
    ('alpha must lie strictly between 0 and 1, found 0', 'change --alpha')
    >>> step_of("cutoff = 0.1 would stop at once: raise it, or see the prior", ["--cutoff"])
    ('cutoff = 0.1 would stop at once', 'raise it, or see the prior')
    """
    for mark in re.finditer(r"[:;] (?=(\w+))", says):
        if mark[1] in _STEPS:
            return says[: mark.start()], says[mark.end() :]
    known = set(options)
    named = [f"--{_CALLED.get(word, word).replace('_', '-')}" for word in re.findall(r"\w+", says)]
    first = next((option for option in named if option in known), "")
    verb = "give" if "must be given" in says else "change"
    return says, f"{verb} {first}" if first else "see the options with --help"
