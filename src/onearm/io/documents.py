"""Documents to send, from a folder of results: report and summary in each format, tables as listings, numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from onearm.errors import UsageError, listed
from onearm.io.document_files import Maker, Say, Wish
from onearm.io.either import changed_since
from onearm.io.export import plain_name
from onearm.io.folder import MARK, check_target, write_folder
from onearm.io.results import read_results
from onearm.report.compose.own import unknown
from onearm.results import Results

COMMAND = "onearm report"
_LARGEST = 50_000_000


def write_documents(place: Path, out: Path | None, wish: Wish, say: Say) -> tuple[Path, tuple[str, ...], bool]:
    """Write the documents of a folder of results; earlier ones stay as they are when anything fails.

    Parameters
    ----------
    place
        A folder of results, a trial folder with ``results/``, or a results.json.
    out
        The folder to write; ``documents`` beside the results when it is not given. Documents that an earlier call made
        there from the same results stay.
    wish
        What is asked for.
    say
        Told what is being done.

    Returns
    -------
    tuple
        The folder, the names of the files written, and whether the trial's files are no longer those of the results.

    Raises
    ------
    UsageError
        What `onearm.io.results.read_results`, `onearm.report.compose` and the writers raise; U320 to U322 when the
        folder cannot be written, U396 for a format that is not known, U397 for a template that cannot be read.
    """
    results, origin = read_results(place)
    if origin.changed:
        raise UsageError.one("U382", origin.name, origin.why, "run `onearm run` again, or put the file back as it was")
    home = _home(place)
    target = home / "documents" if out is None else out
    _refuse_inside(target, home)
    check_target(target, COMMAND)
    if problems := unknown(results):
        raise UsageError(problems)
    say("laying out")
    template = _template(results, wish, home)
    digest = _sha(results.to_json().encode())
    kept = _kept(target, digest)
    files = _files(Maker(results, origin, wish, template, say))
    body = {
        "trial": results.header.trial,
        "command": COMMAND,
        "results": digest,
        "outputs": {name: _sha(content) for name, content in sorted({**kept, **files}.items())},
    }
    text = (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
    write_folder(target, {**kept, **files, MARK: text}, COMMAND)
    return target, tuple(files), bool(changed_since(origin))


def _files(maker: Maker) -> dict[str, bytes]:
    """Everything asked for. Results that no manifest vouches for may hold what no run wrote: they are refused then."""
    try:
        return maker.files()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as problem:
        if maker.origin.manifest:
            raise
        says = f"these results cannot be laid out ({type(problem).__name__}: {str(problem)[:150]})"
        raise UsageError.one("U302", maker.origin.name, says, "run `onearm run` again") from None


def _refuse_inside(target: Path, home: Path) -> None:
    """Documents stand in no folder whose files are read or written by other commands."""
    whole = target.absolute().resolve()
    for name in ("results", "data", "external", "published"):
        inside = (home / name).absolute().resolve()
        if whole == inside or inside in whole.parents:
            says = f"documents cannot stand in {name}/ of the trial"
            raise UsageError.one("U320", str(target), says, "name another folder with --out")


def _home(place: Path) -> Path:
    """The folder beside which documents stand: the trial's."""
    if (place / "results" / "results.json").is_file():
        return place
    return (place if place.is_dir() else place.absolute().parent).absolute().parent


def _template(results: Results, wish: Wish, home: Path) -> bytes | None:
    """The Word document whose styles are used, if any."""
    named = results.outline.word_template
    path = wish.template or (home / named if named else None)
    if path is None or "docx" not in wish.formats:
        return None
    step = "check `report.word_template` in the protocol, or name a file with --template"
    try:
        if path.exists() and not path.is_file():
            raise UsageError.one("U397", str(path), "the Word template is no plain file", step)
        if path.stat().st_size > _LARGEST:
            raise UsageError.one("U397", str(path), "the Word template has more than 50 MB", step)
        return path.read_bytes()
    except OSError as problem:
        says = f"the Word template cannot be read ({problem.strerror})"
        raise UsageError.one("U397", str(path), says, step) from None


def _kept(target: Path, digest: str) -> dict[str, bytes]:
    """Documents that an earlier call made from the same results.

    Raises
    ------
    UsageError
        U320 when a document was changed by hand, or cannot be read: it would be lost.
    """
    try:
        body = json.loads((target / MARK).read_bytes())
        named, same = dict(body["outputs"]), body["results"] == digest
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    places = {name: target / name for name in named if plain_name(name)}
    found = {name: path for name, path in places.items() if path.is_file() and not path.is_symlink()}
    try:
        files = {name: path.read_bytes() for name, path in found.items()}
    except OSError as problem:
        says = f"an earlier document cannot be read ({problem.strerror})"
        raise UsageError.one(
            "U320", str(problem.filename), says, "move it, or name another folder with --out"
        ) from None
    changed = [name for name, content in files.items() if _sha(content) != named[name]]
    if changed:
        says = f"changed after it was written, and would be lost: {listed(changed, most=5)}"
        raise UsageError.one("U320", str(target), says, "move it, or name another folder with --out")
    return files if same else {}


def documents_older(home: Path, out: Path) -> bool:
    """Whether the documents beside a trial's results were made from other results than those in ``out``."""
    try:
        made_of = json.loads((home / "documents" / MARK).read_bytes())["results"]
        return bool(out == home / "results" and made_of != _sha((out / "results.json").read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def parts_of(files: Sequence[str]) -> str:
    """What was written, in few words: files of their own by name, figures by number."""
    pictures = sum(name.startswith("figures/") for name in files)
    named = [name for name in files if not name.startswith("figures/")]
    return ", ".join([*named, *([f"{pictures} figures"] if pictures else [])])
