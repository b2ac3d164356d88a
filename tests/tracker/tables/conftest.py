"""Workbooks built part by part, so that any part can be wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from graphs.errors import Faults

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = b'<row r="1"><c r="A1" t="str"><v>title</v></c><c r="B1" t="str"><v>origin</v></c></row>'
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
    "xl/worksheets/sheet1.xml": "",
}


def sheet(rows: bytes, after: bytes = b"") -> bytes:
    return b'<worksheet xmlns="' + MAIN.encode() + b'"><sheetData>' + rows + b"</sheetData>" + after + b"</worksheet>"


def build(parts: dict[str, bytes | None], level: int = 1) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as file:
        for name, content in ({one: text.encode() for one, text in PARTS.items()} | parts).items():
            if content is not None:
                file.writestr(name, content)
    return whole.getvalue()


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    """A workbook with a head and these rows below it; any part may be replaced, or left out as ``None``."""

    def make(rows: bytes = b"", after: bytes = b"", **parts: bytes | None) -> bytes:
        return build({"xl/worksheets/sheet1.xml": sheet(HEAD + rows, after)} | parts)

    return make


@pytest.fixture(scope="session")
def said() -> Callable[[Callable[[], object]], list[str]]:
    """The faults that are raised, in words."""

    def hear(act: Callable[[], object]) -> list[str]:
        with pytest.raises(Faults) as found:
            act()
        return [str(one) for one in found.value.faults]

    return hear
