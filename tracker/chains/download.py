"""A large file from the network: resumed where it broke off, counted, and whole or not there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import requests

from graphs.errors import Fault, Faults

_PIECE_BYTES = 1 << 16
_TIMEOUT_S = (10, 60)
_TRIES = 4
_AGAIN = "run the same command again: it goes on where it broke off"


def fetch(address: str, folder: Path, told: Callable[[int, int], None] = lambda done, of: None) -> Path:
    """The file at an address, in a folder; one that was fetched before is taken as it is.

    What came is kept beside it as ``.part`` with the tag of the file on the server, so that a download that broke off
    goes on; if the file has changed meanwhile it begins anew. The SHA-256 stands in a file of the same name.

    Args:
        told: hears how many bytes are there, and of how many (0 if the server does not say).

    Raises:
        Faults: no network, a server that refuses, a file that is not what the server announced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / address.rpartition("/")[2]
    seal = whole.with_name(f"{whole.name}.sha256")
    if whole.is_file() and seal.is_file() and seal.read_text("ascii").split()[:1] == [_sha256(whole)]:
        return whole
    part, tag = whole.with_name(f"{whole.name}.part"), whole.with_name(f"{whole.name}.tag")
    for again in range(_TRIES):
        try:
            size = _fetch_rest(address, part, tag, told)
        except requests.RequestException as error:
            if again + 1 < _TRIES and part.is_file():
                continue
            kept = f"; {part.stat().st_size:,} bytes are kept" if part.is_file() else ""
            fault = f"cannot be fetched ({_short(error)}){kept}"
            raise Faults([Fault("", address, fault, _AGAIN)]) from None
        if size and part.stat().st_size != size:
            continue
        seal.write_text(f"{_sha256(part)}  {whole.name}\n", "ascii")
        part.replace(whole)
        tag.unlink(missing_ok=True)
        return whole
    raise Faults([Fault("", address, "broke off again and again", _AGAIN)])


def _fetch_rest(address: str, part: Path, tag: Path, told: Callable[[int, int], None]) -> int:
    """Append what is missing; the size that the server announced, 0 if it did not."""
    have = part.stat().st_size if part.is_file() else 0
    known = json.loads(tag.read_text("utf-8")) if tag.is_file() else ""
    asked = {"Accept-Encoding": "identity"}
    if have and known:
        asked |= {"Range": f"bytes={have}-", "If-Range": known}
    with requests.get(address, headers=asked, stream=True, timeout=_TIMEOUT_S) as answer:
        if answer.status_code == 416:  # nothing is missing, or the file is another one
            part.unlink(missing_ok=True)
            raise requests.ConnectionError("the rest of the file is not there")
        if answer.status_code not in (200, 206):
            fault = f"the server answers {answer.status_code} {answer.reason}"
            mend = "look whether the address still holds, download it by hand and use `chain import FILE`"
            raise Faults([Fault("", address, fault, mend)])
        resumed = answer.status_code == 206
        have = have if resumed else 0
        strong = answer.headers.get("ETag", "")
        tag.write_text(json.dumps("" if strong.startswith("W/") else strong), "utf-8")
        size = have + int(answer.headers.get("Content-Length") or 0)
        announced = size if answer.headers.get("Content-Length") else 0
        with part.open("ab" if resumed else "wb") as out:
            for piece in answer.iter_content(_PIECE_BYTES):
                out.write(piece)
                have += len(piece)
                told(have, announced)
    return announced


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _short(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server does not answer in time"
    return "the connection fails or broke off" if isinstance(error, requests.ConnectionError) else "it broke off"
