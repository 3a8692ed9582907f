"""The same pairs sought in another order: who is matched first decides who is left for the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from onearm.external.blind import Blind
from onearm.external.choose import Sides, choose
from onearm.external.diagnose import _balance, _words
from onearm.external.estimand import label
from onearm.external.gates import gates
from onearm.external.record import Design, Floats
from onearm.external.score import Matrix

Order = Literal["largest", "smallest", "closest", "farthest", "data"]
DECIDED: tuple[Order, ...] = get_args(Order)
"""Orders that the data decide."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A design in one order: its name, the seed of a random one, and the gates that did not hold, in words."""

    order: str
    seed: int | None
    design: Design
    failed: tuple[str, ...]


def seeds_of(seed: int, n: int) -> tuple[int, ...]:
    """Seeds of ``n`` random orders, the same for the same ``seed``."""
    return tuple(int(s) for s in np.random.SeedSequence(seed).generate_state(n))


def orders(made: Blind, random: int, seed: int) -> Iterator[Ordered]:
    """The primary method in every order: the prespecified one first, those the data decide, and random ones.

    Parameters
    ----------
    made
        A comparison whose primary method is nearest neighbours, with a design.
    random
        How many random orders.
    seed
        The run's seed: a prespecified random order has it; the others have seeds drawn from it.
    """
    first, judge = made.settings.order, _Judge.of(made)
    wanted = [(first, seed if first == "random" else None)]
    wanted += [(order, None) for order in DECIDED if order != first]
    wanted += [("random", one) for one in seeds_of(seed, random)]
    for order, own in wanted:
        design = in_order(made, order, own)
        yield Ordered(order, own, design, judge.failed(design))


def in_order(made: Blind, order: str, seed: int | None) -> Design:
    """The primary design with the trial's patients in another order; the score is not fitted again."""
    base, settings = made.primary, made.settings
    how = settings.model_copy(update={"order": order})
    us, them = made.trial.baseline, made.external.baseline
    seen = Matrix(base.matrix, base.columns, ())
    sides = Sides(how, settings.covariates, us, them, seen, base.logit, seed or 0, base.unit_external)
    chosen = choose(sides, base.caliper if how.width is not None and base.logit.size else None)
    lost = tuple(s for s, w in zip(us.subjects, chosen.weight_trial, strict=True) if not w > 0)
    return replace(
        base,
        pairs=chosen.pairs,
        unmatched=lost,
        refused=chosen.refused,
        settings=how,
        estimand=label(how.estimand, len(lost), chosen.trimmed),
        weight_trial=chosen.weight_trial,
        weight_external=chosen.weight_external,
        class_trial=chosen.class_trial,
        class_external=chosen.class_external,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """What the gates of every order look at: covariates ``x`` (n + m, p) with their columns and labels."""

    made: Blind
    x: Floats
    columns: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, made: Blind) -> _Judge:
        """Every covariate that the score has seen, as for the prespecified order."""
        seen = [*made.settings.covariates, *(c.partition("=")[0] for c in made.primary.columns)]
        us, them = made.trial.baseline, made.external.baseline
        known = [c for c in dict.fromkeys(seen) if c in us.covariates]
        x1, columns = us.balance_matrix(known)
        x0, _ = them.balance_matrix(known)
        return cls(made, np.vstack([x1, x0]), columns, tuple(_words(us.covariates, c) for c in columns))

    def failed(self, design: Design) -> tuple[str, ...]:
        """The gates that did not hold, in words."""
        made, treated, weight = self.made, design.treated, design.weight
        some = not design.refused and weight[treated].any() and weight[~treated].any()
        found = _balance(self.x, self.columns, self.labels, treated, weight, made.settings.smd) if some else None
        asked = gates(made.name, made.settings, design, len(made.trial.incomplete), found)
        return tuple(g.says for g in asked if not g.passed)
