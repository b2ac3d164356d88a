"""Files: tables that come in, looked at before anything is written, and everything that goes out."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from graphs import exchange
from graphs.errors import Fault, Faults, Unknown
from tracker import tables
from tracker.api import AtDesk, By
from tracker.files import importing
from tracker.files.columns import columns, example
from tracker.files.exporting import FORMS, export
from tracker.files.uploads import Upload, Uploads
from tracker.gate.door import needs
from tracker.kinds import KINDS
from tracker.pages.differences import difference
from tracker.pages.frame import Typed, change_of, page
from tracker.permissions import Actor

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("read")])

_SHOWN = 200
"""Rows of each status that a page shows; the faulty ones are all shown."""
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
    "zip": "application/zip",
}


async def _sent(request: Request) -> tuple[str, bytes, str]:
    """Name, content and kind of the file that a form sends.

    Raises:
        Faults: anything that no form of these pages sends.
    """
    if request.headers.get("content-type", "").partition(";")[0] != "multipart/form-data":
        raise Faults([Fault("", "file", "cannot be read", "use the form of this page")])
    async with request.form(max_files=1, max_fields=10) as form:
        file, kind = form.get("file"), str(form.get("kind") or "")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Faults([Fault("", "file", "no file was chosen", "choose a CSV or XLSX file")])
        return Path(file.filename).name[:200], await file.read(), kind


def _uploads(request: Request) -> Uploads:
    found: Uploads = request.app.state.uploads
    return found


Sent = Annotated[tuple[str, bytes, str], Depends(_sent)]
OnTheWay = Annotated[Uploads, Depends(_uploads)]


@router.get("/files")
def files(request: Request) -> Response:
    """What can come in and go out."""
    return _files(request)


@router.post("/files", dependencies=[needs("import")])
def take(request: Request, uploads: OnTheWay, actor: By, sent: Sent) -> Response:
    """Begin to read a file."""
    name, content, kind = sent
    if kind and kind not in KINDS:
        faults = (Fault("", "kind", f"{kind!r} is no kind of record", f"choose from {', '.join(KINDS)}"),)
        return _files(request, faults, 422)
    try:
        token = uploads.begin(name, content, kind, _sender(actor), request.app.state.clock())
    except Faults as found:
        return _files(request, found.faults, 503)
    return RedirectResponse(f"/files/{token}", status_code=303)


@router.get("/files/{token}")
def under_way(request: Request, uploads: OnTheWay, actor: By, token: str) -> Response:
    """How far a file is, what would happen with it, or what happened."""
    return _upload(request, token, uploads.find(token, _sender(actor)))


@router.post("/files/{token}", dependencies=[needs("import")])
def write(request: Request, uploads: OnTheWay, actor: By, token: str, typed: Typed) -> Response:
    """Write what was looked at."""
    upload = uploads.find(token, _sender(actor))
    try:
        uploads.write(upload, change_of(request, typed), "amend" in typed, "partial" in typed)
    except Faults as found:
        return _upload(request, token, upload, found.faults, 422)
    return RedirectResponse(f"/files/{token}", status_code=303)


@router.get("/files/{token}/faulty.csv")
def faulty(uploads: OnTheWay, actor: By, token: str) -> Response:
    """The rows with faults, as they were written, to be mended and imported."""
    upload = uploads.find(token, _sender(actor))
    if upload.preview is None or not upload.preview.faults:
        raise Unknown(token)
    return _download("faulty.csv", importing.faulty_rows(upload.preview))


@router.get("/files/templates/{kind}.{form}")
def template(kind: str, form: str) -> Response:
    """An empty table of a kind, with choices and notes."""
    if kind not in KINDS or form not in ("csv", "xlsx"):
        raise Unknown(kind)
    fields = columns(kind)
    content = tables.template(kind, fields, example(kind)) if form == "xlsx" else tables.to_csv(fields, ())
    return _download(f"{kind}-template.{form}", content)


@router.get("/files/export/{name}.{form}", dependencies=[needs("export")])
def go_out(desk: AtDesk, name: str, form: str) -> Response:
    """The records of a kind as they stand, of every kind (all), or the log with its history (all.jsonl)."""
    known = {kind.plural: word for word, kind in KINDS.items()}
    chosen = next((one for one in FORMS if one == form), None)
    if chosen is None or name not in {"all", *known}:
        raise Unknown(name)
    with tempfile.TemporaryDirectory() as folder:
        written = export(desk.engine, Path(folder), chosen, [known[name]] if name in known else list(known.values()),
                         lambda done, of: None)  # fmt: skip
        found = {one: (Path(folder) / one).read_bytes() for one in written}
    if len(found) == 1:
        return _download(*next(iter(found.items())))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for one, content in found.items():
            packed.writestr(one, content)
    return _download(f"{name}.zip", archive.getvalue())


def _files(request: Request, faults: tuple[Fault, ...] = (), status: int = 200) -> Response:
    return page(
        request, "files.html", status, kinds=KINDS, today=date.today(), graph_forms=exchange.FORMS, faults=faults
    )


def _upload(
    request: Request, token: str, upload: Upload, faults: tuple[Fault, ...] = (), status: int = 200
) -> Response:
    state = upload.state  # before anything else: it changes last
    values: dict[str, Any] = {"state": state, "rows": {}, "counts": {}}
    if upload.preview is not None:
        found = {one: upload.preview.of(one) for one in importing.STATUSES}
        values["counts"] = {one: len(rows) for one, rows in found.items()}
        values["rows"] = {one: rows if one == "faulty" else rows[:_SHOWN] for one, rows in found.items()}
    answer = page(
        request,
        "upload.html",
        status,
        token=token,
        upload=upload,
        faults=faults or upload.faults,
        difference=difference,
        **values,
    )
    if state in ("reading", "writing"):
        answer.headers["Refresh"] = "1"
    return answer


def _sender(actor: Actor) -> tuple[str, str]:
    return actor.account, actor.through


def _download(name: str, content: bytes) -> Response:
    kind = name.rpartition(".")[2]
    return Response(content, media_type=_TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})
