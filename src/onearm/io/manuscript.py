"""The text of a manuscript: plain text, Markdown, Word or PDF."""

from __future__ import annotations

import codecs
import logging
import re
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from onearm.errors import UsageError, listed
from onearm.io.word_text import BODY, WordTextError, word_text

MOST_BYTES = 50_000_000
MOST_CHARACTERS = 1_000_000
KINDS = (".txt", ".md", ".docx", ".pdf")
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # locked documents are wrapped in the same way
_JOINED = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": ""}
)


def read_text(path: Path) -> str:
    """The text of one file, told by its ending.

    Parameters
    ----------
    path
        A file ending in ``.txt``, ``.md``, ``.docx`` or ``.pdf``.

    Returns
    -------
    str
        Its text; paragraphs and pages are set apart by an empty line, cells of a Word table by a bar.

    Raises
    ------
    UsageError
        U370: it cannot be opened. U371: of another kind. U342: pypdf is missing. U372: damaged, locked or not what its
        ending says. U373: holds no text. U374: too large.
    """
    kind = path.suffix.lower()
    if not path.is_file():
        what = "it is no ordinary file" if path.exists() else "there is no such file"
        what = "it is a folder" if path.is_dir() else what
        raise UsageError.one("U370", str(path), what, "name a file that can be read")
    if kind not in KINDS:
        says = f'a file ending in "{kind}" is of no kind that can be read'
        raise UsageError.one("U371", str(path), says, f"save it as one of {listed(KINDS)}")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _too_large(path, f"{size} bytes, more than {MOST_BYTES}")
        text = _READERS[kind](path)
    except OSError as problem:
        says = f"it cannot be opened: {problem.strerror or problem}"
        raise UsageError.one("U370", str(path), says, "name a file that can be read") from None
    if not text.strip():
        step = "scanned pages hold pictures of text: save what is to be read as text"
        raise UsageError.one("U373", str(path), "the file holds no text", step)
    if len(text) > MOST_CHARACTERS:
        raise _too_large(path, f"{len(text)} characters, more than {MOST_CHARACTERS}")
    return text


def _too_large(path: Path, says: str) -> UsageError:
    return UsageError.one("U374", str(path), f"the file is too large: {says}", "cut out the section to be read")


def _damaged(path: Path, says: str, step: str) -> UsageError:
    return UsageError.one("U372", str(path), says, step)


def _plain(path: Path) -> str:
    body = path.read_bytes()
    for start, ending in ((b"%PDF-", ".pdf"), (b"PK\x03\x04", ".docx")):
        if body.startswith(start):
            raise _damaged(path, f"the file is no plain text, it begins as a {ending} does", f"let it end in {ending}")
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = body.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as problem:
        says = f"the file is not {'UTF-16' if wide else 'UTF-8'} text: {problem.reason} at byte {problem.start}"
        raise _damaged(path, says, "save it as UTF-8 text") from None
    if "\0" in text:
        raise _damaged(path, "the file holds bytes that no text has", "save it as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _word(path: Path) -> str:
    step = "open it in a word processor, unlock it and save it as .docx again"
    with path.open("rb") as file:
        if file.read(8) == _OLD_WORD:
            raise _damaged(path, "the file is locked with a password, or of the kind .doc", step)
    try:
        with zipfile.ZipFile(path) as parts:
            if BODY not in parts.namelist():
                raise _damaged(path, f"the file is no Word document: {BODY} is not in it", step)
            return word_text(parts, MOST_BYTES)
    except (zipfile.BadZipFile, ElementTree.ParseError, RuntimeError, NotImplementedError, EOFError) as problem:
        raise _damaged(path, f"the file is not a Word document that can be read: {problem}", step) from None
    except zlib.error as problem:
        raise _damaged(path, f"the Word document is damaged: {problem}", step) from None
    except WordTextError as problem:
        raise _damaged(path, f"the Word document cannot be read: {problem}", step) from None


def _pdf(path: Path) -> str:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as missing:
        says = f"reading a PDF needs the package pypdf, which cannot be loaded ({missing})"
        step = "install the extra `pdf` of this package, or save the text as .txt"
        raise UsageError.one("U342", str(path), says, step) from None
    step = "unlock it, print it to a new PDF, or save its text as .txt"
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it repairs on the way is none of the reader's concern
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _damaged(path, "the PDF is locked with a password", step)
        pages, size = [], 0
        for sheet in reader.pages:
            pages.append(sheet.extract_text())
            size += len(pages[-1])
            if size > MOST_CHARACTERS:
                raise _too_large(path, f"more than {MOST_CHARACTERS} characters")
    except (
        PyPdfError,
        NotImplementedError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as problem:
        raise _damaged(path, f"the file is not a PDF that can be read: {problem}", step) from None
    except ImportError as missing:  # some ciphers need another package
        raise _damaged(path, f"the PDF is locked in a way that cannot be opened: {missing}", step) from None
    return re.sub(r"-\n(?=[a-z])", "-", "\n\n".join(pages)).translate(_JOINED)


_READERS = {".txt": _plain, ".md": _plain, ".docx": _word, ".pdf": _pdf}
