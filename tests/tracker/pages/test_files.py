"""Files on the pages: looked at before anything is written, and everything out again."""

import io
import threading
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphs.errors import Faults, Unknown
from tracker import log, tables
from tracker.desk import Desk
from tracker.files.columns import columns
from tracker.files.uploads import Uploads

GOOD = "title,origin,start\nFlood,FR,2021-03-01\nStorm,DE,2021-03-02\n"
MIXED = GOOD + "".join(f",Narnia,2021-03-{day:02d}\n" for day in range(1, 31))


def send(client: TestClient, content: bytes | str, name: str = "mine.csv", kind: str = "") -> str:
    body = content.encode() if isinstance(content, str) else content
    answer = client.post("/files", data={"kind": kind}, files={"file": (name, body)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def settled(client: TestClient, address: str) -> Any:
    """The page of the file once nothing is under way any more."""
    for _ in range(400):
        answer = client.get(address)
        if "refresh" not in answer.headers:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{address} is still under way")


def test_a_file_is_looked_at_and_then_written(client: TestClient, desk: Desk, read_page: Callable[[str], Any]) -> None:
    address = send(client, GOOD)
    assert "2 new, 0 that change a record" in read_page(settled(client, address).text).text
    assert desk.position == 0, "nothing is written before somebody says so"
    assert client.post(address, data={"who": "Ana"}).status_code == 303
    assert "2 new, 0 amended." in read_page(settled(client, address).text).text
    assert [one.title for one in desk.disruptions()] == ["Flood", "Storm"]
    assert log.history(desk.engine, "D1")[0].who == "Ana"
    again = settled(client, send(client, GOOD)).text
    assert "0 new, 0 that change a record, 2 that the log holds" in read_page(again).text


def test_every_faulty_row_is_named_and_the_good_ones_can_go_first(
    client: TestClient, desk: Desk, read_page: Callable[[str], Any]
) -> None:
    address = send(client, MIXED)
    text = read_page(settled(client, address).text).text
    assert "2 new, 0 that change a record, 0 that the log holds, 30 with faults" in text
    assert all(f"row {number}" in text for number in range(4, 34))
    refused = client.post(address, data={"who": "Ana"})
    assert refused.status_code == 422
    assert "30 rows have faults; mend them" in read_page(refused.text).text
    assert desk.position == 0
    client.post(address, data={"who": "Ana", "partial": "yes"})
    assert "30 rows had faults" in read_page(settled(client, address).text).text
    assert desk.position == 2
    rest = client.get(f"{address}/faulty.csv")
    assert rest.status_code == 200
    assert rest.text.count("Narnia") >= 30


def test_a_changed_record_is_shown_and_only_taken_when_asked(
    client: TestClient, desk: Desk, read_page: Callable[[str], Any]
) -> None:
    settled(client, send(client, GOOD))
    first = send(client, GOOD)
    settled(client, first)
    client.post(first, data={"who": "Ana"})
    settled(client, first)
    changed = send(client, "id,title,origin,start\nD1,Flood,FR; DE,2021-03-01\n")
    text = read_page(settled(client, changed).text).text
    assert "1 that change a record" in text
    assert "origin: FR → FR; DE" in text
    client.post(changed, data={"who": "Ana", "amend": "yes"})
    settled(client, changed)
    assert log.disruption(desk.engine, "D1").origin == ("FR", "DE")


def test_a_workbook_comes_in_too(client: TestClient, desk: Desk) -> None:
    book = tables.to_xlsx([tables.Sheet("cluster", columns("cluster")[:2], [["Chips of Silesia", "PL"]])], ["Note"])
    address = send(client, book, "clusters.xlsx", "cluster")
    settled(client, address)
    client.post(address, data={"who": "Ana"})
    assert "1 new" in settled(client, address).text
    assert log.standing(desk.engine, "C1").body["name"] == "Chips of Silesia"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "is empty"),
        (b"\x00\x01\x02PK", "x.bin", "is no text and no workbook"),
        (b"PK\x03\x04 not really", "bad.xlsx", "xlsx"),
        (b"nothing,here\n1,2\n", "odd.csv", "kind"),
    ],
)
def test_what_is_no_table_is_said_so(client: TestClient, desk: Desk, content: bytes, name: str, said: str) -> None:
    answer = settled(client, send(client, content, name))
    assert said in answer.text.casefold()
    assert "Nothing of the file was written" in answer.text
    assert desk.position == 0


def test_without_a_file_or_of_no_kind_it_is_told(client: TestClient) -> None:
    answer = client.post("/files", data={"kind": ""}, files={"file": ("", b"")})
    assert (answer.status_code, "no file was chosen" in answer.text) == (422, True)
    answer = client.post("/files", data={"kind": "dragon"}, files={"file": ("a.csv", b"title\n")})
    assert (answer.status_code, "is no kind of record" in answer.text) == (422, True)
    assert client.get("/files/not-a-token").status_code == 404
    assert client.post("/files/not-a-token", data={"who": "Ana"}).status_code == 404
    assert client.post("/files", data={"title": "x"}).status_code == 422


def test_everything_out_and_in_again(client: TestClient, desk: Desk) -> None:
    address = send(client, GOOD)
    settled(client, address)
    client.post(address, data={"who": "Ana"})
    settled(client, address)
    out = client.get("/files/export/disruptions.csv")
    assert out.headers["content-disposition"] == 'attachment; filename="disruptions.csv"'
    assert "0 new, 0 that change a record, 2 that the log holds" in settled(client, send(client, out.content)).text
    packed = zipfile.ZipFile(io.BytesIO(client.get("/files/export/all.xlsx").content))
    assert "disruptions.xlsx" in packed.namelist()
    assert client.get("/files/export/all.jsonl").text.count("\n") == desk.position
    assert client.get("/files/export/dragons.csv").status_code == 404
    assert client.get("/files/export/all.exe").status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_templates(client: TestClient, form: str) -> None:
    answer = client.get(f"/files/templates/practice.{form}")
    assert answer.status_code == 200
    assert tables.read(f"practice.{form}", answer.content, kind="practice").columns[0] == "title"
    assert client.get(f"/files/templates/dragon.{form}").status_code == 404


def test_a_hostile_name_is_shown_as_text(client: TestClient) -> None:
    page = settled(client, send(client, GOOD, "<script>alert(1)</script>.csv")).text
    assert "<script>alert" not in page


def test_nobody_pushes_out_the_file_of_somebody_else(desk: Desk) -> None:
    uploads, at = Uploads(desk), datetime(2021, 3, 1, tzinfo=UTC)
    other = uploads.begin("other.csv", GOOD.encode(), "", ("U1", "session"), at)
    mine = [uploads.begin("mine.csv", GOOD.encode(), "", ("U2", "session"), at) for _ in range(30)]
    assert uploads.find(other, ("U1", "session")).name == "other.csv"
    assert uploads.find(mine[-3], ("U2", "session")).name == "mine.csv"
    with pytest.raises(Unknown):
        uploads.find(mine[-4], ("U2", "session"))
    for number in range(3, 23):
        uploads.begin("mine.csv", GOOD.encode(), "", (f"U{number}", "session"), at)
    with pytest.raises(Faults, match="24 files are on their way; try again in some minutes"):
        uploads.begin("mine.csv", GOOD.encode(), "", ("U23", "session"), at)
    uploads.close()


def test_a_file_that_gave_way_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else hundreds of them, 20 MB each, would wait in memory for hours."""
    begun, let_go, read = threading.Event(), threading.Event(), list[str]()

    def slow(name: str, content: bytes, kind: str) -> Any:
        begun.set()
        let_go.wait(10)
        read.append(name)
        raise Faults([])

    monkeypatch.setattr(tables, "read", slow)
    uploads, at = Uploads(desk), datetime(2021, 3, 1, tzinfo=UTC)
    for number in range(10):
        uploads.begin(f"{number}.csv", b"", "", ("U1", "session"), at)
    assert begun.wait(10)
    let_go.set()
    uploads.close()
    assert set(read) <= {"0.csv", "1.csv", "7.csv", "8.csv", "9.csv"}
