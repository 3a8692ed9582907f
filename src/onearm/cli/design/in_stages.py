"""Designs in stages: Simon's, one stage, given counts, log-rank."""

from __future__ import annotations

from typing import Annotated

import typer

from onearm.cli.design.app import P0, P1, Alpha, At, Beta, Json, Looks, MaybeN, Name, Out, Shape, design, show_design


@design.command(epilog="Example: onearm design simon --p0 0.1 --p1 0.3 --alpha 0.05 --beta 0.2 --choice minimax")
def simon(
    p0: P0,
    p1: P1,
    alpha: Alpha,
    beta: Beta,
    n_max: Annotated[int, typer.Option("--n-max", help="Largest total number of patients.")] = 100,
    choice: Annotated[str, typer.Option("--choice", help="optimal, minimax or admissible.")] = "optimal",
    q: Annotated[float | None, typer.Option("--q", help="For admissible: weight of n against expected n.")] = None,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Simon's two stages, by exact search."""
    from onearm.design import simon as make

    show_design(lambda: make(p0, p1, alpha, beta, n_max, choice, q), at, form, as_json, out)


@design.command("two-stage", epilog="Example: onearm design two-stage --r1 1 --n1 10 --r 5 --n 29 --p0 0.1 --p1 0.3")
def two_stage(
    r1: Annotated[int, typer.Option("--r1", help="Stop after n1 patients with r1 events or fewer.")],
    n1: Annotated[int, typer.Option("--n1", help="Patients of the first stage.")],
    r: Annotated[int, typer.Option("--r", help="r or fewer of all n are a failure.")],
    n: Annotated[int, typer.Option("--n", help="Patients of both stages.")],
    p0: P0,
    p1: P1,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Two stages with given cut-offs, also at sizes that were not planned."""
    from onearm.design import two_stage as make

    show_design(lambda: make(r1, n1, r, n, p0, p1), at, form, as_json, out)


@design.command("single-stage", epilog="Example: onearm design single-stage --p0 0.1 --p1 0.3 --alpha 0.05 --beta 0.2")
def single_stage(
    p0: P0,
    p1: P1,
    alpha: Alpha,
    beta: Beta,
    rule: Annotated[str, typer.Option("--rule", help="smallest, stable or fleming.")] = "smallest",
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """One stage, exact (A'Hern), or by the normal approximation (Fleming)."""
    from onearm.design import single_stage as make

    show_design(lambda: make(p0, p1, alpha, beta, rule), at, form, as_json, out)


@design.command(epilog="Example: onearm design counts --looks 10,20,30 --high 3,5,6 --name VOD --at 0.1 --at 0.2")
def counts(
    looks: Looks,
    low: Annotated[str | None, typer.Option("--low", help="Stop at this count or fewer, one a look; -1 never.")] = None,
    high: Annotated[str | None, typer.Option("--high", help="Stop at this count or more, one a look.")] = None,
    low_means: Annotated[str, typer.Option("--low-means", help="futility or safe.")] = "futility",
    high_means: Annotated[str, typer.Option("--high-means", help="harm or efficacy.")] = "harm",
    n_max: MaybeN = None,
    name: Name = "response",
    rates: Annotated[str | None, typer.Option("--rates", help="True rates to show: 0.1,0.2,0.3.")] = None,
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """A rule given by its integers."""
    from onearm.cli.design.numbers import several, whole
    from onearm.design import counts as make

    show_design(
        lambda: make(
            whole("--looks", looks),
            low=None if low is None else whole("--low", low),
            high=None if high is None else whole("--high", high),
            low_means=low_means, high_means=high_means, n_max=n_max, name=name,
            rates=() if rates is None else several("--rates", rates),
        ),
        at, form, as_json, out,
    )  # fmt: skip


@design.command(
    "log-rank",
    epilog="Example: onearm design log-rank --survival-at 3,0.6 --hazard-ratio 0.5 --alpha 0.05 --beta 0.15 "
    "--follow-up 1 --accrual-rate 5 --shape 0.5",
)
def log_rank(
    survival_at: Annotated[str, typer.Option("--survival-at", help="Time and survival of the null: 3,0.6.")],
    hazard_ratio: Annotated[float, typer.Option("--hazard-ratio", help="Of the alternative, below 1.")],
    alpha: Alpha,
    beta: Beta,
    follow_up: Annotated[float, typer.Option("--follow-up", help="From the last entry to the analysis.")],
    accrual_rate: Annotated[float, typer.Option("--accrual-rate", help="Patients in a unit of time.")],
    shape: Annotated[float, typer.Option("--shape", help="Of the Weibull null; 1 is exponential.")] = 1.0,
    stages: Annotated[int, typer.Option("--stages", help="1, or 2 with a look for futility.")] = 1,
    choice: Annotated[str, typer.Option("--choice", help="optimal or minimax (two stages).")] = "optimal",
    restricted: Annotated[bool, typer.Option("--restricted", help="Nobody is followed longer.")] = False,
    variance: Annotated[str, typer.Option("--variance", help="expected or mean.")] = "expected",
    drift: Annotated[str, typer.Option("--drift", help="exact or OneArm2stage (two stages).")] = "exact",
    n_max: Annotated[int, typer.Option("--n-max", help="Largest number of patients.")] = 300,
    unit: Annotated[str, typer.Option("--unit", help="Words for the unit of time.")] = "years",
    at: At = None,
    form: Shape = "text",
    as_json: Json = False,
    out: Out = None,
) -> None:
    """One-sample log-rank test against a Weibull null, with one stage or two."""
    from onearm.cli.design.numbers import pair
    from onearm.design import log_rank as make

    show_design(
        lambda: make(
            pair("--survival-at", survival_at), hazard_ratio, alpha, beta, follow_up=follow_up,
            accrual_rate=accrual_rate, shape=shape, stages=stages, choice=choice, restricted=restricted,
            variance=variance, drift=drift, n_max=n_max, unit=unit,
        ),
        at, form, as_json, out,
    )  # fmt: skip
