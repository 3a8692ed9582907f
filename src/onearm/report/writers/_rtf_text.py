"""Text as RTF: ASCII only, everything else by its number."""

from __future__ import annotations

import re
import struct

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARKUP = {"\\": "\\\\", "{": "\\{", "}": "\\}", "\n": "\\line ", "\t": "\\tab "}


def escaped(text: str) -> str:
    r"""Text that RTF shows as it is, in ASCII.

    A sign beyond ASCII is written by its UTF-16 units, each as a signed number: ``≥`` is ``\u8805?``; the question mark
    is for readers that know no Unicode.

    Examples
    --------
    >>> print(escaped("µ ≥ {3}"))
    \u181? \u8805? \{3\}
    """
    plain = _REFUSED.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_MARKUP.get(c) or (c if c.isascii() else _units(c)) for c in plain)


def _units(sign: str) -> str:
    raw = sign.encode("utf-16-le")
    return "".join(f"\\u{unit}?" for unit in struct.unpack(f"<{len(raw) // 2}h", raw))
