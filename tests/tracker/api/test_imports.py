"""Files that programs bring in: seen before they are written, all faults with their cells, twice the same as once."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from httpx2 import Response

from tracker.api import schema
from tracker.desk import Desk

Problem = Callable[[Response, int], dict[str, Any]]
CSV = {"content-type": "text/csv"}
XLSX = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
STRIKE = {"title": "Strike", "origin": "FR", "start": "2021-03-01"}
GOOD = "title,origin,start\nStrike,FR,2021-03-01\nFlood,DE,2021-05-01\n"
FAULTY = "title,origin,start\nStrike,FR,2021-03-01\n,Narnia,2021-05-01\nFire,DE,soon\n"


def book(*rows: tuple[str, ...]) -> bytes:
    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {"in_memory": True}) as written:
        sheet = written.add_worksheet("disruption")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return whole.getvalue()


@pytest.fixture
def send(client: TestClient) -> Callable[..., Response]:
    def sent(content: str | bytes, headers: dict[str, str] = CSV, **asked: Any) -> Response:
        return client.post("/api/v1/imports", content=content, headers=headers, params=asked)

    return sent


def test_a_file_is_taken_in_and_twice_changes_nothing(send: Callable[..., Response], desk: Desk) -> None:
    first, second = send(GOOD, kind="disruption", who="Ana").json(), send(GOOD).json()
    assert (first["new"], first["rows"]) == (["D1", "D2"], {"new": 2, "amended": 0, "known": 0, "faulty": 0})
    assert (second["new"], second["rows"]) == ([], {"new": 0, "amended": 0, "known": 2, "faulty": 0})
    assert desk.position == 2
    for one in (first, second):
        schema.ImportOut.model_validate(one, strict=True, extra="forbid")


def test_a_workbook_is_a_file_too(send: Callable[..., Response]) -> None:
    content = book(("title", "origin", "start"), ("Strike", "FR", "2021-03-01"))
    assert send(content, XLSX).json()["new"] == ["D1"]


@pytest.mark.parametrize("headers", [CSV, XLSX])
def test_all_faults_name_their_cells_and_nothing_is_written(
    send: Callable[..., Response], desk: Desk, read_problem: Problem, headers: dict[str, str]
) -> None:
    content = FAULTY if headers is CSV else book(*(tuple(line.split(",")) for line in FAULTY.splitlines()))
    found = read_problem(send(content, headers), 422)
    assert [(one["where"], one["field"]) for one in found["faults"]] == [
        ("row 3, cell A3", "title"),
        ("row 3, cell B3", "origin"),
        ("row 4, cell C4", "start"),
    ]
    assert desk.position == 0


def test_a_dry_run_says_what_would_be_done(send: Callable[..., Response], desk: Desk) -> None:
    found = send(FAULTY, dry_run=True).json()
    assert (found["dry_run"], found["kind"], found["new"]) == (True, "disruption", [])
    assert found["rows"] == {"new": 1, "amended": 0, "known": 0, "faulty": 2}
    assert [one["where"] for one in found["faults"]] == ["row 3, cell A3", "row 3, cell B3", "row 4, cell C4"]
    assert desk.position == 0


def test_the_good_rows_may_go_first(send: Callable[..., Response]) -> None:
    found = send(FAULTY, partial=True).json()
    assert (found["new"], found["rows"]["faulty"], len(found["faults"])) == (["D1"], 2, 3)


def test_records_are_amended_only_if_that_is_asked(send: Callable[..., Response], read_problem: Problem) -> None:
    send(GOOD)
    changed = "id,title,origin,start,note\nD1,Strike,FR,2021-03-01,over\n"
    assert read_problem(send(changed), 422)["faults"][0]["where"] == "row 2, cell A2"
    seen = send(changed, amend=True, dry_run=True).json()
    assert seen["differences"] == {"D1": {"note": {"before": "", "after": "over"}}}
    done = send(changed, amend=True).json()
    assert (done["amended"], done["rows"]["amended"], done["dry_run"]) == (["D1"], 1, False)


def test_other_kinds_are_known_by_their_columns(send: Callable[..., Response]) -> None:
    found = send("name,country,full_time_staff\nChips of Silesia,PL,2.5\n").json()
    assert (found["kind"], found["new"]) == ("cluster", ["C1"])


def test_what_was_assumed_of_a_file_is_told(send: Callable[..., Response]) -> None:
    found = send(GOOD.replace("Strike", "Grève").encode("windows-1252"), dry_run=True).json()
    assert "windows-1252" in found["remarks"][0]


@pytest.mark.parametrize(
    ("content", "asked", "field"),
    [("", {}, ""), ("colour\nred\n", {}, "title"), (GOOD, {"kind": "wish"}, "kind"), (b"PK\x03\x04nonsense", {}, "")],
)
def test_what_is_no_table_is_told(
    send: Callable[..., Response], read_problem: Problem, content: str | bytes, asked: dict[str, str], field: str
) -> None:
    assert field in {one["field"] for one in read_problem(send(content, **asked), 422)["faults"]}


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "", "text/html"])
def test_another_content_type_is_refused(send: Callable[..., Response], read_problem: Problem, kind: str) -> None:
    assert "text/csv" in read_problem(send(GOOD, {"content-type": kind}), 415)["detail"]


def test_up_to_twenty_megabytes_are_read(send: Callable[..., Response], read_problem: Problem) -> None:
    line = "Strike,FR,2021-03-01," + "x" * 1_990 + "\n"
    large = "title,origin,start,note\n" + "".join(f"{number} {line}" for number in range(1_500))
    assert 3_000_000 < len(large) < 20_000_000
    assert send(large, dry_run=True).json()["rows"]["new"] == 1_500
    assert "20 MB" in read_problem(send(b"x" * 21_000_001), 413)["detail"]


def test_the_same_request_again_gets_the_same_answer(
    client: TestClient, send: Callable[..., Response], desk: Desk, read_problem: Problem
) -> None:
    again = CSV | {"idempotency-key": "a"}
    named = "id,title,origin,start\nX1,Strike,FR,2021-03-01\n"
    first = send(named, again)
    client.put("/api/v1/records/X1", json=STRIKE | {"title": "Lockout"}, headers={"if-match": "*"})
    client.put("/api/v1/records/X1", json=STRIKE | {"title": "Both"}, headers={"if-match": "*"})
    assert send(named, again).json() == first.json(), "whatever has become of its records since"
    with client.app.state.imports, client.app.state.imports:  # type: ignore[attr-defined]
        assert send(named, again).json() == first.json(), "its file need not be read again"
    assert desk.position == 3
    assert read_problem(send(GOOD + "Fire,DE,2021-03-01\n", again), 422)["faults"][0]["field"] == "Idempotency-Key"
    assert read_problem(send(named, again, partial=True), 422)["faults"][0]["field"] == "Idempotency-Key"


def test_while_two_files_are_read_a_third_waits(
    client: TestClient, send: Callable[..., Response], read_problem: Problem
) -> None:
    places = client.app.state.imports  # type: ignore[attr-defined]
    with places, places:
        answer = send(GOOD)
        assert "try again" in read_problem(answer, 429)["detail"]
        assert int(answer.headers["retry-after"]) > 0
    assert send(GOOD).status_code == 200
