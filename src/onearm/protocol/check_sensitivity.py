"""Checks of the sensitivity analyses of one comparison."""

from __future__ import annotations

from collections.abc import Iterator

from onearm.errors import Finding
from onearm.protocol.comparison import Comparison
from onearm.protocol.document import Protocol
from onearm.protocol.endpoint import Proportion, Survival
from onearm.protocol.findings import Where, misfit, unknown
from onearm.protocol.method import PAIRING
from onearm.protocol.sensitivity import Bias

_FEW = 10  # negative controls below which a calibrated interval is too narrow


def check_sensitivity(p: Protocol, where: Where, path: str, c: Comparison) -> Iterator[Finding]:
    """What does not fit in the sensitivity analyses of a comparison, and what a reader should be told of them.

    Parameters
    ----------
    p, where
        The protocol, and how its paths become places.
    path, c
        The comparison: ``comparisons.NAME``.
    """
    if c.sensitivity is None:
        return
    at = f"{path}.sensitivity"
    yield from _left_out(where, at, c)
    yield from _orders(where, at, c)
    yield from _controls(p, where, at, c)
    yield from _dropout(where, at, c)
    if c.sensitivity.bias is not None:
        yield from _bias(where, f"{at}.bias", c.sensitivity.bias)


def _left_out(where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    asked = None if c.sensitivity is None else c.sensitivity.leave_one_out
    if asked is None:
        return
    for i, name in enumerate(asked.covariates):
        if name not in c.covariates:
            yield unknown(
                where, f"{at}.leave_one_out.covariates.{i}", "covariate of the comparison", name, c.covariates
            )
    if len(c.covariates) < 2:
        yield misfit(where, f"{at}.leave_one_out", "without its only covariate nothing is adjusted for", "remove it")


def _orders(where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    if c.sensitivity is None or c.sensitivity.orders is None:
        return
    if c.method != "nearest":
        says = f"{c.method} takes nobody in an order"
        yield misfit(where, f"{at}.orders", says, "remove it: orders go with nearest neighbours")
    elif c.replace:
        says = "with replacement everybody has the same partners in every order"
        yield misfit(where, f"{at}.orders", says, "remove it")


def _controls(p: Protocol, where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    asked = None if c.sensitivity is None else c.sensitivity.negative_control
    if asked is None:
        return
    known = [k for k, e in p.endpoints.items() if isinstance(e, Survival | Proportion) and k not in c.endpoints]
    for i, name in enumerate(asked.endpoints):
        place = f"{at}.negative_control.endpoints.{i}"
        if name in c.endpoints:
            says = f'"{name}" is compared as an endpoint: it cannot also be one that the treatment does not change'
            yield misfit(where, place, says, "name another endpoint")
        elif name not in known:
            yield unknown(where, place, "survival endpoint or proportion", name, known)
    if len(set(asked.endpoints)) != len(asked.endpoints):
        says = "a negative control is named twice"
        yield misfit(where, f"{at}.negative_control.endpoints", says, "name each once")
    if 2 <= len(asked.endpoints) < _FEW:
        says = (
            f"{len(asked.endpoints)} negative controls tell little of their scatter: calibrated limits are too narrow"
        )
        step = f"add controls ({_FEW} or more), or read the calibrated ratio as a description"
        yield Finding("P157", "warning", where(f"{at}.negative_control.endpoints"), says, step)


def _dropout(where: Where, at: str, c: Comparison) -> Iterator[Finding]:
    if c.sensitivity is None or c.sensitivity.dropout is None:
        return
    alone = c.ratio == 1 and c.least is None and not c.replace and c.reuse is None
    if c.method not in PAIRING or not alone:
        says = "times of drop-outs are imputed in 1:1 pairs only: the other designs weigh their patients"
        yield misfit(where, f"{at}.dropout", says, "remove it, or take 1:1 pairs without replacement")


def _bias(where: Where, at: str, asked: Bias) -> Iterator[Finding]:
    """Priors that the kernel refuses, tried on a table that nothing makes negative."""
    from onearm.stats.sensitivity import probabilistic_bias

    try:
        probabilistic_bias(500, 1000, 500, 1000, draws=100, **asked.priors)
    except ValueError as problem:
        if "negative in every draw" not in str(problem):
            yield misfit(where, at, str(problem), "write a distribution as its kind and parameters: [beta, 90, 10]")
