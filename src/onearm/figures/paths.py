"""Path data of an SVG in as few characters as show the same: a grid of 0.01 points, no point that nobody sees.

Every coordinate is a whole number of hundredths of a point. A point on the straight way from the one before it to the
one after it is left out, so a line through many equal values is one line; the drawn course does not move by more than
the grid, half a hundredth in each direction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Point = tuple[int, int]
Piece = tuple[Point, ...]
"""What leads on from the point before: one point of a line, two of a quadratic curve, three of a cubic one."""

_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3}
_LETTER = {1: "l", 2: "q", 3: "c"}


def hundredths(text: str) -> int:
    """A coordinate on the grid.

    Examples
    --------
    >>> hundredths("51.839999"), hundredths("-0.004")
    (5184, 0)
    """
    return round(float(text) * 100)


def number(hundreds: int) -> str:
    """A place on the grid in points, without a zero that says nothing.

    Examples
    --------
    >>> number(5184), number(-50), number(1200), number(0)
    ('51.84', '-.5', '12', '0')
    """
    whole, rest = divmod(abs(hundreds), 100)
    said = f"{whole or ''}.{rest:02d}".rstrip("0") if rest else str(whole)
    return f"-{said}" if hundreds < 0 else said


Part = tuple[Point, list[Piece], bool]
"""Where a part of a path starts, how it goes on, whether it is closed."""


def short(data: str) -> str:
    """Path data as matplotlib writes it (absolute ``M L Q C z``), shortened.

    Examples
    --------
    >>> short("M 1 1 L 2 1 L 3.001 1 L 3 4 z")
    'M1 1h2v3z'
    >>> short("M 0 0 C 0 1 1 2 2 2")
    'M0 0c0 1 1 2 2 2'
    """
    return written(parts(data))


def written(found: Iterable[Part]) -> str:
    """Parts as path data, without points that nobody sees."""
    out: list[str] = []
    at: Point | None = None
    for start, pieces, closed in found:
        kept = _without_needless(start, pieces)
        out += [_begun(start, at), *_pieces(start, kept), *(["z"] if closed else [])]
        at = start if closed or not kept else kept[-1][-1]
    return "".join(out)


def lines_of(data: str) -> list[list[Point]] | None:
    """The points of each open line of a path; None where anything of it is curved or closed."""
    found = []
    for start, pieces, closed in parts(data):
        if closed or any(len(piece) > 1 for piece in pieces):
            return None
        found.append([start, *(piece[0] for piece in pieces)])
    return found


def diameter(data: str) -> int | None:
    """How wide a circle around the origin is, as matplotlib draws one (eight cubic curves); None for other shapes."""
    found = list(parts(data))
    if len(found) != 1 or len(found[0][1]) != 8 or any(len(piece) != 3 for piece in found[0][1]):
        return None
    start, pieces, _ = found[0]
    radius = max(abs(start[0]), abs(start[1]))
    far = [x * x + y * y for x, y in (piece[-1] for piece in pieces)]
    return 2 * radius if all(abs(d - radius * radius) <= 3 * radius for d in far) else None


def moved(lines: Iterable[list[Point]], places: Iterable[Point]) -> str:
    """The same lines at several places, as one path."""
    out, at = [], None
    for x, y in places:
        for line in lines:
            points = [(px + x, py + y) for px, py in line]
            start = points[0]
            out.append(_begun(start, at))
            out += _pieces(start, [(p,) for p in points[1:]])
            at = points[-1]
    return "".join(out)


def parts(data: str) -> Iterator[Part]:
    """Each part of a path as matplotlib writes it."""
    words, k = data.split(), 0
    start: Point | None = None
    pieces: list[Piece] = []
    while k < len(words):
        letter = words[k]
        if letter in ("z", "Z"):
            if start is not None:
                yield start, pieces, True
            start, pieces, k = None, [], k + 1
            continue
        count = _POINTS[letter]
        values = [hundredths(w) for w in words[k + 1 : k + 1 + 2 * count]]
        piece = tuple(zip(values[::2], values[1::2], strict=True))
        if letter == "M":
            if start is not None:
                yield start, pieces, False
            start, pieces = piece[0], []
        else:
            pieces.append(piece)
        k += 1 + 2 * count
    if start is not None:
        yield start, pieces, False


def _without_needless(start: Point, pieces: list[Piece]) -> list[Piece]:
    """Leave out lines that go nowhere, and points that lie on the way; the last line of a part that is a dot stays."""
    kept: list[Piece] = []
    for piece in pieces:
        at = kept[-1][-1] if kept else start
        if len(piece) == 1:
            if piece[0] == at:
                continue
            if kept and len(kept[-1]) == 1:
                before = kept[-2][-1] if len(kept) > 1 else start
                if _straight(before, at, piece[0]):
                    kept[-1] = piece
                    continue
        kept.append(piece)
    return kept or pieces[:1]


def _straight(a: Point, b: Point, c: Point) -> bool:
    x, y, u, v = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    return x * v == y * u and x * u + y * v > 0


def _pieces(start: Point, pieces: Iterable[Piece]) -> Iterator[str]:
    at = start
    for piece in pieces:
        if len(piece) == 1:
            x, y = _minus(piece[0], at)
            yield f"h{number(x)}" if y == 0 else f"v{number(y)}" if x == 0 else "l" + _pair((x, y))
        else:
            yield _LETTER[len(piece)] + _joined([v for p in piece for v in _minus(p, at)])
        at = piece[-1]


def _minus(a: Point, b: Point) -> Point:
    return a[0] - b[0], a[1] - b[1]


def _pair(point: Point) -> str:
    return _joined(point)


def _joined(values: Iterable[int]) -> str:
    said = [number(v) for v in values]
    return "".join(w if not k or w.startswith("-") else f" {w}" for k, w in enumerate(said))


def _begun(start: Point, at: Point | None) -> str:
    """The pen put down: where it is, or how far from where it was, whichever is shorter."""
    here = "M" + _pair(start)
    from_there = here if at is None else "m" + _pair(_minus(start, at))
    return from_there if len(from_there) < len(here) else here
