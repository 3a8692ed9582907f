"""Numbers and events of a design in words."""

from __future__ import annotations

from decimal import Decimal

from onearm import text

STOPS = {
    "futility": "stop for futility",
    "efficacy": "stop for efficacy",
    "harm": "stop for harm",
    "safe": "stop because it is safe enough",
}
"""What a stop is called."""

NONE = "none"
"""A cell for a limit that no count reaches."""


def share(value: float) -> str:
    """A rate that was given, as a percentage with the digits it was given with.

    Examples
    --------
    >>> share(0.1), share(0.125), share(1 / 3)
    ('10%', '12.5%', '33.3333%')
    """
    exact = Decimal(repr(float(value))) * 100
    said = format(exact, "f") if -exact.as_tuple().exponent <= 4 else text.rounded(exact, 4)  # type: ignore[operator]
    return (said.rstrip("0").rstrip(".") if "." in said else said) + "%"


def chance(value: float) -> str:
    """A probability with four decimals; what is not 0 or 1 is not printed as if it were.

    Examples
    --------
    >>> chance(0.04706), chance(1e-7), chance(1 - 1e-9), chance(1.0)
    ('0.0471', '<0.0001', '>0.9999', '1.0000')
    """
    if 0 < value < 5e-5:
        return "<0.0001"
    if 1 - 5e-5 < value < 1:
        return ">0.9999"
    return text.rounded(value, 4)


def patients(value: float) -> str:
    """An expected number of patients or events, with two decimals."""
    return text.rounded(value, 2)


def number(value: float) -> str:
    """A number that was given, as short as it can be written without changing it.

    Examples
    --------
    >>> number(0.05), number(30.0), number(1e-05)
    ('0.05', '30', '0.00001')
    """
    said = format(Decimal(repr(float(value))), "f")
    return said.rstrip("0").rstrip(".") if "." in said else said


def counted(count: int, name: str) -> str:
    """So many patients with an event.

    Examples
    --------
    >>> counted(1, "response"), counted(3, "response")
    ('1 patient with response', '3 patients with response')
    """
    return f"{count} patient{'' if count == 1 else 's'} with {name}"


def joined(words: list[str] | tuple[str, ...]) -> str:
    """Words for a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def sentence(words: str) -> str:
    """Words with a full stop and a capital, unless they begin with a symbol.

    Examples
    --------
    >>> sentence("equality goes on"), sentence("r counts both stages")
    ('Equality goes on.', 'r counts both stages.')
    """
    first = words.split(" ", 1)[0]
    symbol = len(first) == 1 or not first.replace("-", "").strip(",:;.").isalpha()
    said = words if symbol else words[:1].upper() + words[1:]
    return said if said.endswith((".", "?", "!")) else f"{said}."
