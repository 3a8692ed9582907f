"""Rules on predictive and posterior probabilities, and BOP2."""

from __future__ import annotations

from typing import Annotated

import typer

from onearm.cli.design.app import P0, At, Json, Looks, MaybeN, Name, Out, Prior, Shape, design, show_design


@design.command(
    epilog="Example: onearm design predictive --p0 0.2 --p1 0.4 --alpha 0.1 --beta 0.1 --prior 0.2,0.8 --n-max 50"
)
def predictive(
    p0: P0,
    prior: Prior,
    p1: Annotated[float | None, typer.Option("--p1", help="Rate hoped for (search).")] = None,
    alpha: Annotated[float | None, typer.Option("--alpha", help="Limit of the type I error (search).")] = None,
    beta: Annotated[float | None, typer.Option("--beta", help="Limit of the type II error (search).")] = None,
    n_max: Annotated[int, typer.Option("--n-max", help="Largest size, or the size with given cut-offs.")] = 100,
    first_look: Annotated[int, typer.Option("--first-look", help="Patients at the first look.")] = 10,
    every: Annotated[int, typer.Option("--every", help="Patients between looks.")] = 1,
    looks: Annotated[str | None, typer.Option("--looks", help="Looks, with given cut-offs.")] = None,
    threshold: Annotated[float | None, typer.Option("--threshold", help="Success: P(rate > p0) above this.")] = None,
    futility: Annotated[float | None, typer.Option("--futility", help="Stop below this.")] = None,
    efficacy: Annotated[float | None, typer.Option("--efficacy", help="Stop for success above this.")] = None,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Predictive probability of success (Lee and Liu): searched for, or with given cut-offs (--threshold)."""
    from onearm.cli.design.numbers import prior_of, whole
    from onearm.design import predictive as make

    show_design(
        lambda: make(
            p0, p1, alpha, beta, prior=prior_of("--prior", prior), n_max=n_max, first_look=first_look, every=every,
            looks=None if looks is None else whole("--looks", looks), threshold=threshold, futility=futility,
            efficacy=efficacy,
        ),
        at, form, as_json, out,
    )  # fmt: skip


@design.command(epilog="Example: onearm design posterior --looks 5:48 --prior 0.2,1.8 --p1 0.1 --harm 0.95 --name VOD")
def posterior(
    looks: Looks,
    prior: Prior,
    p0: Annotated[float | None, typer.Option("--p0", help="Limit of the low side.")] = None,
    futility: Annotated[float | None, typer.Option("--futility", help="Stop when P(rate < p0) exceeds this.")] = None,
    p1: Annotated[float | None, typer.Option("--p1", help="Limit of the high side.")] = None,
    efficacy: Annotated[float | None, typer.Option("--efficacy", help="Stop when P(rate > p1) exceeds this.")] = None,
    harm: Annotated[float | None, typer.Option("--harm", help="The same for an event that is bad.")] = None,
    strict: Annotated[bool, typer.Option("--strict/--no-strict", help="Whether equality goes on.")] = True,
    n_max: MaybeN = None,
    name: Name = "response",
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Posterior probability that a rate lies beyond a fixed limit."""
    from onearm.cli.design.numbers import prior_of, whole
    from onearm.design import posterior as make

    show_design(
        lambda: make(
            whole("--looks", looks), prior_of("--prior", prior), p0=p0, futility=futility, p1=p1, efficacy=efficacy,
            harm=harm, strict=strict, n_max=n_max, name=name,
        ),
        at, form, as_json, out,
    )  # fmt: skip


@design.command(epilog="Example: onearm design bop2 --looks 10:40:5 --null 0.2 --alternative 0.4 --alpha 0.1")
def bop2(
    looks: Looks,
    null: Annotated[str, typer.Option("--null", help="Null rate, two with a comma for two endpoints.")],
    alternative: Annotated[str | None, typer.Option("--alternative", help="The same hoped for (search).")] = None,
    alpha: Annotated[float | None, typer.Option("--alpha", help="Limit of the type I error (search).")] = None,
    kind: Annotated[str, typer.Option("--kind", help="binary, nested, co-primary or efficacy-toxicity.")] = "binary",
    beta: Annotated[float | None, typer.Option("--beta", help="Fewest patients with this type II error.")] = None,
    lam: Annotated[float | None, typer.Option("--lam", help="Given lambda instead of a search.")] = None,
    gamma: Annotated[float | None, typer.Option("--gamma", help="Given gamma instead of a search.")] = None,
    association: Annotated[float, typer.Option("--association", help="Odds ratio of the two events.")] = 1.0,
    n_max: MaybeN = None,
    names: Annotated[str | None, typer.Option("--names", help="Of the endpoints, with a comma.")] = None,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """BOP2: searched for (--alternative, --alpha), or with given --lam and --gamma."""
    from onearm.cli.design.numbers import one_or_more, whole
    from onearm.design import bop2 as make

    show_design(
        lambda: make(
            whole("--looks", looks), one_or_more("--null", null),
            None if alternative is None else one_or_more("--alternative", alternative), alpha, kind=kind, beta=beta,
            lam=lam, gamma=gamma, association=association, n_max=n_max,
            names=None if names is None else tuple(names.split(",")),
        ),
        at, form, as_json, out,
    )  # fmt: skip
