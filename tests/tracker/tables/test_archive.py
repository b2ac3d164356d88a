"""Workbooks that mean harm: refused in words and quickly, and nobody else waits for it."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphs.errors import Faults
from tracker import tables
from tracker.tables import archive
from tracker.tables import workbook as workbook_module

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
Workbook = Callable[..., bytes]
Said = Callable[[Callable[[], object]], list[str]]
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%b">' % (letter + 1, b"&%c;" % letter * 10) for letter in range(97, 117))
    + b"]><a>&u;</a>"
)


def cpu_seconds() -> float:
    """Of this process and its children: a busy machine may be slow."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def test_what_the_contents_say_is_refused_before_a_child_starts(
    workbook: Workbook, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **rest: pytest.fail("a child was started"))
    bomb = workbook(**{SHEET: bytes(150_000_000)})
    assert len(bomb) < 1_000_000
    [fault] = said(lambda: tables.read("bomb.xlsx", bomb))
    assert fault.startswith("bomb.xlsx: unpacks to 150,0")
    many = workbook(**{f"xl/media/{one}": b"" for one in range(archive.MOST_ENTRIES)})
    assert said(lambda: tables.read("a.xlsx", many)) == ["a.xlsx: holds more than 2,000 files; save it again as XLSX"]


def test_a_file_of_20_mb_that_unpacks_to_214_mb_is_refused(workbook: Workbook, said: Said) -> None:
    noise = random.Random(1).randbytes(330_000)
    part = (noise + bytes(1_560_000)) * 19 + bytes(35_700_000)
    parts = {f"xl/worksheets/sheet{number}.xml": part for number in (1, 2, 3)}
    whole = workbook(**parts)
    assert len(whole) == pytest.approx(20_000_000, rel=0.03)
    assert len(whole) < tables.reading.MOST_BYTES
    begin = cpu_seconds()
    [fault] = said(lambda: tables.read("large.xlsx", whole))
    assert cpu_seconds() - begin < 2
    assert fault.startswith("large.xlsx: unpacks to 214,")


def lie(content: bytes, part: str, size: int) -> bytes:
    """The same archive, which says another size of a part."""
    changed = bytearray(content)
    for mark, at, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        start = -1
        while (start := content.find(mark, start + 1)) >= 0:
            if content[start + name_at :].startswith(part.encode()):
                changed[start + at : start + at + 4] = struct.pack("<I", size)
    return bytes(changed)


def test_a_bomb_that_lies_about_its_size_is_refused(workbook: Workbook, said: Said) -> None:
    small = workbook(b'<row r="2"><c r="A2"><v>1</v></c></row>')
    bomb = workbook(b'<row r="2"><c r="A2"><v>' + b"1" * 300_000_000 + b"</v></c></row>")
    with zipfile.ZipFile(io.BytesIO(small)) as file:
        honest = file.getinfo(SHEET).file_size
    for size in (honest, 1, 10_000_000):
        lying = lie(bomb, SHEET, size)
        begin = cpu_seconds()
        [fault] = said(lambda lying=lying: tables.read("liar.xlsx", lying))  # type: ignore[misc]
        assert cpu_seconds() - begin < 2
        assert "liar.xlsx: is damaged" in fault


WORDS = {
    "laughs in the sheet": "defines words of its own",
    "laughs in the texts": "defines words of its own",
    "laughs in the book": "defines words of its own",
    "laughs in UTF-16": "defines words of its own",
    "a far cell": "row 1048576: more than 10,000 rows",
    "a far cell without address": "more than 10,000 rows",
    "a far column": "row 2, cell XFD2: more than 200 columns",
    "one text in every cell": "more than 50,000,000 letters",
    "one cell over and over": "more than 2,000,200 cells",
    "a long tag": "more than 2,000,200 cells",
    "a tag of errors": "is damaged",
    "a deep book": "is damaged",
    "a broad book": "has no sheet",
    "a large book": "unpacks to more",
    "broad styles": "is damaged",
    "no sheet": "is no XLSX workbook",
    "no rows": "is damaged",
}


@pytest.fixture(scope="module")
def bombs(workbook: Workbook) -> dict[str, bytes]:
    """Workbooks that are small enough for the first look, by what they do."""
    cells = b"".join(b'<c r="A2" t="s"><v>0</v></c>' for _ in range(1_000))
    rows = b"".join(
        b'<row r="%d">' % row + b"".join(b'<c t="s"><v>0</v></c>' for _ in range(200)) + b"</row>"
        for row in range(2, 10_001)
    )
    texts = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%b</t></si></sst>'
    return {
        "laughs in the sheet": workbook(**{SHEET: LAUGHS}),
        "laughs in the texts": workbook(**{TEXTS: LAUGHS}),
        "laughs in the book": workbook(**{"xl/workbook.xml": LAUGHS}),
        "laughs in UTF-16": workbook(**{"xl/workbook.xml": LAUGHS.decode().encode("utf-16")}),
        "a far cell": workbook(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "a far cell without address": workbook(b'<row r="1048576"><c><v>1</v></c></row>'),
        "a far column": workbook(b'<row r="2"><c r="XFD2"><v>1</v></c></row>'),
        "one text in every cell": workbook(rows, **{TEXTS: texts % (b"x" * 100_000)}),
        "one cell over and over": workbook(cells * 3_000),
        "a long tag": workbook(b"<c " * 30_000_000),
        "a tag of errors": workbook(b"<c " + b't="e" ' * 15_000_000),
        "a deep book": workbook(**{"xl/workbook.xml": b"<a>" * 1_700_000}),
        "a broad book": workbook(**{"xl/workbook.xml": b"<a>" + b"<b/>" * 1_300_000 + b"</a>"}),
        "a large book": workbook(**{"xl/workbook.xml": b" " * 90_000_000}),
        "broad styles": workbook(**{"xl/styles.xml": b"<a>" + b"<b/>" * 1_300_000 + b"</a>"}),
        "no sheet": workbook(**{SHEET: None}),
        "no rows": workbook(**{SHEET: b""}),
    }


@pytest.mark.parametrize("first_look", [True, False])
def test_bombs_are_refused_in_two_seconds(
    bombs: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, first_look: bool
) -> None:
    if not first_look:
        monkeypatch.setattr(archive, "MOST_RATIO", 10**9)
    for what, content in bombs.items():
        begin = cpu_seconds()
        with pytest.raises(Faults) as found:
            tables.read("bomb.xlsx", content)
        assert len(found.value.faults) == 1, what
        assert "Traceback" not in str(found.value)
        if first_look:
            assert cpu_seconds() - begin < 2, what
        assert WORDS[what] in str(found.value) or (first_look and "100 times its size" in str(found.value)), what


def test_what_no_table_needs_is_never_unpacked(workbook: Workbook) -> None:
    nested = io.BytesIO()
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("again.xml", bytes(50_000_000))
    row = b'<row r="2"><c r="A2"><v>1</v></c></row>'
    bomb = workbook(row, **{"xl/media/nested.zip": nested.getvalue(), "xl/worksheets/sheet2.xml": b"no markup"})
    assert [one.cells for one in tables.read("a.xlsx", bomb).rows] == [("1", "")]


def overlapping(count: int) -> bytes:
    """An archive whose entries all point to the same packed bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bytes(4_000_000))
    content = whole.getvalue()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    head = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, (end - start) * count, start, 0)
    return content[:start] + content[start:end] * count + head


def test_entries_that_share_their_bytes_are_counted_each(said: Said) -> None:
    [fault] = said(lambda: tables.read("a.xlsx", overlapping(60)))
    assert fault.startswith("a.xlsx: unpacks to 240,000,000 bytes")


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"word/document.xml": b"", "xl/workbook.xml": None}, "is a text document"),
        ({"content.xml": b""}, "is an OpenDocument table"),
        ({"xl/workbook.bin": b""}, "is a binary workbook (.xlsb)"),
        ({"xl/workbook.xml": None}, "is an archive without a workbook"),
        ({"xl/workbook.xml": b"<workbook/>"}, "has no sheet to read"),
        ({"xl/workbook.xml": b"<workbook"}, "is damaged"),
        ({"xl/_rels/workbook.xml.rels": None}, "is no XLSX workbook"),
    ],
)
def test_other_files_are_told_apart(workbook: Workbook, said: Said, parts: dict[str, bytes | None], fault: str) -> None:
    [found] = said(lambda: tables.read("list.xlsx", workbook(**parts)))
    assert found.startswith(f"list.xlsx: {fault}")


def test_a_locked_or_strangely_packed_archive_is_refused(workbook: Workbook, said: Said) -> None:
    content = workbook()
    entry = content.index(b"PK\x01\x02")
    locked, packed = bytearray(content), bytearray(content)
    locked[entry + 8] |= 1
    packed[entry + 10] = 12
    assert "is locked with a password" in said(lambda: tables.read("a.xlsx", bytes(locked)))[0]
    assert "is packed in a way" in said(lambda: tables.read("a.xlsx", bytes(packed)))[0]


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts other lines in the place of what the child does once its limits are set."""
    real = Path(workbook_module.__file__).read_text("utf-8")

    def plant(lines: str) -> None:
        script = tmp_path / "child.py"
        assert "    _limit()\n" in real
        planted = "".join(f"    {line}\n" for line in lines.splitlines())
        script.write_text(real.replace("    _limit()\n", f"    _limit()\n{planted}"), "utf-8")
        monkeypatch.setattr(archive.workbook, "__file__", str(script))

    return plant


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_child_has_nothing_of_ours(workbook: Workbook, said: Said, child: Callable[[str], None]) -> None:
    with open(__file__, "rb") as ours:
        os.set_inheritable(ours.fileno(), True)
        child(
            "import os\n"
            "names = ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_NOFILE')\n"
            "limits = [resource.getrlimit(getattr(resource, name))[0] for name in names]\n"
            "_say('refused', [[str(limits), str(dict(os.environ)), str(sorted(os.listdir('/proc/self/fd')))]])"
        )
        [fault] = said(lambda: tables.read("a.xlsx", workbook()))
    limits, _, rest = fault.partition(": ")
    assert limits == str([2**30, 20, 0, 16])
    environment, _, files = rest.partition("; ")
    assert environment in ("{}", "{'LC_CTYPE': 'C.UTF-8'}")  # Python's own
    assert files == "['0', '1', '2', '3']"  # the last one is the listing's own


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("globals()['rows'] = lambda *given: bytearray(2**31)", "takes more memory"),
        ("import os\nos.abort()", "takes more memory"),
        ("import os\nos._exit(0)", "takes more memory"),
        ('sys.stdout.write(\'["rows", [[1, ["a\')\nsys.stdout.flush()\nimport os\nos.abort()', "takes more memory"),
        ("resource.setrlimit(resource.RLIMIT_CPU, (1, 20))\nwhile True: pass", "takes too long to read"),
        ("import time as clock\nclock.sleep(60)", "takes too long to read"),
    ],
)
def test_a_child_at_its_limits_is_told_in_words(
    workbook: Workbook,
    said: Said,
    child: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    lines: str,
    fault: str,
) -> None:
    monkeypatch.setattr(archive, "WALL_SECONDS", 2.0 if "sleep" in lines else 60.0)
    child(lines)
    [found] = said(lambda: tables.read("a.xlsx", workbook()))
    assert found.startswith(f"a.xlsx: {fault}")


def test_the_child_writes_no_file(workbook: Workbook, said: Said, child: Callable[[str], None], tmp_path: Path) -> None:
    path = tmp_path / "written"
    lines = "import os\ntry: os.write(os.open({!r}, os.O_CREAT | os.O_WRONLY), b'x')\nexcept OSError as error: {}"
    child(lines.format(str(path), "_say('refused', [['', str(error), 'x']])"))
    assert "File too large" in said(lambda: tables.read("a.xlsx", workbook()))[0]
    assert path.read_bytes() == b""


def test_others_are_served_while_one_is_slow(workbook: Workbook, child: Callable[[str], None], tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    waits = f"while sys.argv[1] == 'slow' and not os.path.exists({str(go_on)!r}): clock.sleep(0.01)"
    child(f"import os, time as clock\n{waits}")
    heard: list[tuple[str, ...]] = []
    slow = threading.Thread(target=lambda: heard.append(tables.read("slow.xlsx", workbook(), kind="slow").columns))
    slow.start()
    for _ in range(3):
        assert tables.read("a.xlsx", workbook()).columns == ("title", "origin")
    assert not heard
    go_on.touch()
    slow.join()
    assert heard == [("title", "origin")]


def test_a_reader_that_stops_leaves_no_child(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*args: Any, **rest: Any) -> subprocess.Popen[bytes]:
        started.append(real(*args, **rest))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    rows = archive.rows_of_workbook("a.xlsx", workbook(), "")
    next(rows)
    rows.close()
    assert [one.returncode is not None for one in started] == [True]


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_damaged_bytes_give_a_table_or_a_fault(workbook: Workbook, data: st.DataObject) -> None:
    content = bytearray(workbook(b'<row r="2"><c r="A2"><v>1</v></c></row>'))
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), min_size=1, max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(Faults):  # nothing else may be raised
        tables.read("a.xlsx", bytes(content))
