"""A workbook as the zip of XML it is: counted and searched for what an export must not hold, before parsing."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from etl.sources.findings import FileRefusedError, Finding, Limits, refuse_if, refused, visible
from etl.sources.preflight import too_large
from etl.sources.xlsx_sheet import SheetScan

_STEP = 1 << 18
_ACTIVE: tuple[tuple[str, str], ...] = (
    ("vbaproject", "macros"), ("/macrosheets/", "macros"), ("/dialogsheets/", "dialogs"), ("/activex/", "controls"),
    ("/ctrlprops/", "controls"), ("/externallinks/", "links to other workbooks"), ("/embeddings/", "embedded files"),
    ("/connections.xml", "data connections"), ("/querytables/", "data connections"), ("/webextensions/", "add-ins"),
    ("/model/", "a data model"), ("/customui/", "add-ins"))
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_REFUSED = "Save the sheet as a plain .xlsx workbook with values only, or as CSV UTF-8."
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True)
class Sheet:
    """One sheet of the workbook, and the member of the zip that holds it; none for a sheet of charts."""

    name: str
    member: str
    is_hidden: bool


def sheets_of(content: bytes, file_name: str, limits: Limits) -> list[Sheet]:
    """The worksheets of a workbook, in its order.

    Raises FileRefusedError for a package that is no plain workbook: damage, outside paths (X08), macros, links,
    embedded files (X09), dates counted from 1904 (X07).
    """
    with _opened(content, file_name) as package:
        refuse_if(file_name, [*_members_wrong(package, limits), *_active(package)])
        members = set(package.namelist())
        book = _tree(package, "xl/workbook.xml", file_name, limits)
        relations = _tree(package, "xl/_rels/workbook.xml.rels", file_name, limits)
    targets = {item.get("Id"): posixpath.normpath(posixpath.join("/xl", item.get("Target", ""))).lstrip("/")
               for item in relations}
    sheets, findings = [], []
    for item in book.iter():
        kind = item.tag.rpartition("}")[2]
        if kind == "workbookPr" and item.get("date1904", "0") not in ("0", "false"):
            findings.append(Finding(0, "", "XLSX_1904", "The workbook counts its dates from 1904",
                                    "Switch off the 1904 date system in its options, check the dates and save it."))
        if kind == "sheet":
            member = targets.get(item.get(_RELATION) or item.get(_STRICT_RELATION), "")
            member = member if _WORKSHEET.fullmatch(member) and member in members else ""
            sheets.append(Sheet(item.get("name", ""), member, item.get("state", "visible") != "visible"))
    refuse_if(file_name, findings)
    return sheets


def scan(content: bytes, file_name: str, sheet: Sheet, limits: Limits) -> SheetScan:
    """What the XML of one sheet tells; every other member is read to its end as well.

    Nothing is expanded: a document type declaration refuses the file (X01, X02). Sizes are counted on real bytes and
    checksums verified (X08). Raises FileRefusedError for both, and for what the scan found.
    """
    if not sheet.member:
        raise _damaged(file_name, f"the sheet {visible(sheet.name)!r} is no worksheet")
    found, size = SheetScan(limits), 0
    with _opened(content, file_name) as package:
        for info in package.infolist():
            parser = None
            if info.filename == sheet.member:
                parser = _parser(found)
            elif info.filename.lower().endswith((".xml", ".rels")):
                parser = _parser(None)
            for part in _parts(package, info, file_name):
                size += len(part)
                if size > limits.unpacked_bytes:
                    raise FileRefusedError(file_name, [too_large(limits.unpacked_bytes, "unpacked")])
                _feed(parser, part, info.filename, file_name)
                if found.is_beyond:
                    raise FileRefusedError(file_name, found.findings())
            _feed(parser, None, info.filename, file_name)
    refuse_if(file_name, found.findings())
    return found


def _opened(content: bytes, file_name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _damaged(file_name, str(error)) from None


def _damaged(file_name: str, how: str) -> FileRefusedError:
    return refused(file_name, "XLSX_DAMAGED", f"The workbook is damaged: {how}",
                   "Export or copy the file again.")


def _members_wrong(package: zipfile.ZipFile, limits: Limits) -> list[Finding]:
    """Names, number and place of the members: nothing outside, nothing twice, nothing overlapping."""
    infos = package.infolist()
    if len(infos) > limits.package_members:
        what = f"The workbook has {len(infos):,} parts; up to {limits.package_members:,} are read"
        return [Finding(0, "", "XLSX_DAMAGED", what, _REFUSED)]
    findings = []
    names = [info.filename.lower() for info in infos]
    for info in infos:
        path = info.filename.replace("\\", "/")
        if path.startswith("/") or ".." in path.split("/") or ":" in path or names.count(path.lower()) != 1:
            findings.append(f"a part named {visible(info.filename)!r}")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            findings.append(f"an encrypted or oddly packed part {visible(info.filename)!r}")
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for first, second in pairwise(ordered):
        if first.header_offset + 30 + len(first.orig_filename) + first.compress_size > second.header_offset:
            findings.append(f"parts that overlap: {visible(second.filename)!r}")
    return [Finding(0, "", "XLSX_DAMAGED", f"The workbook holds {what}", _REFUSED) for what in findings]


def _active(package: zipfile.ZipFile) -> list[Finding]:
    """Macros, links, embedded files and connections, each kind once."""
    names = ["/" + name.lower() for name in package.namelist()]
    kinds = dict.fromkeys(kind for mark, kind in _ACTIVE for name in names if mark in name)
    return [Finding(0, "", "XLSX_ACTIVE", f"The workbook holds {kind}", _REFUSED) for kind in kinds]


def _tree(package: zipfile.ZipFile, member: str, file_name: str, limits: Limits) -> Any:
    """A small member as an element tree."""
    try:
        info = package.getinfo(member)
    except KeyError:
        raise refused(file_name, "FILE_FORMAT", f"The zip is no Excel workbook: {member} is missing",
                      "Drop the workbook itself, not a zip around it.") from None
    parser, size = _parser(None, is_tree=True), 0
    for part in _parts(package, info, file_name):
        size += len(part)
        if size > limits.cell_bytes:
            raise _damaged(file_name, f"{member} is larger than {limits.cell_bytes:,} bytes")
        _feed(parser, part, member, file_name)
    return _feed(parser, None, member, file_name)


def _parser(found: SheetScan | None, *, is_tree: bool = False) -> Any:
    """A parser that expands nothing; only the scan is called back, so that a large sheet is not built in memory."""
    parser = DefusedXMLParser(forbid_dtd=True) if is_tree else DefusedXMLParser(target=object(), forbid_dtd=True)
    if not is_tree:
        parser.parser.DefaultHandlerExpand = None
    if found is not None:
        parser.parser.ordered_attributes = False
        parser.parser.StartElementHandler = found.start
    return parser


def _feed(parser: Any, part: bytes | None, member: str, file_name: str) -> Any:
    """The next bytes of a member, or its end with what the parser made."""
    try:
        if parser is None:
            return None
        return parser.feed(part) if part is not None else parser.close()
    except DefusedXmlException:
        raise refused(file_name, "XLSX_XML",
                      f"The part {visible(member)!r} declares a document type; no spreadsheet program writes one",
                      "Do not open the file. Ask where it comes from.") from None
    except (SyntaxError, ExpatError, ValueError, LookupError) as error:
        raise _damaged(file_name, f"the part {visible(member)!r} is not XML ({error})") from None


def _parts(package: zipfile.ZipFile, info: zipfile.ZipInfo, file_name: str) -> Iterator[bytes]:
    """The real bytes of a member; its checksum is verified at the end."""
    try:
        with package.open(info) as member:
            while part := member.read(_STEP):
                yield part
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, zlib.error) as error:
        raise _damaged(file_name, f"the part {visible(info.filename)!r}: {error}") from None
