"""What tests of the ballot box share: a box on each store, statements to vote on, and a PostgreSQL that can be stopped."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from comity.ballot_box import BallotBox, Listed
from comity.ballot_box.postgres import PostgresStore
from comity.ballot_box.shelf import PostgresShelf, SqliteShelf
from comity.ballot_box.sqlite import SqliteStore
from comity.opinion import Statement

_number = itertools.count()


def _starter() -> ModuleType:
    path = Path(__file__).parent.parent / "postgres.py"
    spec = importlib.util.spec_from_file_location("tests_postgres", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL: the one that is named, or one of our own for this run."""
    named = os.environ.get("COMITY_TEST_DATABASE_URL") or os.environ.get("COMITY_DATABASE_URL")
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="comity-box-pg-") as folder, _starter()._server(Path(folder)) as url:
        yield url


Clock = list[float]
NOON = 1_800_000_000.0


@pytest.fixture
def clock() -> Clock:
    """The time that the box goes by: one entry, seconds since 1970."""
    return [NOON]


@pytest.fixture(params=["sqlite", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], BallotBox]]:
    """Makes a box, each time on the same votes; all are stopped in the end."""
    url = request.getfixturevalue("postgres") if request.param == "postgres" else ""
    with contextlib.ExitStack() as stack:

        def made() -> BallotBox:
            if url:
                box = BallotBox(PostgresStore(url), PostgresShelf(url), clock=lambda: clock[0])
            else:
                box = BallotBox(SqliteStore(tmp_path), SqliteShelf(tmp_path), clock=lambda: clock[0])
            stack.callback(box.stop)
            return box

        yield made


@pytest.fixture
def box(make: Callable[[], BallotBox]) -> BallotBox:
    return make()


@pytest.fixture
def consultation(box: BallotBox) -> str:
    """An open consultation with statements 1 to 8, its name used by no other test."""
    return opened(box)


def opened(box: BallotBox, statements: int = 8) -> str:
    name = f"c{os.getpid()}-{next(_number)}"
    box.open_consultation(name, title="A test", segments=["region"])
    box.set_statements(name, [Listed(Statement(number, f"Statement {number}")) for number in range(1, statements + 1)])
    return name


@pytest.fixture
def open_one(box: BallotBox) -> Callable[[], str]:
    """Opens another consultation."""
    return lambda: opened(box)


@pytest.fixture
def sqlite_box(tmp_path: Path, clock: Clock) -> Iterator[BallotBox]:
    """A box on SQLite, where the store does not matter."""
    box = BallotBox(SqliteStore(tmp_path), SqliteShelf(tmp_path), clock=lambda: clock[0])
    yield box
    box.stop()


@pytest.fixture
def sqlite_consultation(sqlite_box: BallotBox) -> str:
    return opened(sqlite_box)


class OwnPostgres:
    """A PostgreSQL of one test, to be stopped and started."""

    def __init__(self, folder: Path, run: Callable[[list[str]], None]) -> None:
        self.url = f"postgresql://comity@/postgres?host={folder}"
        self._folder, self._run = folder, run

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}'"
        self._run(["start", "-w", "-l", str(self._folder / "log"), "-o", options])

    def stop(self) -> None:
        self._run(["stop", "-w", "-m", "fast"])


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    """Debian's PostgreSQL, durable as it comes."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not programs:
        pytest.skip("no PostgreSQL with a pg_ctl under /usr/lib/postgresql")
    starter = _starter()
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="comity-own-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        initdb = programs[-1].with_name("initdb")
        starter._as(user, [initdb, "-D", data, "-A", "trust", "-U", "comity", "--encoding=UTF8", "--locale=C"])
        own = OwnPostgres(folder, lambda words: starter._as(user, [programs[-1], "-D", data, *words]))
        own.start()
        yield own
        own.stop()
