"""The command `onearm design`: its options, and how a design is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from onearm.cli import show
from onearm.errors import UsageError

if TYPE_CHECKING:
    from onearm.design import Design

Form = Literal["text", "csv", "json", "paragraph"]

design = typer.Typer(
    help="A design or a stopping rule: its boundary, exact operating characteristics, a paragraph for the protocol.",
    epilog="Example: onearm design simon --p0 0.1 --p1 0.3 --alpha 0.05 --beta 0.2",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

P0 = Annotated[float, typer.Option("--p0", help="Rate of no interest, or still acceptable.")]
P1 = Annotated[float, typer.Option("--p1", help="Rate hoped for.")]
Alpha = Annotated[float, typer.Option("--alpha", help="Limit of the type I error, one-sided.")]
Beta = Annotated[float, typer.Option("--beta", help="Limit of the type II error.")]
Looks = Annotated[str, typer.Option("--looks", help="Patients at each look: 10,20,30 or 5:48 or 10:40:5.")]
Prior = Annotated[str, typer.Option("--prior", help='Beta prior: a,b; a mixture: "weight,a,b;weight,a,b".')]
MaybeN = Annotated[int | None, typer.Option("--n-max", help="Patients of the whole trial [default: the last look].")]
Name = Annotated[str, typer.Option("--name", help="The event that is counted.")]
At = Annotated[list[str] | None, typer.Option("--at", help="A true rate to show; may be given again. Two: 0.3,0.2.")]
Shape = Annotated[Form, typer.Option("--format", help="text, csv, json or paragraph.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write tables, pictures and words into this folder.")]


def show_design(make: Callable[[], Design], at: list[str] | None, form: Form, as_json: bool, out: Path | None) -> None:
    """Make the design, print it in a form, and write it where a folder is named."""
    from onearm.cli.design.numbers import rates_of

    try:
        made = make()
        p: Any = None if not at else rates_of("--at", at)
        if at and made.times is not None and not made.has_curves:
            raise ValueError("at is a true mean to simulate, and nothing is simulated without patients in a unit of "
                             "time: give --accrual, or leave --at out")  # fmt: skip
        does = made.characteristics_table(p)
    except ValueError as problem:
        raise _refused(str(problem)) from None
    if out is not None:
        from onearm.io.design import write_design

        write_design(made, out, p)
        show.note(f"wrote {out}")
    if as_json or form == "json":
        show.as_json(made.values() | {"characteristics": {"columns": does.columns, "rows": does.rows}})
    elif form == "csv":
        show.out(made.table(each_look=True).csv().rstrip("\n"))
    elif form == "paragraph":
        show.out(made.paragraph())
    else:
        show.out(f"{made.table().text()}\n\n{does.text()}\n\n{made.command}")


def _refused(says: str) -> UsageError:
    from onearm.cli.design.step import step_of

    commands = getattr(typer.main.get_command(design), "commands", {})
    options = {option for command in commands.values() for param in command.params for option in param.opts}
    return UsageError.one("U353", "design", *step_of(says, options))
