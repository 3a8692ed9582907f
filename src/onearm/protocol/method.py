"""How external controls are chosen or weighted: one method with its score, its distance and its target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from onearm.protocol.base import Name, Part, Words

Estimand = Literal["ATT", "ATE", "ATO", "ATM"]
"""Whom an effect speaks of: the trial's patients (ATT), everybody (ATE), those in whom both were likely (ATO, by
overlap weights; ATM, by matching weights)."""

Kind = Literal[
    "nearest",
    "optimal",
    "full",
    "exact",
    "coarsened",
    "subclasses",
    "weights",
    "entropy",
    "g-computation",
    "doubly-robust",
]

PAIRING = frozenset({"nearest", "optimal"})
"""Methods that give each trial patient partners of his own."""

CLASSES = frozenset({"full", "exact", "coarsened", "subclasses"})
"""Methods that put both sides into classes and weight within them."""

SCORED = frozenset({"nearest", "optimal", "full", "subclasses", "weights", "doubly-robust"})
"""Methods that need a score (nearest, optimal and full only when the distance is one)."""

MODELLED = frozenset({"g-computation", "doubly-robust"})
"""Methods with a model of the outcome: their design holds the covariates and the weights, no more."""

TARGETS: dict[str, tuple[str, ...]] = {
    "nearest": ("ATT",),
    "optimal": ("ATT",),
    "full": ("ATT", "ATE"),
    "exact": ("ATT", "ATE"),
    "coarsened": ("ATT", "ATE"),
    "subclasses": ("ATT", "ATE"),
    "weights": ("ATT", "ATE", "ATO", "ATM"),
    "entropy": ("ATT", "ATE"),
    "g-computation": ("ATT", "ATE"),
    "doubly-robust": ("ATT", "ATE"),
}
"""Estimands that a method can aim at."""

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]


class Caliper(Part):
    """The largest distance allowed within a pair, in standard deviations of the logit of the score.

    ``sd`` names whose deviation: ``pooled`` is the root of the mean of the two groups' variances, ``all`` that of
    everybody, ``treated`` that of the trial's patients.
    """

    width: Annotated[float, Field(gt=0, le=10)] = 0.2
    sd: Literal["pooled", "all", "treated"] = "pooled"


class Score(Part):
    """The probability of being a trial patient, given the covariates.

    ``logistic`` is maximum likelihood, ``ridge`` adds ``penalty`` times half the squared coefficients of standardized
    covariates, ``firth`` is the penalty that keeps coefficients finite when the groups separate, ``column`` takes a
    covariate named ``column`` that holds a probability worked out elsewhere, ``scikit-learn`` fits the ``estimator``
    named by its import path with its ``settings`` (an extra).
    """

    model: Literal["logistic", "ridge", "firth", "column", "scikit-learn"] = "logistic"
    penalty: Positive | None = None
    column: Name | None = None
    estimator: Words | None = None
    settings: dict[str, str | int | float | bool] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Score:
        wanted = {"ridge": "penalty", "column": "column", "scikit-learn": "estimator"}.get(self.model)
        for name in ("penalty", "column", "estimator"):
            given = getattr(self, name) is not None
            if given != (name == wanted):
                raise ValueError(f"`{name}` goes with {_owner(name)}" if given else f"{self.model} asks for `{name}`")
        if self.settings and self.model != "scikit-learn":
            raise ValueError("`settings` goes with scikit-learn")
        return self


def _owner(name: str) -> str:
    return {"penalty": "ridge", "column": "column", "estimator": "scikit-learn"}[name]


class Trim(Part):
    """Who is left out for a score that the other side hardly has: this changes whom the effect speaks of.

    ``score`` keeps scores within ``[at, 1 - at]``; ``percentile`` cuts below the ``at`` quantile of the trial's scores
    and above the ``1 - at`` quantile of the external ones; ``common`` keeps the range that both sides have.
    """

    rule: Literal["score", "percentile", "common"]
    at: Annotated[float, Field(gt=0, lt=0.5)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Trim:
        if (self.at is None) != (self.rule == "common"):
            raise ValueError("`common` takes no `at`" if self.rule == "common" else f"{self.rule} asks for `at`")
        return self


class Method(Part):
    """One way from covariates to a comparison. Keys that a method does not use are refused.

    ``estimand`` names whom the effect speaks of; ``distance`` what "near" means; ``exact`` and ``antiexact`` the
    covariates in which partners must agree or differ; ``within`` the largest difference allowed in a covariate (a
    negative one is the smallest); ``reuse`` how often one control may serve. ``variance`` is ``robust`` (pairs,
    classes or people as clusters; a score counts as known), ``m-estimation`` (counts that the score or the weights
    were estimated) or ``bootstrap`` (everything again in each of ``replicates``).
    """

    label: str = ""
    estimand: Estimand
    score: Literal["logistic", "firth"] | Score = "logistic"
    method: Kind = "nearest"
    distance: Literal["logit", "score", "mahalanobis", "robust-mahalanobis"] = "logit"
    ratio: Annotated[int, Field(ge=1, le=100)] = 1
    least: Annotated[int, Field(ge=1, le=100)] | None = None
    most: Annotated[int, Field(ge=1, le=100)] | None = None
    order: Literal["largest", "smallest", "closest", "farthest", "data", "random"] = "largest"
    replace: bool = False
    reuse: Annotated[int, Field(ge=1)] | None = None
    discard: Literal["none", "trial", "external", "both"] = "none"
    caliper: Caliper | Literal["none"] = Caliper()
    within: dict[Name, float] = Field(default_factory=dict)
    exact: tuple[Name, ...] = ()
    antiexact: tuple[Name, ...] = ()
    subclasses: Annotated[int, Field(ge=2, le=100)] = 5
    cutpoints: dict[Name, int | tuple[float, ...]] = Field(default_factory=dict)
    trim: Trim | None = None
    truncate: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    variance: Literal["robust", "m-estimation", "bootstrap"] = "robust"
    replicates: Annotated[int, Field(ge=100, le=100_000)] = 1000

    @field_validator("within")
    @classmethod
    def _some_width(cls, value: dict[str, float]) -> dict[str, float]:
        if any(v == 0 for v in value.values()):
            raise ValueError("a width of 0: name the covariate under `exact` instead")
        return value

    @field_validator("caliper", mode="before")
    @classmethod
    def _a_caliper(cls, value: object) -> object:
        if isinstance(value, Caliper | dict) or value == "none":
            return value
        shown = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else "0.2"
        raise ValueError(f"a caliper has a width and a deviation: write {{width: {shown}}}, or none")

    @field_validator("trim", mode="before")
    @classmethod
    def _a_rule(cls, value: object) -> object:
        if value is None or isinstance(value, Trim | dict):
            return value
        raise ValueError(
            "trimming has a rule: write {rule: score, at: 0.1}, {rule: percentile, at: 0.05} or {rule: common}"
        )

    @model_validator(mode="after")
    def _fits(self) -> Method:
        aims = TARGETS[self.method]
        if self.estimand not in aims:
            others = ", ".join(method for method, known in TARGETS.items() if self.estimand in known)
            raise ValueError(
                f"{self.method} cannot aim at {self.estimand}: use {' or '.join(aims)}, or another method: {others}"
            )
        for key, kinds in _ONLY.items():
            if key in self.model_fields_set and self.method not in kinds:
                raise ValueError(f"`{key}` goes with {' or '.join(sorted(kinds))}, not with {self.method}")
        if self.replace and self.variance == "bootstrap":
            raise ValueError("the bootstrap is not valid for matching with replacement (Abadie & Imbens 2008)")
        if self.distance in ("mahalanobis", "robust-mahalanobis") and self.method != "nearest":
            raise ValueError(f"the distance {self.distance} goes with nearest, not with {self.method}")
        self._variance_fits()
        if self.reuse is not None and self.replace:
            raise ValueError("`replace` lets a control serve without limit; give either `replace` or `reuse`")
        if (self.least is None) != (self.most is None):
            raise ValueError("a variable ratio asks for both `least` and `most`")
        if self.least is not None and self.most is not None and not self.least <= self.ratio <= self.most:
            raise ValueError("`ratio`, the mean number of controls, lies between `least` and `most`")
        return self

    def _variance_fits(self) -> None:
        """The estimation of a score can be counted only where its equations are known."""
        known = self.scoring.model in ("logistic", "ridge", "firth") and self.trim is None and self.truncate is None
        weighs = self.method == "entropy" or (self.method == "weights" and known)
        if self.variance == "m-estimation" and not weighs:
            raise ValueError("`variance: m-estimation` goes with entropy and with uncut weights from a logistic score")
        if self.variance != "bootstrap":
            return
        plain = self.scoring.model == "logistic" and self.trim is None and self.truncate is None
        rules = (self.exact, self.antiexact, self.within, self.least, self.reuse)
        simple = self.ratio == 1 and self.distance == "logit" and self.discard == "none" and not any(rules)
        paired = self.method == "nearest" and simple and self.order in ("largest", "smallest", "data")
        if not ((paired and plain) or (self.method == "weights" and plain) or (weighs and self.estimand == "ATT")):
            raise ValueError(
                "`variance: bootstrap` goes with 1:1 nearest neighbours on the logit without further rules, with "
                "weights from a logistic score, uncut, and with entropy for the ATT"
            )

    @property
    def scoring(self) -> Score:
        """The score, whole."""
        return Score(model=self.score) if isinstance(self.score, str) else self.score

    @property
    def width(self) -> Caliper | None:
        """The caliper, or None where there is none."""
        return None if isinstance(self.caliper, str) else self.caliper


_MATCHING = PAIRING | {"full"}
_ONLY: dict[str, frozenset[str]] = {
    "distance": _MATCHING,
    "ratio": PAIRING,
    "least": frozenset({"nearest"}),
    "most": frozenset({"nearest"}),
    "order": frozenset({"nearest"}),
    "replace": frozenset({"nearest"}),
    "reuse": frozenset({"nearest"}),
    "discard": frozenset({"nearest"}),
    "caliper": _MATCHING,
    "within": frozenset({"nearest"}),
    "exact": _MATCHING | {"exact"},
    "antiexact": frozenset({"nearest"}),
    "subclasses": frozenset({"subclasses"}),
    "cutpoints": frozenset({"coarsened"}),
    "trim": frozenset({"weights", "doubly-robust"}),
    "truncate": frozenset({"weights"}),
}
