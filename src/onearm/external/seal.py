"""The digest that a design is sealed with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SCHEMA = 1
"""Version of the shape of design.json."""

Body = dict[str, Any]


def sealed(body: Mapping[str, Any]) -> Body:
    """The same with the digest of everything else under ``digest``."""
    rest = {k: v for k, v in body.items() if k != "digest"}
    return {**rest, "digest": digest(rest)}


def digest(value: Any) -> str:
    """SHA-256 of a value of JSON's own types, in one spelling.

    Examples
    --------
    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
