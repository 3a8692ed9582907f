"""Why two results may differ: what each was made from, and in what the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from onearm.changes.record import LOCK
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
    changed
        Whether there is a manifest, and it speaks of another file: the results were changed after the run.
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
    changed: bool = False
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


def cause(before: Origin, after: Origin, changed: bool, moved: bool | None = None) -> Cause:
    """Why numbers changed, as far as manifests and headers can say.

    Parameters
    ----------
    before, after
        What A and B were made from.
    changed
        Whether anything that is counted changed.
    moved
        Whether anything but the record of the design lock did (`Changes.moved`); as ``changed`` when not given. When a
        design was locked is told, and moves no number: it is never given as the reason of one.

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
    same = tuple(kind for kind in ("data", "protocol", "code", "seed", LOCK) if kind not in kinds)
    if changed and not (changed if moved is None else moved):
        verdict, says = "known", f"Only the record of the design lock changed, and no number. {_all(found)}"
    else:
        verdict, says = _verdict(found, changed)
    return Cause(verdict=verdict, says=says.strip(), differences=found, same=same)


def _who(found: tuple[Difference, ...]) -> str:
    """``The data differ``, ``The data and seed differ``, ``The data, code, seed differ``."""
    verb = "differ" if len(found) > 1 or found[0].kind == "data" else "differs"
    kinds = listed(d.kind for d in found)
    return f"The {kinds.replace(', ', ' and ') if len(found) < 3 else kinds} {verb}"


def _all(found: tuple[Difference, ...]) -> str:
    return f"{_who(found)}: {'; '.join(d.says for d in found)}." if found else ""


def _verdict(found: tuple[Difference, ...], changed: bool) -> tuple[str, str]:
    how = "; ".join(d.says for d in found)
    if not changed:
        return "none", f"{_who(found)} ({how}), and no number changed." if found else "Nothing changed."
    causes = tuple(d for d in found if d.kind != LOCK)
    beside = "".join(f" The design lock differs too, which moves no number: {d.says}." for d in found if d.kind == LOCK)
    how = "; ".join(d.says for d in causes)
    if not causes:
        return "unexplained", (
            "Numbers changed although inputs, protocol, version, libraries and seed are the same. This must not be: "
            "results were edited, one version holds different code, or two machines compute differently. Run both "
            "again on one machine before any of these numbers is used." + beside
        )
    if len(causes) == 1:
        return "known", f"{_who(causes)}, and nothing else that is recorded: {how}." + beside
    return "several", (
        f"{_who(causes)}: {how}. Which of them moved a number cannot be told apart; run again with one of them changed "
        "at a time." + beside
    )


def _differences(one: Origin, two: Origin) -> Iterator[Difference]:
    data = list(_files(one.inputs, two.inputs))
    if data:
        yield Difference("data", listed(data, 8))
    if one.inputs.get(PROTOCOL) != two.inputs.get(PROTOCOL):
        cutoffs = f"cut-off {one.cutoff or 'not stated'} -> {two.cutoff or 'not stated'}"
        yield Difference("protocol", f"{PROTOCOL} changed" + (f" ({cutoffs})" if one.cutoff != two.cutoff else ""))
    code = [] if one.software == two.software else [f"{one.software or 'not stated'} -> {two.software or 'not stated'}"]
    code += _libraries(one.libraries, two.libraries)
    if code:
        yield Difference("code", listed(code, 8))
    if one.seed != two.seed:
        yield Difference("seed", f"{one.seed} -> {two.seed}")
    if one.lock != two.lock:
        yield _lock(one, two)


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


def _lock(one: Origin, two: Origin) -> Difference:
    """The first thing that differs: status and digest, the moment, the reasons of changes."""
    told = [_locked(one, 2), _locked(two, 2)]
    if told[0] == told[1]:
        told = [_locked(one, 3), _locked(two, 3)]
    if told[0] == told[1]:
        told = [f"locked again: {len(o.lock[3:])}" for o in (one, two)]
    return Difference(LOCK, " -> ".join(told) if told[0] != told[1] else "other reasons of changes")


def _locked(origin: Origin, fields: int) -> str:
    """Status and digest; with three fields the moment as well."""
    status, moment, digest = (*origin.lock[:3], "", "", "")[:3]
    parts = (status, digest[:12], moment)[:fields]
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
        told.append(_lock(one, two))
    missing = "; ".join(f"{side}: {o.why}" for side, o in (("A", one), ("B", two)) if not o.manifest)
    says = f"Whether data, protocol or seed differ cannot be known ({missing})."
    if told:
        says += " The headers differ: " + "; ".join(f"{d.kind} {d.says}" for d in told) + "."
    else:
        says += " The headers say the same version, cut-off and rules."
    return Cause(verdict="unknown", says=says if changed else f"No number changed. {says}", differences=tuple(told))
