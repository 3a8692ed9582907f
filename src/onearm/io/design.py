"""A design to a folder: tables, words, pictures and JSON, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from onearm import __version__
from onearm.io.folder import MARK, check_target, write_folder

if TYPE_CHECKING:
    from onearm.design import Design


def write_design(made: Design, out: Path, p: ArrayLike | None = None) -> None:
    """Write a design into a folder; an earlier one of its kind that onearm wrote there is replaced as a whole.

    Parameters
    ----------
    made
        The design.
    out
        The folder.
    p
        True rates of the operating characteristics; those of the design when not given.

    Raises
    ------
    UsageError
        U320 or U321 when the folder holds other things, results of another command included, or cannot be written.
    """
    command = " ".join(made.command.split()[:3])
    check_target(out, command)
    files = _files(made, p)
    body = {
        "onearm": __version__,
        "command": made.command,
        "inputs": {},
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    write_folder(out, files | {MARK: _json(body)}, command)


def _files(made: Design, p: ArrayLike | None) -> dict[str, bytes]:
    from onearm.figures import picture
    from onearm.figures.alone import drawing, png

    does = made.characteristics_table(p)
    files = {
        "table.txt": made.table().text() + "\n",
        "table.csv": made.table(each_look=True).csv(),
        "characteristics.txt": does.text() + "\n",
        "characteristics.csv": does.csv(),
        "paragraph.txt": made.paragraph() + "\n",
    }
    values = made.values() | {"characteristics": {"columns": does.columns, "rows": does.rows}}
    drawn = {"boundary": made.picture(), **({"characteristics": made.curves()} if made.has_curves else {})}
    pictures = {f"{name}.svg": picture(drawing(record)).svg for name, record in drawn.items()}
    pictures |= {f"{name}.png": png(record) for name, record in drawn.items()}
    return {name: text.encode() for name, text in files.items()} | pictures | {"design.json": _json(values)}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=list) + "\n").encode()
