"""Styles of a Word report: those of the user's template where it has them, ours where it lacks them."""

from __future__ import annotations

from typing import Any

from onearm.report.writers._word_text import SPACES, quoted

_INK, _SOFT, _RED = "1B242C", "4A5560", "8A1C1C"


def _paragraph(
    size: float, before: int = 0, after: int = 0, *, first: str = "", last: str = "", look: str = "",
    line: int = 240, based: str = "Normal",
) -> str:  # fmt: skip
    """A style of paragraphs: type size in points, spaces in twentieths of one; the order is that of the schema."""
    return (
        f'<w:basedOn w:val="{based}"/><w:qFormat/><w:pPr>{first}<w:spacing w:before="{before}" w:after="{after}" '
        f'w:line="{line}" w:lineRule="auto"/>{last}</w:pPr>'
        f'<w:rPr>{look}<w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/></w:rPr>'
    )


def _heading(level: int, size: float, before: int, after: int) -> str:
    return (
        '<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:keepLines/>'
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
        f'<w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        f'<w:rPr><w:b/><w:color w:val="{_INK}"/><w:sz w:val="{round(2 * size)}"/></w:rPr>'
    )


def _barred(colour: str, fill: str) -> str:
    return (
        f'<w:keepLines/><w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color="{colour}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'
    )


_GREY = f'<w:color w:val="{_SOFT}"/>'
_TABLE = (
    '<w:basedOn w:val="{}"/><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
    '<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="404A53"/>'
    '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="404A53"/>'
    '<w:insideH w:val="single" w:sz="2" w:space="0" w:color="E2E6E9"/></w:tblBorders>'
    '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
    '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)
_PLAIN_TABLE = (
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
    '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/>'
    '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)

STYLES: dict[str, tuple[str, str]] = {
    "Normal": ("paragraph", '<w:qFormat/><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr>'),
    "Title": ("paragraph", _paragraph(20, 60, 120, look="<w:b/>")),
    "Subtitle": ("paragraph", _paragraph(11, 0, 40, look=_GREY)),
    "heading 1": ("paragraph", _heading(1, 15, 360, 120)),
    "heading 2": ("paragraph", _heading(2, 12.5, 280, 100)),
    "heading 3": ("paragraph", _heading(3, 10.5, 220, 80)),
    "caption": ("paragraph", _paragraph(9, 200, 80, first="<w:keepLines/>")),
    "header": ("paragraph", _paragraph(8, 0, 20, look=_GREY)),
    "footer": ("paragraph", _paragraph(8, look=_GREY)),
    "TOC Heading": ("paragraph", _paragraph(12.5, 240, 80, look="<w:b/>")),
    "toc 1": ("paragraph", _paragraph(10, 60)),
    "toc 2": ("paragraph", _paragraph(9.5, last='<w:ind w:left="240"/>')),
    "toc 3": ("paragraph", _paragraph(9.5, last='<w:ind w:left="480"/>')),
    "Report Item": ("paragraph", _paragraph(10, 0, 60, line=264, last='<w:ind w:left="284" w:hanging="227"/>')),
    "Report Item 2": ("paragraph", _paragraph(8.5, 0, 40, last='<w:ind w:left="284" w:hanging="227"/>')),
    "Report Note": ("paragraph", _paragraph(8.5, 0, 80, look=_GREY)),
    "Report Notice": ("paragraph", _paragraph(9, 80, 160, first=_barred(_SOFT, "F1F3F5"))),
    "Report Warning": ("paragraph", _paragraph(10, 80, 160, first=_barred(_RED, "FBEFEF"), look="<w:b/>")),
    "Report Figure": ("paragraph", _paragraph(10, 160, 40, first="<w:keepNext/>")),
    "Table Text": ("paragraph", _paragraph(8.5)),
    "Table Text 2": ("paragraph", _paragraph(7.5, based="TableText")),
    "Table Text 3": ("paragraph", _paragraph(6.5, based="TableText")),
    "Table Note": ("paragraph", _paragraph(7.5, 30, first="<w:keepLines/>", look=_GREY)),
    "Number": ("character", "<w:qFormat/>"),
    "Normal Table": ("table", _PLAIN_TABLE),
    "Report Table": ("table", _TABLE),
}
"""Every style used: its kind and what it says. Headings, caption and contents are those every Word knows."""

_DEFAULT = ("Normal", "Normal Table")


def settle(sheet: Any) -> dict[str, str]:
    """Add to a style sheet what it lacks; the ids of all styles used, by name.

    Parameters
    ----------
    sheet
        The ``w:styles`` element of a document. Names count without case; ids may be in any language.
    """
    from docx.oxml.ns import qn

    known: dict[tuple[str, str], str] = {}
    for one in sheet.iterchildren(qn("w:style")):
        named = one.find(qn("w:name"))
        if named is not None:
            kind = one.get(qn("w:type"), "paragraph")
            known.setdefault((kind, named.get(qn("w:val"), "").casefold()), one.get(qn("w:styleId"), ""))
            if one.get(qn("w:default")) in ("1", "true", "on") and kind in ("paragraph", "table"):
                known.setdefault(
                    (kind, "normal" if kind == "paragraph" else "normal table"), one.get(qn("w:styleId"), "")
                )
    taken = set(known.values())
    ids: dict[str, str] = {}
    for name, (kind, says) in STYLES.items():
        key = (kind, name.casefold())
        if not known.get(key):
            known[key] = _free(name.title().replace(" ", ""), taken)
            sheet.append(_style(name, kind, known[key], says, ids))
        ids[name] = known[key]
    return ids


def _free(wish: str, taken: set[str]) -> str:
    found = wish
    while found in taken:
        found += "1"
    taken.add(found)
    return found


def _style(name: str, kind: str, key: str, says: str, ids: dict[str, str]) -> Any:
    from docx.oxml import parse_xml

    own = {"Normal": ids.get("Normal", key), "TableText": ids.get("Table Text", key)}
    for word, there in own.items():
        says = says.replace(f'w:val="{word}"/>', f'w:val="{quoted(there)}"/>')
    if kind == "table" and "{}" in says:
        says = says.format(quoted(ids["Normal Table"]))
    default = ' w:default="1"' if name in _DEFAULT else ""
    head = f'<w:style {SPACES} w:type="{kind}"{default} w:styleId="{quoted(key)}">'
    return parse_xml(f'{head}<w:name w:val="{name}"/>{says}</w:style>')
