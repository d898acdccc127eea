"""What SQLAlchemy has compiled once holds for every test of a run.

It keeps compiled statements with the engine, and beside the dialect with the mappers; each test has engines of its
own, and so compiled every statement anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import util
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.database import Database

_SIZE = 5_000


class Statements:
    """Makes engines, as SQLAlchemy does; once it has learnt from one, others of its kind know what that one knows."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Any, Any]] = {}

    def learn(self, database: Database) -> None:
        """From a database that was connected to, so that its dialect is complete."""
        engine = database.engine.sync_engine
        self._known[engine.dialect.name] = engine.dialect, util.LRUCache[Any, Any](_SIZE)

    def engine(self, url: str, **options: Any) -> AsyncEngine:
        """As `create_async_engine`."""
        made = create_async_engine(url, **options)
        engine = made.sync_engine
        if known := self._known.get(engine.dialect.name):
            engine.dialect, engine._compiled_cache = known
        return made
