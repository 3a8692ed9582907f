"""Rules against history, for safety, and on event times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from onearm.cli.design.app import P0, At, Json, Looks, MaybeN, Name, Out, Shape, design, show_design

if TYPE_CHECKING:
    from onearm.design import Design


@design.command(
    "thall-simon",
    epilog="Example: onearm design thall-simon --looks 6:40 --experimental 0.6,1.4 --standard 15,35 --futility 0.05",
)
def thall_simon(
    looks: Looks,
    experimental: Annotated[str, typer.Option("--experimental", help="Prior of the trial's rate: a,b.")],
    standard: Annotated[str, typer.Option("--standard", help="The historical rate: a,b.")],
    delta: Annotated[float, typer.Option("--delta", help="Improvement that futility is judged by.")] = 0.0,
    futility: Annotated[float | None, typer.Option("--futility", help="Stop at this probability or less.")] = None,
    efficacy: Annotated[float | None, typer.Option("--efficacy", help="Stop at this probability or more.")] = None,
    efficacy_delta: Annotated[float, typer.Option("--efficacy-delta", help="Improvement for efficacy.")] = 0.0,
    strict: Annotated[bool, typer.Option("--strict/--no-strict", help="Whether equality goes on.")] = False,
    n_max: MaybeN = None,
    name: Name = "response",
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Thall and Simon: one rate against a historical rate that is itself uncertain."""
    from onearm.cli.design.numbers import prior_of, whole
    from onearm.design import thall_simon as make

    show_design(
        lambda: make(
            whole("--looks", looks), prior_of("--experimental", experimental), prior_of("--standard", standard),
            delta=delta, futility=futility, efficacy=efficacy, efficacy_delta=efficacy_delta, strict=strict,
            n_max=n_max, name=name,
        ),
        at, form, as_json, out,
    )  # fmt: skip


@design.command(
    "thall-simon-estey",
    epilog="Example: onearm design thall-simon-estey --n-max 30 --experimental '0.6,1.4;0.5,1.5' "
    "--standard '30,70;20,60' --cutoffs 0.95,0.95",
)
def thall_simon_estey(
    n_max: Annotated[int, typer.Option("--n-max", help="Patients of the whole trial.")],
    experimental: Annotated[str, typer.Option("--experimental", help='Priors of response;toxicity: "a,b;a,b".')],
    standard: Annotated[str, typer.Option("--standard", help='The historical rates: "a,b;a,b".')],
    cutoffs: Annotated[str, typer.Option("--cutoffs", help="Of response and toxicity: 0.95,0.95.")],
    margins: Annotated[str, typer.Option("--margins", help="Added to the historical rates.")] = "0,0",
    cohort: Annotated[int, typer.Option("--cohort", help="Patients between looks.")] = 1,
    n_min: Annotated[int, typer.Option("--n-min", help="No look before this many patients.")] = 1,
    reading: Annotated[str, typer.Option("--reading", help="multc-lean or multc99.")] = "multc-lean",
    association: Annotated[float, typer.Option("--association", help="Odds ratio of the two events.")] = 1.0,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Thall, Simon and Estey: response and toxicity together (Multc Lean)."""
    from onearm.cli.design.numbers import pair, priors_of
    from onearm.design import thall_simon_estey as make

    show_design(
        lambda: make(
            n_max, priors_of("--experimental", experimental), priors_of("--standard", standard),
            cutoffs=pair("--cutoffs", cutoffs), margins=pair("--margins", margins), cohort=cohort, n_min=n_min,
            reading=reading, association=association,
        ),
        at, form, as_json, out,
    )  # fmt: skip


@design.command(epilog="Example: onearm design safety --looks 30 --p0 0.2 --alpha 0.1 --prior 0.6,2.4 --name VOD")
def safety(
    looks: Annotated[str, typer.Option("--looks", help="Patients of the trial, or each look: 10,20,30 or 5:48.")],
    p0: P0,
    kind: Annotated[
        str, typer.Option("--kind", help="beta-binomial, pocock, obrien-fleming, wang-tsiatis, sprt or maxsprt.")
    ] = "beta-binomial",
    alpha: Annotated[float | None, typer.Option("--alpha", help="Overall probability of crossing at p0.")] = None,
    cutoff: Annotated[float | None, typer.Option("--cutoff", help="A fixed cut-off instead.")] = None,
    prior: Annotated[str | None, typer.Option("--prior", help="Beta prior (beta-binomial): a,b.")] = None,
    p1: Annotated[float | None, typer.Option("--p1", help="Rate that is too high (sprt).")] = None,
    shape: Annotated[float | None, typer.Option("--shape", help="0 to 0.5 (wang-tsiatis).")] = None,
    first_look: Annotated[int, typer.Option("--first-look", help="First look, where --looks is one number.")] = 1,
    every: Annotated[int, typer.Option("--every", help="Patients between looks, likewise.")] = 1,
    n_max: MaybeN = None,
    name: Name = "toxicity",
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Stop for too many toxicities; calibrated to an overall probability of crossing, or with a fixed cut-off."""
    from onearm.cli.design.numbers import prior_of, whole
    from onearm.design import safety as make

    def made() -> Design:
        given = whole("--looks", looks)
        return make(
            given[0] if len(given) == 1 else given, p0, kind=kind, alpha=alpha, cutoff=cutoff,
            prior=None if prior is None else prior_of("--prior", prior), p1=p1, shape=shape, first_look=first_look,
            every=every, n_max=n_max, name=name,
        )  # fmt: skip

    show_design(made, at, form, as_json, out)


@design.command(
    "time-to-event",
    epilog="Example: onearm design time-to-event --n-max 40 --standard 60,295 --experimental 3,10 --cutoff 0.03 "
    "--delta 1 --accrual 2",
)
def time_to_event(
    n_max: Annotated[int, typer.Option("--n-max", help="Patients of the whole trial.")],
    standard: Annotated[str, typer.Option("--standard", help="Inverse gamma of the standard's mean: a,b.")],
    experimental: Annotated[str, typer.Option("--experimental", help="Prior of the treatment's mean: a,b.")],
    cutoff: Annotated[float, typer.Option("--cutoff", help="Stop below this probability.")],
    delta: Annotated[float, typer.Option("--delta", help="Improvement that is aimed at.")] = 0.0,
    parameter: Annotated[str, typer.Option("--parameter", help="mean or median.")] = "mean",
    unit: Annotated[str, typer.Option("--unit", help="Words for the unit of time.")] = "months",
    name: Name = "event",
    accrual: Annotated[float | None, typer.Option("--accrual", help="Patients in a unit of time (simulation).")] = None,
    follow_up: Annotated[float, typer.Option("--follow-up", help="Time after the last enrolment.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulation.")] = 1,
    replicates: Annotated[int, typer.Option("--replicates", help="Simulated trials.")] = 10_000,
    means: Annotated[str | None, typer.Option("--means", help="True means to show: 5,6.")] = None,
    first_look: Annotated[int, typer.Option("--first-look", help="Patients before the rule is asked.")] = 1,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Thall, Wooten and Tannir: stop accrual on event times."""
    from onearm.cli.design.numbers import pair, several
    from onearm.design import time_to_event as make

    show_design(
        lambda: make(
            n_max, pair("--standard", standard), pair("--experimental", experimental), cutoff=cutoff, delta=delta,
            parameter=parameter, unit=unit, name=name, accrual=accrual, follow_up=follow_up, seed=seed,
            replicates=replicates, means=() if means is None else several("--means", means),
            first_look=first_look,
        ),
        at, form, as_json, out,
    )  # fmt: skip
