"""The text of a Word report, piece by piece, each with the page it wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onearm.report.document import Block, Document, Figured, Items, Section, Tabled, Term, Terms, Text, plain
from onearm.report.writers._widths import lines
from onearm.report.writers._word_page import Room
from onearm.report.writers._word_table import is_short, layout, table_xml
from onearm.report.writers._word_text import Ids, field, paragraph, quoted, run
from onearm.report.writers.problems import no_figure

_EMU = 12700
_SUMMARY_FIGURE = 0.24
"""The most of a page's height that a figure of a summary takes: a summary has two pages."""
_CAPTION, _AROUND = 10.8, 32
"""Points of a line of a caption, and of the space around a figure and its caption."""
_LEAST_READ = 0.66
"""A figure that shares a page is set to no less of its size; it then stands alone, as large as its page allows."""
_NOTES_KEPT = 8
"""Notes that stay with a short table; more may stand on the next page."""
_MANNERS = {"note": "Report Note", "notice": "Report Notice", "warning": "Report Warning"}
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/"


@dataclass(slots=True)
class Piece:
    """Some markup; ``wide`` is whether it wants a wide page, nothing when it goes with what stands beside it."""

    xml: str
    wide: bool | None = None
    head: bool = False


class Flow:
    """Writes a document as pieces.

    Parameters
    ----------
    styles
        Ids of styles by name.
    pages
        Room on an upright and on a wide page.
    figures
        Pictures by name.
    place_image
        Stores a picture in the file; gives its reference, width and height (EMU).
    first_id
        The first free number for bookmarks and pictures.
    """

    def __init__(
        self,
        styles: dict[str, str],
        pages: tuple[Room, Room],
        figures: Mapping[str, bytes],
        place_image: Callable[[str, bytes], tuple[str, int, int]],
        first_id: int,
    ):
        self.styles, self.pages, self.figures, self.place_image = styles, pages, figures, place_image
        self.ids = Ids(styles["Number"])
        self._free, self._heads, self.short = first_id, 0, False
        self._last = {"Table": 0, "Figure": 0}

    def pieces(self, document: Document) -> list[Piece]:
        """The whole document in order; orientation settled."""
        self.short = document.kind == "summary"
        body = [piece for section in document.sections for piece in self._section(section, 1)]
        made = [Piece(self._top(document)), *([Piece(self._contents(document))] if document.kind == "report" else [])]
        return settled([*made, *body])

    def _top(self, document: Document) -> str:
        lines = [
            paragraph(self.styles["Subtitle"], run(document.over)) if document.over else "",
            paragraph(self.styles["Title"], run(document.title)),
            *self._facts(document),
            paragraph(self.styles["Report Notice"], run(document.notice)) if document.notice else "",
        ]
        return "".join(lines)

    def _facts(self, document: Document) -> list[str]:
        """A line each; in a summary all on one."""
        facts = [run(f"{label}: ", "<w:b/>") + run(value) for label, value in document.facts]
        lines = [run("   ").join(facts)] if self.short and facts else facts
        return [paragraph(self.styles["Report Note" if self.short else "Subtitle"], line) for line in lines]

    def _contents(self, document: Document) -> str:
        """The contents: a field that holds the headings; page numbers come when Word updates it, on opening."""
        entries = [
            (depth, f'<w:hyperlink w:anchor="{anchor(k)}" w:history="1">{run(section.title)}</w:hyperlink>')
            for k, (depth, section) in enumerate(numbered(document), start=1)
        ]
        if not entries:
            return ""
        opening = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-3" \\h '
            '\\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        entries[0] = (entries[0][0], opening + entries[0][1])
        entries[-1] = (entries[-1][0], entries[-1][1] + '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
        lines = "".join(paragraph(self.styles[f"toc {depth}"], inside) for depth, inside in entries)
        return paragraph(self.styles["TOC Heading"], run("Contents"), "<w:keepNext/>") + lines

    def _section(self, section: Section, depth: int) -> list[Piece]:
        self._heads += 1
        mark, self._free = self._free, self._free + 1
        inside = (
            f'<w:bookmarkStart w:id="{mark}" w:name="{anchor(self._heads)}"/>{run(section.title)}'
            f'<w:bookmarkEnd w:id="{mark}"/>'
        )
        near = '<w:spacing w:before="120" w:after="40"/>' if self.short else ""
        out = [Piece(paragraph(self.styles[f"heading {min(depth, 3)}"], inside, near), head=True)]
        out += [self._block(block) for block in section.blocks]
        return out + [piece for one in section.sections for piece in self._section(one, depth + 1)]

    def _block(self, block: Block) -> Piece:
        match block:
            case Text():
                return Piece(self._text(block))
            case Items():
                item = self.styles["Report Item 2" if self.short else "Report Item"]
                return Piece("".join(paragraph(item, run("•\t") + self.ids.parts(parts)) for parts in block.items))
            case Terms():
                return Piece(self._terms(block))
            case Tabled():
                return self._table(block)
            case Figured():
                return Piece(self._figure(block), wide=False)

    def _text(self, block: Text) -> str:
        style = self.styles[_MANNERS.get(block.manner, "Normal")]
        look = "<w:b/>" if block.manner == "strong" else ""
        lead = run(f"{block.lead} ", "<w:b/>") if block.lead else ""
        return paragraph(style, lead + self.ids.parts(block.parts, look))

    def _terms(self, block: Terms) -> str:
        wide = round(20 * self.pages[0].width)
        split = (round(0.4 * wide), wide - round(0.4 * wide))
        rows = "".join(self._term(term, split) for term in block.terms)
        look = (
            f'<w:tblPr><w:tblStyle w:val="{quoted(self.styles["Report Table"])}"/><w:tblW w:w="{wide}" w:type="dxa"/>'
            '<w:tblLayout w:type="fixed"/></w:tblPr>'
        )
        grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in split)
        return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{self._gap()}"

    def _gap(self) -> str:
        """What keeps two tables apart: without it Word makes them one."""
        return paragraph(self.styles["Table Note"], "")

    def _term(self, term: Term, split: tuple[int, int]) -> str:
        value = self.ids.parts(term.value, "<w:b/>")
        value += run("  ") + self.ids.parts(term.detail) if term.detail else ""
        value += run(f" [{term.stamp}]", "<w:b/>") if term.stamp else ""
        style = self.styles["Table Text 2" if self.short else "Table Text"]
        lines = (paragraph(style, inside) for inside in (self.ids.parts(term.label), value))
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/></w:tcPr>{line}</w:tc>'
            for w, line in zip(split, lines, strict=True)
        )
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"

    def _caption(self, kind: str, number: int, inside: str, *, keep: bool) -> str:
        """``Table 3. Response``; the number is a field that counts, set anew where the document's count jumps."""
        again = "" if number == self._last[kind] + 1 else f" \\r {number}"
        self._last[kind] = number
        counted = field(f"SEQ {kind} \\* ARABIC{again}", str(number), "<w:b/>")
        more = "<w:keepNext/>" if keep else ""
        return paragraph(
            self.styles["caption"], run(f"{kind} ", "<w:b/>") + counted + run(". ", "<w:b/>") + inside, more
        )

    def _table(self, block: Tabled) -> Piece:
        table, (upright, across) = block.table, self.pages
        found = layout(table, upright.width)
        wide = (table.wide and found.step > 0) or not found.fits  # narrow columns need no turned page
        if wide:
            found = layout(table, across.width)
        caption = self._caption("Table", block.number, run(table.title, "<w:b/>"), keep=True)
        said = [((note, f"table:{table.id}"),) for note in table.footnotes]
        said += [((table.notice, ""),)] if table.notice else []
        kept = len(said) - 1 if is_short(table) and len(said) <= _NOTES_KEPT else 0
        notes = "".join(
            paragraph(
                self.styles["Table Note"], self.ids.parts(line, marked=False), "<w:keepNext/>" if k < kept else ""
            )
            for k, line in enumerate(said)
        )
        return Piece(caption + table_xml(table, found, self.styles, self.ids) + (notes or self._gap()), wide=wide)

    def _figure(self, block: Figured) -> str:
        if block.name not in self.figures:
            raise no_figure(block.name, self.figures)
        reference, width, height = self.place_image(block.name, self.figures[block.name])
        room = self.pages[0]
        scale = min(1.0, room.width * _EMU / width)
        scale *= min(1.0, self._tallest(block, scale * height / _EMU) * _EMU / (scale * height))
        picture = self._picture(block, reference, round(width * scale), round(height * scale))
        caption = self._caption("Figure", block.number, self.ids.parts(block.caption), keep=False)
        return paragraph(self.styles["Report Figure"], picture) + caption

    def _tallest(self, block: Figured, natural: float) -> float:
        """The most height of a picture, in points: half a page less its caption where it can be read so small."""
        room = self.pages[0]
        if self.short:
            return max(room.height * _SUMMARY_FIGURE, 72)
        caption = f"Figure {block.number}. {plain(block.caption)}"
        half = room.height / 2 - _CAPTION * lines(caption, room.width, 9) - _AROUND
        return half if half >= natural * _LEAST_READ else max(room.height - 110, 72)

    def _picture(self, block: Figured, reference: str, width: int, height: int) -> str:
        key, self._free = self._free, self._free + 1
        name, says = quoted(block.name), quoted(f"{block.title}. {plain(block.caption)}")
        size = f'cx="{width}" cy="{height}"'
        return (
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f'<wp:docPr id="{key}" name="{name}" descr="{says}"/><a:graphic><a:graphicData uri="{_DRAWING}picture">'
            f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{key}" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
            f'<a:blip r:embed="{reference}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
            f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


def anchor(k: int) -> str:
    """Name of the bookmark of the k-th heading; the underscore hides it from lists."""
    return f"_OnearmHead{k}"


def numbered(document: Document) -> list[tuple[int, Section]]:
    """Every section with its depth, in the order of its heading."""

    def within(section: Section, depth: int) -> list[tuple[int, Section]]:
        return [(min(depth, 3), section), *(pair for one in section.sections for pair in within(one, depth + 1))]

    return [pair for section in document.sections for pair in within(section, 1)]


def settled(pieces: list[Piece]) -> list[Piece]:
    """Give every piece its page: text between two wide tables stays on wide pages, a heading goes with what follows."""
    wants: Any = [piece.wide for piece in pieces]
    for k, piece in enumerate(pieces):
        if wants[k] is None and not piece.head:
            before = next((w for w in reversed(wants[:k]) if w is not None), False)
            after = next((p.wide for p in pieces[k:] if p.wide is not None), False)
            piece.wide = wants[k] = bool(before and after)
    follows = False
    for piece in reversed(pieces):
        follows = piece.wide = follows if piece.wide is None else piece.wide
    return pieces
