"""Colours of lines as ``#rrggbb``, however a file or a person writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAMED = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff",
    "gray": "#808080", "grey": "#808080", "orange": "#ffa500", "purple": "#800080", "brown": "#a52a2a",
    "cyan": "#00ffff", "magenta": "#ff00ff", "yellow": "#ffff00", "navy": "#000080",
}  # fmt: skip
_PARTS = re.compile(r"([\d.]+)(%?)")


def colour_of(text: str) -> str:
    """``#rrggbb`` of a colour's name or code; "" for what is none of them.

    Examples
    --------
    >>> colour_of("rgb(100%,0%,0%)"), colour_of("#0AF"), colour_of("Blue"), colour_of("url(#fade)")
    ('#ff0000', '#00aaff', '#0000ff', '')
    """
    word = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{6}", word):
        return word
    if re.fullmatch(r"#[0-9a-f]{3}", word):
        return "#" + "".join(2 * c for c in word[1:])
    if word.startswith("rgb"):
        parts = _PARTS.findall(word)[:3]
        return of_shares([float(v) / (100 if percent else 255) for v, percent in parts]) if len(parts) == 3 else ""
    return _NAMED.get(word, "")


def of_shares(values: Sequence[float]) -> str:
    """``#rrggbb`` of one grey, three RGB or four CMYK shares of 0 to 1; "" for another number of them.

    Examples
    --------
    >>> of_shares([0.5]), of_shares([1, 0, 0]), of_shares([0, 1, 1, 0])
    ('#808080', '#ff0000', '#ff0000')
    """
    if len(values) == 4:
        values = [(1 - v) * (1 - values[3]) for v in values[:3]]
    elif len(values) == 1:
        values = [values[0]] * 3
    if len(values) != 3:
        return ""
    return "#" + "".join(f"{round(255 * min(max(v, 0.0), 1.0)):02x}" for v in values)
