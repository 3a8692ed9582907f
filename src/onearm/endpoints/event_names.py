"""Names of terms and classes inside ids: no two share one, and a name never comes to mean another term."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_MOST = 50


def slug(term: str) -> str:
    """A folded term as part of an id.

    Letters, digits and hyphens stay, a space becomes ``_``: different terms of these have different names. A term with
    anything else, or a long one, has six digits of its digest behind it, whatever other terms there are.

    Examples
    --------
    >>> slug("veno-occlusive disease"), slug("mucositis (oral)"), slug("mucositis oral")
    ('veno-occlusive_disease', 'mucositis_oral-25d15d', 'mucositis_oral')
    """
    if re.fullmatch(r"[a-z0-9 -]+", term) and len(term) <= _MOST:
        return term.replace(" ", "_")
    plain = unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^a-z0-9-]+", "_", plain.lower())[:_MOST].strip("_-") or "term"
    return f"{kept}-{hashlib.sha256(term.encode()).hexdigest()[:6]}"
