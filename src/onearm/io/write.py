"""A run to a folder: results, tables, figures, report and manifest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onearm.io.folder import check_target, write_folder
from onearm.results import Results
from onearm.study.trial import Trial

if TYPE_CHECKING:
    from onearm.report.compose import Provenance

_LIBRARIES = ("numpy", "scipy", "polars", "pydantic", "ruamel.yaml", "matplotlib", "jinja2", "lark")

Say = Callable[[str], object]


def write_results(trial: Trial, results: Results, out: Path, *, seed: int, say: Say, clock: dict[str, float]) -> None:
    """Draw, lay out and write everything that a run leaves behind.

    Parameters
    ----------
    trial, results
        What was run, and what came of it.
    out
        The folder to write; earlier results there are replaced as a whole at the end.
    seed
        Recorded in the manifest.
    say
        Told what is being done.
    clock
        Receives the seconds spent in each part.
    """
    check_target(out)
    files = contents(results, say, clock, _provenance(trial, seed))
    files["manifest.json"] = manifest(trial, seed, files)
    with timed(clock, "write"):
        say("writing")
        write_folder(out, files)


class timed:  # noqa: N801
    """Adds the seconds spent in a block to an entry of a dict."""

    def __init__(self, clock: dict[str, float], name: str):
        self.clock, self.name = clock, name

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.clock[self.name] = self.clock.get(self.name, 0.0) + time.perf_counter() - self.start


def _software() -> tuple[tuple[str, str], ...]:
    """Python and the libraries that numbers depend on, with their versions."""
    return (("python", platform.python_version()), *((name, version(name)) for name in _LIBRARIES))


def _provenance(trial: Trial, seed: int) -> Provenance:
    """What the report says of where it comes from; the manifest says the same."""
    from onearm import __version__
    from onearm.report.compose import Provenance

    return Provenance(inputs=trial.digests, software=_software(), facts=(("onearm", __version__), ("seed", str(seed))))


def contents(results: Results, say: Say, clock: dict[str, float], provenance: Provenance) -> dict[str, bytes]:
    """Every file of a folder of results but the manifest, by name."""
    from onearm import figures, report, tables

    files = {"results.json": results.to_json().encode()}
    files["results.csv"] = results.frame().write_csv().encode()
    with timed(clock, "tables"):
        laid_out = tables.build(results)
        files |= {f"tables/{name}.csv": tables.to_csv(table).encode() for name, table in laid_out.items()}
    files |= {f"{name}.csv": listing_csv(rows) for name, rows in results.listings.items()}
    files |= {f"pairs/{name}.csv": text.encode() for name, text in pairs_csv(results).items()}
    with timed(clock, "import matplotlib"):
        say("loading matplotlib")
        import_module("matplotlib.figure")
        import_module("matplotlib.backends.backend_svg")
    with timed(clock, "figures"):
        drawn = {}
        for name, drawing in figures.plan(results).items():
            say(f"drawing {name}")
            drawn[name] = figures.picture(drawing)
            files[f"figures/{name}.svg"] = drawn[name].svg
            files[f"figures/{name}.csv"] = figures.data(drawing).encode()
    with timed(clock, "report"):
        say("writing the report")
        files["report.html"] = report.html(results, laid_out, drawn, provenance).encode()
        files["summary.md"] = report.summary(results, laid_out, drawn, provenance).encode()
    return files


def pairs_csv(results: Results) -> dict[str, str]:
    """Who was paired with whom, one file a comparison."""
    import polars as pl

    found: dict[str, list[dict[str, Any]]] = {}
    for pair in results.pairs:
        row = {name: getattr(pair, name) for name in pair.__slots__ if name != "comparison"}
        found.setdefault(pair.comparison, []).append(row)
    return {name: pl.DataFrame(rows).write_csv() for name, rows in found.items()}


def listing_csv(rows: Sequence[Mapping[str, str | int]]) -> bytes:
    """A listing as CSV, one row as it stands."""
    import polars as pl

    return pl.DataFrame(rows).write_csv().encode()


def manifest(trial: Trial, seed: int, files: Mapping[str, bytes]) -> bytes:
    """What went in, what came out, with which versions. The date stands on a line of its own."""
    from onearm import __version__

    body = {
        "trial": trial.protocol.trial.id,
        "command": f"onearm run {trial.folder.resolve().name if trial.folder else '-'} --seed {seed}",
        "seed": seed,
        "onearm": __version__,
        "libraries": dict(_software()),
        "inputs": dict(trial.digests),
        "outputs": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()
