"""Why two results may differ: what each was made from, and in what the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from onearm.errors import listed

PROTOCOL = "protocol.yaml"

_DRAWING = frozenset({"matplotlib", "jinja2"})
"""Libraries that draw and lay out: no number comes from them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What results were made from.

    Parameters
    ----------
    name
        The place they were read from.
    manifest
        Whether a manifest speaks of these results; without it only the header is known.
    why
        Why no manifest speaks of them.
    software, cutoff, definitions
        From the header: onearm's version, the data cut-off, the rules in force.
    lock
        State of the design lock: status, moment, digest, reasons of changes.
    inputs
        File -> SHA-256 of every input, the protocol among them.
    libraries
        Library -> version.
    seed
        Seed of whatever is random.
    """

    name: str
    manifest: bool
    why: str = ""
    software: str = ""
    cutoff: str = ""
    definitions: tuple[str, ...] = ()
    lock: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One kind of thing in which the origins differ (data, protocol, code, seed, design lock), and how."""

    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What is behind the changes.

    Parameters
    ----------
    verdict
        ``none`` (nothing changed), ``known`` (one thing differs), ``several``, ``unknown`` (no manifest speaks of one)
        or ``unexplained`` (numbers changed although nothing did).
    says
        The verdict as a sentence.
    differences, same
        In what the two differ, and the kinds in which they do not.
    """

    verdict: str
    says: str
    differences: tuple[Difference, ...] = ()
    same: tuple[str, ...] = ()

    @property
    def unexplained(self) -> bool:
        """Whether numbers changed although nothing did: something is wrong."""
        return self.verdict == "unexplained"


def cause(before: Origin, after: Origin, changed: bool) -> Cause:
    """Why numbers changed, as far as manifests and headers can say.

    Parameters
    ----------
    before, after
        What A and B were made from.
    changed
        Whether anything that is counted changed.

    Examples
    --------
    >>> a = Origin(name="A", manifest=True, inputs={"protocol.yaml": "1", "data/x.csv": "2"}, seed=1)
    >>> b = Origin(name="B", manifest=True, inputs={"protocol.yaml": "1", "data/x.csv": "3"}, seed=1)
    >>> cause(a, b, True).says
    'The data differ, and nothing else that is recorded: data/x.csv changed.'
    >>> cause(a, a, True).verdict
    'unexplained'
    """
    if not (before.manifest and after.manifest):
        return _unknown(before, after, changed)
    found = tuple(_differences(before, after))
    kinds = [d.kind for d in found]
    same = tuple(kind for kind in ("data", "protocol", "code", "seed", "design lock") if kind not in kinds)
    verdict, says = _verdict(found, changed)
    return Cause(verdict=verdict, says=says, differences=found, same=same)


def _verdict(found: tuple[Difference, ...], changed: bool) -> tuple[str, str]:
    verb = "differ" if len(found) > 1 or (found and found[0].kind == "data") else "differs"
    who = listed(d.kind for d in found).replace(", ", " and ") if len(found) < 3 else listed(d.kind for d in found)
    how = "; ".join(d.says for d in found)
    if not changed:
        return "none", f"The {who} {verb} ({how}), and no number changed." if found else "Nothing changed."
    if not found:
        return "unexplained", (
            "Numbers changed although inputs, protocol, version, libraries, seed and design lock are the same. This "
            "must not be: results were edited, one version holds different code, or two machines compute differently. "
            "Run both again on one machine before any of these numbers is used."
        )
    if len(found) == 1:
        return "known", f"The {who} {verb}, and nothing else that is recorded: {how}."
    return "several", (
        f"The {who} {verb}: {how}. Which of them moved a number cannot be told apart; run again with one of them "
        "changed at a time."
    )


def _differences(one: Origin, two: Origin) -> Iterator[Difference]:
    data = list(_files(one.inputs, two.inputs))
    if data:
        yield Difference("data", listed(data, 8))
    if one.inputs.get(PROTOCOL) != two.inputs.get(PROTOCOL):
        yield Difference("protocol", f"{PROTOCOL} changed")
    code = [] if one.software == two.software else [f"{one.software or 'not stated'} -> {two.software or 'not stated'}"]
    code += _libraries(one.libraries, two.libraries)
    if code:
        yield Difference("code", listed(code, 8))
    if one.seed != two.seed:
        yield Difference("seed", f"{one.seed} -> {two.seed}")
    if one.lock != two.lock:
        yield Difference("design lock", f"{_locked(one)} -> {_locked(two)}")


def _files(one: Mapping[str, str], two: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*one, *two} - {PROTOCOL}):
        if name not in two:
            yield f"{name} only in A"
        elif name not in one:
            yield f"{name} only in B"
        elif one[name] != two[name]:
            yield f"{name} changed"


def _libraries(one: Mapping[str, str], two: Mapping[str, str]) -> list[str]:
    return [
        f"{name} {one.get(name, 'none')} -> {two.get(name, 'none')}"
        for name in sorted({*one, *two} - _DRAWING)
        if one.get(name) != two.get(name)
    ]


def _locked(origin: Origin) -> str:
    parts = (*origin.lock[:1], *(digest[:12] for digest in origin.lock[2:3]))
    return " ".join(part for part in parts if part) or "none"


def _unknown(one: Origin, two: Origin, changed: bool) -> Cause:
    """What the headers say where a manifest is missing."""
    told = [
        Difference(kind, f"{old or 'not stated'} -> {new or 'not stated'}")
        for kind, old, new in (("code", one.software, two.software), ("cut-off", one.cutoff, two.cutoff))
        if old != new
    ]
    if one.definitions != two.definitions:
        told.append(Difference("rules in force", "not the same (protocol or code)"))
    if one.lock != two.lock:
        told.append(Difference("design lock", f"{_locked(one)} -> {_locked(two)}"))
    missing = "; ".join(f"{side}: {o.why}" for side, o in (("A", one), ("B", two)) if not o.manifest)
    says = f"Whether data, protocol or seed differ cannot be known ({missing})."
    if told:
        says += " The headers differ: " + "; ".join(f"{d.kind} {d.says}" for d in told) + "."
    else:
        says += " The headers say the same version, cut-off and rules."
    return Cause(verdict="unknown", says=says if changed else f"No number changed. {says}", differences=tuple(told))
