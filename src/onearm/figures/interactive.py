"""A curve that answers the pointer, as a piece of HTML that needs nothing from outside and no `eval`.

The picture is Vega-Lite, drawn in the reader's browser by Vega; its expressions run in Vega's own interpreter
(``ast``), so a page may forbid `eval` and name the digests of the scripts in its Content-Security-Policy. Needs the
extra ``interactive`` (the package vl-convert-python, which holds Vega).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from onearm import text
from onearm.errors import UsageError, near
from onearm.figures.panel import Panel, group, panel_of
from onearm.figures.style import FAINT, INK, stroke
from onearm.results import Results

WIDE, TALL = 620, 320
"""Size of the plot in CSS pixels."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of HTML and what a page that holds it must allow.

    ``html`` may stand anywhere in a body. ``digests`` are those of its scripts, as ``script-src`` of a
    Content-Security-Policy names them (``'sha256-...'``); the first is the library, the same for every fragment.
    ``styles`` need ``'unsafe-inline'`` in ``style-src``, as the report has it.
    """

    html: str
    digests: tuple[str, ...]


def interactive(results: Results, endpoint: str, *, library: bool = True) -> Fragment:
    """The survival or incidence curve of an endpoint, with the numbers at the pointer.

    Parameters
    ----------
    results
        What was found.
    endpoint
        The curve's panel: ``os``, or ``os|NAME`` for a comparison.
    library
        Whether the fragment holds Vega itself (0.9 MB); a second fragment of one page does without.

    Raises
    ------
    UsageError
        U385 without the extra, U386 for an endpoint that has no curve.
    """
    panels = list(dict.fromkeys(c.panel for c in results.curves.values() if c.kind in ("survival", "incidence")))
    if endpoint not in panels:
        says = f'no curve has the name "{endpoint}"{near(endpoint, panels)}'
        raise UsageError.one("U386", endpoint, says, f"name one of {', '.join(panels) or 'those of a run with curves'}")
    panel = panel_of(results, endpoint)
    name = "curve-" + hashlib.sha256(endpoint.encode()).hexdigest()[:8]
    drawn = json.dumps(compiled(spec(panel)), ensure_ascii=True, separators=(",", ":")).replace("</", "<\\/")
    call = f'vegaEmbed("#{name}",{drawn},{{actions:false,renderer:"svg",ast:true}});'
    scripts = ([vega()] if library else []) + [call]
    tags = "\n".join(f"<script>{s}</script>" for s in scripts)
    label = escape(panel.curves[0].label, quote=True)
    notice = f"<p><em>{escape(panel.notice)}</em></p>\n" if panel.notice else ""
    html = f'<div id="{name}" role="group" aria-label="{label}: numbers at the pointer"></div>\n{notice}{tags}\n'
    return Fragment(html, tuple(map(digest, scripts)))


def digest(script: str) -> str:
    """What a Content-Security-Policy calls a script.

    Examples
    --------
    >>> digest("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


@cache
def vega() -> str:
    """Vega, Vega-Lite and the small program that sets them into a page, as one script."""
    made: str = _compiler().javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return made.replace("</script", "<\\/script")


def _compiler() -> Any:
    try:
        import vl_convert
    except ImportError as missing:
        step = 'pip install "onearm[interactive]"'
        raise UsageError.one("U385", "interactive", f"curves cannot be made interactive: {missing}", step) from None
    return vl_convert


def compiled(picture: Mapping[str, Any]) -> dict[str, Any]:
    """The picture in the words of Vega, with the numbers at the pointer read from where they are.

    The pointer meets cells around the points. Vega-Lite lets a cell tell its own fields, and it has none: the row of
    data is one step further, at the point that the cell belongs to.
    """
    made: dict[str, Any] = _compiler().vegalite_to_vega(picture)
    for mark in made["marks"]:
        if mark.get("name", "").endswith("_voronoi"):
            told = mark["encode"]["update"]["tooltip"]
            told["signal"] = told["signal"].replace("datum[", "datum.datum[")
    return made


def spec(panel: Panel) -> dict[str, Any]:
    """The picture in the words of Vega-Lite: bands, steps, ticks of the censored, and the numbers at the pointer."""
    names = [group(c) for c in panel.curves]
    looks = [stroke(k) for k in range(len(names))]
    legend = {"title": None, "orient": "top", "symbolType": "stroke", "symbolOpacity": 1, "symbolStrokeWidth": 2}
    colour: Any = {"field": "group", "type": "nominal", "legend": legend if len(names) > 1 else None}
    dashes: Any = {"field": "group", "type": "nominal"}
    dashes["scale"] = {"domain": names, "range": [_dash(s.dashes) for s in looks]}
    colour["scale"] = {"domain": names, "range": [s.colour for s in looks]}
    x: Any = {"field": "time", "type": "quantitative", "title": panel.curves[0].axis}
    x |= {"scale": {"domain": [0, panel.end]}, "axis": {"values": list(panel.ticks), "grid": False}}
    y: Any = {"field": "value", "type": "quantitative", "title": f"{panel.curves[0].label} (%)"}
    y |= {"scale": {"domain": [0, 100]}, "axis": {"values": [0, 25, 50, 75, 100], "gridColor": FAINT}}
    step = {"interpolate": "step-after", "clip": True}
    at: Any = {"name": "at", "select": {"type": "point", "fields": ["time", "group"], "nearest": True}}
    at["select"] |= {"on": "pointermove", "clear": "pointerout"}
    here = {"condition": {"param": "at", "empty": False, "value": 1}, "value": 0}
    told = [{"field": f, "type": "nominal", "title": t} for f, t in _TOLD[0 if len(names) > 1 else 1 :]]
    band = {"x": x, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "color": colour}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{panel.curves[0].label}: {', '.join(names)}",
        "width": WIDE,
        "height": TALL,
        "background": None,
        "config": {"font": "sans-serif", "axis": {"labelColor": INK, "titleColor": INK, "titleFontWeight": "normal"},
                   "view": {"stroke": None}, "legend": {"labelLimit": 400, "symbolSize": 600}},
        "data": {"values": rows(panel)},
        "layer": [
            *([{"mark": {"type": "area", "opacity": 0.12, **step}, "encoding": band}] if panel.banded else []),
            {"mark": {"type": "line", "strokeWidth": 2, **step},
             "encoding": {"x": x, "y": y, "color": colour, "strokeDash": dashes}},
            {"transform": [{"filter": "datum.censored > 0"}],
             "mark": {"type": "tick", "orient": "vertical", "size": 8, "clip": True},
             "encoding": {"x": x, "y": y, "color": colour}},
            {"params": [at], "mark": {"type": "point", "filled": True, "size": 60, "clip": True},
             "encoding": {"x": x, "y": y, "color": colour, "opacity": here, "tooltip": told}},
        ],
    }  # fmt: skip


_TOLD = (
    ("group", "Group"),
    ("month", "Months"),
    ("share", "Estimate"),
    ("limits", "Limits"),
    ("at_risk", "At risk"),
    ("events", "Events at this time"),
    ("censored", "Censored at this time"),
)


def rows(panel: Panel) -> list[Mapping[str, Any]]:
    """A row for each step on the axis: places as percentages for the picture, words for the pointer."""
    found: list[Mapping[str, Any]] = []
    for c in panel.curves:
        first = (0.0, c.start, None, None, c.at_risk[0] if c.at_risk else c.n, 0.0, 0.0)
        steps = zip(c.time, c.value, c.low, c.high, c.at_risk, c.events, c.censored, strict=True)
        for t, v, low, high, risk, events, censored in (first, *steps):
            if t > panel.axis_end:
                continue
            limits = text.interval(low, high, "proportion")
            found.append({
                "group": group(c), "time": round(t, 4), "value": round(100 * v, 4),
                "low": None if low is None else round(100 * low, 4),
                "high": None if high is None else round(100 * high, 4),
                "month": text.quantity(t, "months"), "share": text.quantity(v, "proportion"),
                "limits": limits or "none",
                "at_risk": _count(risk), "events": _count(events), "censored": _count(censored),
            })  # fmt: skip
    return found


def _count(value: float) -> float | int:
    return int(value) if float(value).is_integer() else round(value, 1)


def _dash(dashes: Any) -> list[float]:
    return [1, 0] if dashes == "-" else [1.6 * d for d in dashes[1]]
