"""The design as a document: what went in, who was chosen, how alike they are; with a digest over all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from onearm.cohort.baseline import Baseline
from onearm.external.blind import Blind
from onearm.external.record import Design, Floats
from onearm.external.seal import SCHEMA, Body, digest, sealed
from onearm.protocol.comparison import Comparison

AGREEMENT = 1e-9
"""How far a weight may lie from the locked one, relative to it: machines differ in the last digits."""


def document(designs: Mapping[str, Blind], protocol: str, seed: int, software: str) -> Body:
    """The document of every comparison's design.

    Parameters
    ----------
    designs
        Comparison -> its blind half.
    protocol
        Digest of the protocol's text.
    seed
        Seed of orders that are random.
    software
        Name and version of what made it.

    Returns
    -------
    dict
        JSON's own types, with ``digest`` over everything else.
    """
    body: Body = {
        "schema": SCHEMA,
        "software": software,
        "protocol": protocol,
        "seed": seed,
        "comparisons": {name: _comparison(one) for name, one in designs.items()},
    }
    return sealed(body)


def settings_digest(settings: Comparison, baseline: Baseline) -> str:
    """Digest of a comparison's settings and of what its covariates mean."""
    covariates = {k: v.model_dump(mode="json") for k, v in baseline.covariates.items()}
    return digest({"comparison": settings.model_dump(mode="json", by_alias=True), "covariates": covariates})


def baseline_digest(side: Baseline) -> str:
    """Digest of subjects and covariates; the rows' places in their files and their order do not matter."""
    frame = side.frame.drop("at").sort("subject")
    rows = frame.select(frame.columns[:1] + sorted(frame.columns[1:]))
    rows = rows.with_columns(_spelled(c) for c in rows if c.dtype == pl.Float64)
    return hashlib.sha256(rows.write_csv(null_value="\\N", quote_style="always").encode()).hexdigest()


def _spelled(numbers: pl.Series) -> pl.Series:
    """Numbers as ``repr`` writes them. Polars writes those of ordinary size alike, in a tenth of the time."""
    size = numbers.abs()
    others = (~((size == 0) | size.is_between(1e-4, 1e15, closed="left"))).arg_true()
    text = numbers.cast(pl.String)
    return text.scatter(others, [repr(v) for v in numbers.gather(others)]) if others.len() else text


def _comparison(one: Blind) -> Body:
    return {
        "settings": one.settings.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "settings_digest": settings_digest(one.settings, one.trial.baseline),
        "baseline": {"trial": baseline_digest(one.trial.baseline), "external": baseline_digest(one.external.baseline)},
        "attrition": {
            side: [
                {"step": s.name, "reason": s.reason, "kept": len(s.kept), "removed": len(s.removed)}
                for s in aligned.steps
            ]
            for side, aligned in (("trial", one.trial), ("external", one.external))
        },
        "methods": {key: _method(made, one) for key, made in one.designs.items()},
        "imputed": [{key: _method(made, drawn) for key, made in drawn.designs.items()} for drawn in one.drawn],
        "diagnostics": {key: _diagnosis(one, key) for key in one.designs},
    }


def _method(made: Design, one: Blind) -> Body:
    return {
        "estimand": made.estimand,
        "refused": made.refused,
        "notes": list(made.notes),
        "caliper": made.caliper,
        "pairs": [[made.trial[t], made.external[c]] for t, c in made.pairs],
        "weights": {
            "trial": _weights(made.trial, made.weight_trial),
            "external": _weights(made.external, made.weight_external),
        },
        "classes": _classes(made),
        "lost": {"incomplete": len(one.trial.incomplete), "without_a_place": len(made.unmatched)},
    }


def _weights(subjects: Sequence[str], weight: Floats) -> dict[str, float]:
    return {s: float(w) for s, w in zip(subjects, weight, strict=True) if w > 0}


def _classes(made: Design) -> dict[str, dict[str, int]]:
    """The pair or class of each subject, numbered as they are met in the order of the subjects' names, trial first.

    A control with replacement is in several pairs: there are no classes then, the pairs say it all.
    """
    known: dict[int, int] = {}
    found: dict[str, dict[str, int]] = {"trial": {}, "external": {}}
    if made.settings is not None and made.settings.replace:
        return found
    for side, subjects, classes in (
        ("trial", made.trial, made.class_trial),
        ("external", made.external, made.class_external),
    ):
        for subject, own in sorted(zip(subjects, classes.tolist(), strict=True)):
            if own >= 0:
                found[side][subject] = known.setdefault(own, len(known))
    return found


def _diagnosis(one: Blind, key: str) -> Body:
    found = one.diagnoses[key]
    return {
        "balance": {e.id: e.value for e in found.estimates if e.stat in ("smd", "variance_ratio")},
        "gates": [
            {"name": g.name, "value": g.value, "threshold": g.threshold, "passed": g.passed, "says": g.says}
            for g in found.gates
        ],
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """What of a locked design is no longer so: a code, the comparison and words."""

    code: str
    comparison: str
    says: str


def differences(locked: Mapping[str, Any], designs: Mapping[str, Blind], seed: int) -> Iterator[Difference]:
    """Everything in which the designs, as they would be made now, differ from the locked ones."""
    if locked["seed"] != seed:
        yield Difference("X507", "", f"the design was locked with seed {locked['seed']}, this is seed {seed}")
    then = locked["comparisons"]
    for name in (n for n in then if n not in designs):
        yield Difference("X505", name, f"the locked comparison {name} is no longer in the protocol")
    for name, one in designs.items():
        if name not in then:
            yield Difference("X505", name, f"the comparison {name} was added after the lock")
            continue
        yield from _compared(name, then[name], one)


def _compared(name: str, then: Mapping[str, Any], one: Blind) -> Iterator[Difference]:
    if then["settings_digest"] != settings_digest(one.settings, one.trial.baseline):
        changed = _changed(then["settings"], one.settings)
        what = f" ({', '.join(changed)})" if changed else " or a covariate's definition"
        yield Difference("X504", name, f"the settings{what} of {name} were changed after the lock")
        return
    now = {"trial": one.trial.baseline, "external": one.external.baseline}
    other = [side for side, base in now.items() if then["baseline"][side] != baseline_digest(base)]
    if other:
        yield Difference(
            "X503", name, f"baseline data of {name} ({' and '.join(other)}) are not those that were locked"
        )
        return
    sets = [(then["methods"], one), *zip(then.get("imputed", ()), one.drawn, strict=False)]
    for key in one.designs:
        if not all(_agrees(old[key], new.designs[key]) for old, new in sets):
            says = (
                f"method {key} of {name} chooses other patients, weights, pairs or classes than those locked, from the "
                "same data"
            )
            yield Difference("X506", name, says)


def _changed(then: Mapping[str, Any], settings: Comparison) -> list[str]:
    now = settings.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return sorted(k for k in {*then, *now} if then.get(k) != now.get(k))


def _agrees(locked: Mapping[str, Any], made: Design) -> bool:
    """Whether patients, weights and classes are the locked ones; documents of before had no classes."""
    if locked.get("classes", classes := _classes(made)) != classes:
        return False
    then = locked["weights"]
    now = {
        "trial": _weights(made.trial, made.weight_trial),
        "external": _weights(made.external, made.weight_external),
    }
    if any(then[side].keys() != now[side].keys() for side in now):
        return False
    pairs = [(then[side][s], w) for side in now for s, w in now[side].items()]
    old, new = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return bool(np.all(np.abs(new - old) <= AGREEMENT * np.maximum(np.abs(old), 1e-300)))
