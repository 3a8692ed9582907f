"""Text as typst may be given it: one line, and no character that a page cannot show."""

from __future__ import annotations

import re
import unicodedata

from onearm.tables.model import Part

UNSEEN = "\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of where a line may break, of byte order and of direction: nobody sees them, they spoil copied text, and one
that turns the direction would show 12 as 21."""

_ODD = re.compile(f"[\\s{UNSEEN}\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe-\U0010ffff]")


def clean(text: str) -> str:
    """A text on one line: any white space but a hard space is a space, what no text has is a replacement sign.

    Examples
    --------
    >>> clean("one\\ntwo\\tthree"), clean("a\\x00b") == "a\\ufffdb", clean("so\\u00adft"), clean("\\u202e12")
    ('one two three', True, 'soft', '12')
    """
    return _ODD.sub(_instead, text)


def _instead(found: re.Match[str]) -> str:
    sign = found[0]
    if sign in UNSEEN:
        return ""
    if sign.isspace():
        return sign if sign in "\u00a0\u202f\u2009\u2007" else " "
    known = unicodedata.category(sign) not in ("Cc", "Cs", "Cn") and ord(sign) & 0xFFFE != 0xFFFE
    return sign if known else "\ufffd"


def line(parts: tuple[Part, ...]) -> str:
    """The words of a line, cleaned.

    Examples
    --------
    >>> line((("Response was ", ""), ("91.7%", "orr")))
    'Response was 91.7%'
    """
    return clean("".join(text for text, _ in parts))
