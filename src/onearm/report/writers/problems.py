"""What every writer says when it cannot write: a figure is missing, a package is not installed."""

from __future__ import annotations

from collections.abc import Iterable

from onearm.errors import UsageError, listed


def no_figure(name: str, given: Iterable[str], says: str = "the document shows it, and it was not drawn") -> UsageError:
    """U392: a figure that the document shows was not given, or is no picture that can be placed.

    Examples
    --------
    >>> print(no_figure("km-os", []))
    U392 error figure km-os: the document shows it, and it was not drawn. Next: draw it, or leave its section out
    """
    names = list(given)
    drawn = f" (drawn: {listed(names, most=8)})" if names else ""
    return UsageError.one("U392", f"figure {name}", says, f"draw it, or leave its section out{drawn}")


def not_installed(kind: str, package: str, missing: ImportError) -> UsageError:
    """U393: the package that writes this kind of file cannot be loaded.

    Examples
    --------
    >>> print(not_installed("RTF tables", "onearm[rtf]", ImportError("No module named 'rtflite'")))
    U393 error onearm[rtf]: RTF tables cannot be written: No module named 'rtflite'. Next: pip install "onearm[rtf]"
    """
    return UsageError.one("U393", package, f"{kind} cannot be written: {missing}", f'pip install "{package}"')
