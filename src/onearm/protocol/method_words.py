"""What a method does, in words for people: every setting that is in force, and none that is not."""

from __future__ import annotations

from onearm.protocol.method import PAIRING, SCORED, Method, Score, Trim

_ORDERS = {
    "largest": "largest score first",
    "smallest": "smallest score first",
    "closest": "closest pairs first",
    "farthest": "hardest to match first",
    "data": "in the order of the data",
    "random": "in random order",
}
_DISTANCES = {
    "logit": "the logit of a {score}",
    "score": "a {score}",
    "mahalanobis": "Mahalanobis distance",
    "robust-mahalanobis": "robust Mahalanobis distance",
}
_WEIGHTS = {
    "ATT": "inverse probability weights for the trial's patients (ATT)",
    "ATE": "inverse probability weights (ATE)",
    "ATO": "overlap weights (ATO)",
    "ATM": "matching weights (ATM)",
}
_DISCARDED = {
    "trial": "trial patients outside the range of external scores left out",
    "external": "external patients outside the range of the trial's scores left out",
    "both": "patients outside the common range of scores left out",
}


def score_words(score: Score) -> str:
    """The score in a few words.

    Examples
    --------
    >>> score_words(Score()), score_words(Score(model="ridge", penalty=2))
    ('logistic score', 'ridge logistic score (penalty 2)')
    """
    return {
        "logistic": "logistic score",
        "ridge": f"ridge logistic score (penalty {score.penalty:g})" if score.penalty else "",
        "firth": "logistic score with Firth's penalty",
        "column": f"score from the column {score.column}",
        "scikit-learn": f"score of {score.estimator}",
    }[score.model]


def short_words(method: Method) -> str:
    """The method as a row label: its own label, or what it is.

    Examples
    --------
    >>> short_words(Method(estimand="ATO", method="weights"))
    'Overlap weights (ATO)'
    >>> short_words(Method(estimand="ATT", method="weights", score="firth", truncate=0.99))
    "Inverse probability weights for the trial's patients (ATT), logistic score with Firth's penalty, cut at 99%"
    """
    if method.label and type(method) is Method:
        return method.label
    said = f"{_name(method)}{_score_beside(method)}"
    return said[0].upper() + said[1:]


def _name(method: Method) -> str:
    if method.method == "weights":
        return _WEIGHTS[method.estimand]
    ratio = f"{method.ratio}:1 " if method.method in PAIRING and method.least is None else ""
    names = {
        "nearest": f"{ratio}nearest neighbour",
        "optimal": f"{ratio}optimal pairs",
        "full": "Optimal full matching",
        "exact": "Exact matching",
        "coarsened": "Coarsened exact matching",
        "subclasses": f"{method.subclasses} subclasses of the score",
        "entropy": "Entropy balancing",
        "g-computation": "G-computation",
        "doubly-robust": "Doubly robust (AIPW)",
    }
    name = names[method.method]
    if method.method == "nearest":
        if method.distance in ("mahalanobis", "robust-mahalanobis"):
            name += f", {_DISTANCES[method.distance]}"
        if method.order != "largest":
            name += f", {_ORDERS[method.order]}"
        if method.replace:
            name += ", with replacement"
    return f"{name} ({method.estimand})"


def _score_beside(method: Method) -> str:
    """What tells a method from another of its name: a score that is not the plain one, weights that were cut."""
    said = []
    if method.method in SCORED and method.scoring.model != "logistic":
        said.append(score_words(method.scoring))
    if method.trim is not None:
        said.append("trimmed")
    if method.truncate is not None:
        said.append(f"cut at {100 * method.truncate:g}%")
    if method.variance == "bootstrap":
        said.append("bootstrap")
    return f", {', '.join(said)}" if said else ""


def method_words(method: Method) -> str:
    """Everything that the method does, as a clause.

    Examples
    --------
    >>> method_words(Method(estimand="ATT"))  # doctest: +NORMALIZE_WHITESPACE
    '1:1 nearest neighbour on the logit of a logistic score, without replacement, largest score first; caliper 0.2 SD
    (pooled)'
    >>> method_words(Method(estimand="ATO", method="weights", variance="m-estimation"))
    'overlap weights (ATO) from a logistic score'
    """
    return "; ".join(part for part in (_core(method), *_limits(method)) if part)


def _core(m: Method) -> str:
    score = score_words(m.scoring)
    near = _DISTANCES[m.distance].format(score=score)
    if m.method == "nearest":
        ratio = f"{m.ratio}:1" if m.least is None else f"{m.ratio}:1 on average ({m.least} to {m.most})"
        again = "with replacement" if m.replace else "without replacement"
        if m.reuse is not None:
            again = f"a control serves at most {m.reuse} times"
        return f"{ratio} nearest neighbour on {near}, {again}, {_ORDERS[m.order]}"
    if m.method == "optimal":
        return f"{m.ratio}:1 optimal pairs on {near}: least total distance"
    if m.method == "full":
        return f"optimal full matching on {near}"
    if m.method == "subclasses":
        return f"{m.subclasses} subclasses of a {score}"
    if m.method == "weights":
        return f"{_WEIGHTS[m.estimand]} from a {score}"
    return {
        "exact": "exact matching" + (f" on {', '.join(m.exact)}" if m.exact else " on every covariate"),
        "coarsened": "coarsened exact matching",
        "entropy": f"entropy balancing of the means ({m.estimand})",
        "g-computation": f"g-computation: a model of the outcome in each group ({m.estimand})",
        "doubly-robust": f"doubly robust: a {score} and a model of the outcome ({m.estimand})",
    }[m.method]


def _limits(m: Method) -> tuple[str, ...]:
    said = []
    if m.method in PAIRING | {"full"} and m.width is not None:
        said.append(f"caliper {m.width.width:g} SD ({m.width.sd})")
    said += [f"{name} {_width(width)}" for name, width in m.within.items()]
    if m.exact and m.method != "exact":
        said.append(f"exact in {', '.join(m.exact)}")
    if m.antiexact:
        said.append(f"different in {', '.join(m.antiexact)}")
    if m.discard != "none":
        said.append(_DISCARDED[m.discard])
    if m.trim is not None and m.method in SCORED:
        said.append(_trimmed(m.trim))
    if m.truncate is not None:
        said.append(f"weights above the {100 * m.truncate:g}% quantile cut to it")
    return tuple(said)


def _width(width: float) -> str:
    return f"within {width:g}" if width > 0 else f"at least {-width:g} apart"


def _trimmed(trim: Trim) -> str:
    return {
        "score": f"scores outside {trim.at} to {1 - (trim.at or 0):g} left out",
        "percentile": f"scores beyond the {100 * (trim.at or 0):g}% tails left out",
        "common": "scores outside the common range left out",
    }[trim.rule]


def variance_words(method: Method, clusters: str = "") -> str:
    """How the standard error is made.

    Examples
    --------
    >>> variance_words(Method(estimand="ATT"), "pairs")
    'robust variance, pairs as clusters'
    """
    if method.variance == "m-estimation":
        return "variance that counts the estimation of the weights (M-estimation)"
    if method.variance == "bootstrap":
        return f"bootstrap of the whole path, {method.replicates} replicates"
    return "robust variance" + (f", {clusters} as clusters" if clusters else "")
