"""Both databases, a small shop, and a house with its people: what the dialogues of the tests are played on."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import turns
from bot.clock import Clock
from bot.curation import take_in_shop
from bot.database import Database, doors, migrate
from knowledge.shop import read_shop
from tests.postgresql import CleanDatabase, PostgresqlServer
from tests.stage import Stage
from tests.statements import Statements

MONDAY_NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)

SHOP = {
    "shop.toml": """
name = "Test Farm"
timezone = "Europe/Berlin"
languages = ["en"]
currency = "EUR"
[owner]
name = "Hana"
[hours]
mon = "09:00-18:00"
tue = "09:00-18:00"
""",
    "knowledge/shipping.md": """---
id: shipping
questions: ["Do you ship to Germany?", "Can you send eggs to Berlin?", "shipping abroad to Germany"]
images: [images/box.png]
---
Yes, we ship to Germany every Tuesday.
""",
    "knowledge/feed.md": """---
id: feed
questions: ["What do the hens eat?", "What is the chicken feed?", "Are the hens fed organic grain?"]
---
Our hens eat **maize**, wheat and what they find under the trees.
""",
    "knowledge/storage.md": """---
id: storage
questions: ["How do I store eggs?", "Where should I keep the eggs?", "Do eggs belong in the fridge?"]
---
Keep them cool and with the tip down.
""",
    "knowledge/old.md": """---
id: easter
questions: ["Are you open at Easter?", "What are the Easter hours?", "Easter opening times"]
valid_until: 2025-04-30
---
At Easter 2025 we are closed.
""",
    "knowledge/draft.md": """---
id: wholesale
questions: ["Do you sell to restaurants?", "Wholesale prices for restaurants", "Can my cafe buy from you?"]
mode: draft
---
Restaurants pay two euros less.
""",
}


@pytest.fixture
def shop_dir(tmp_path: Path) -> Path:
    """A small shop's folder."""
    folder = tmp_path / "shop"
    for name, content in SHOP.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content.lstrip(), encoding="utf-8")
    (folder / "images").mkdir()
    (folder / "images" / "box.png").write_bytes(b"\x89PNG\r\n\x1a\nbox")
    return folder


def pytest_collection_finish() -> None:
    """What stands by now stands to the end: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def statements() -> Iterator[Statements]:
    """The engines of all tests share what was compiled, and SQLite waits for no disk: what it wrote outlives a killed
    process without that, and a power cut is no part of a test."""
    shared = Statements()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doors, "create_async_engine", shared.engine)
        patch.setattr(doors, "SYNCHRONOUS", "OFF")
        yield shared


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, statements: Statements) -> Path:
    """A database file that is migrated already."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}", statements))
    return path


async def _migrate(url: str, statements: Statements) -> None:
    database = Database(url)
    await migrate(database)
    statements.learn(database)
    await database.close()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """A real PostgreSQL for this run."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))  # it is wanted at import
    # Not below pytest's own folder: as root the server runs as another user, and every new session of pytest shuts
    # that folder to all others.
    with PostgresqlServer(tempfile.mkdtemp(prefix="concierge-pg-")) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_clean(postgresql_server: PostgresqlServer, statements: Statements) -> CleanDatabase:
    """A migrated database of this server, which every test finds empty."""
    return CleanDatabase(postgresql_server, lambda url: asyncio.run(_migrate(url, statements)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "concierge.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    clean: CleanDatabase = request.getfixturevalue("postgresql_clean")
    yield clean.url
    clean.wipe()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The open database of `database_url`."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at Monday noon, UTC, until it is moved."""
    return Clock(MONDAY_NOON, running=False)


@pytest.fixture
async def stage(database: Database, clock: Clock, shop_dir: Path) -> AsyncIterator[Stage]:
    """A started house with its people, on both databases."""
    shop = read_shop(shop_dir)
    await take_in_shop(database, shop_dir, clock)
    stage = Stage(database, clock, shop)
    await stage.concierge.start()
    yield stage
    await stage.concierge.stop()


@pytest.fixture(autouse=True)
def _each_line_alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands, so that all that is said in a test would be one turn; a test of turns asks for `in_turns`."""
    if "in_turns" not in request.fixturenames:
        monkeypatch.setattr(turns, "WITHIN_S", 0.0)


@pytest.fixture
def in_turns() -> None:
    """Lines that follow one another within seconds stand together, as they do in a running house."""
