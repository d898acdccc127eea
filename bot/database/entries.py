"""Entries and products in the database: what is imported, what is asked, and every version there was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import dialect_of, insert_for, plain
from bot.database.tables import Change, EntryRow, ProductRow, Revision
from knowledge.entry import Entry, Product

CHUNK = 500
EXAMPLES = 20

Plain = dict[str, Any]
"""An item as JSON values."""

Table = type[EntryRow] | type[ProductRow]

TABLES: dict[str, Table] = {"entry": EntryRow, "product": ProductRow}
"""Where the items of a kind stand."""


@dataclass
class ImportReport:
    """What an import did, or would do."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    examples: list[str] = field(default_factory=list)
    """The first of what is new or changed, and in what."""

    def count(self, name: str, before: Plain | None, after: Plain) -> None:
        """Counts one item by its name, such as `product:eggs`."""
        if after == before:
            self.unchanged += 1
            return
        self.new, self.changed = self.new + (before is None), self.changed + (before is not None)
        if len(self.examples) < EXAMPLES:
            fields = [field for field in after if before is not None and before.get(field) != after[field]]
            self.examples.append(f"changed: {name} ({', '.join(fields)})" if fields else f"new: {name}")


async def newest_revision(session: AsyncSession) -> int:
    """The number of the last change of the knowledge; 0 when nothing was ever imported."""
    return await session.scalar(select(func.max(Revision.id))) or 0


async def load_all(session: AsyncSession) -> tuple[list[Entry], list[Product]]:
    """Everything that the shop knows now, sorted by id."""
    entries = await session.scalars(select(EntryRow).order_by(EntryRow.id))
    products = await session.scalars(select(ProductRow).order_by(ProductRow.id))
    return [_entry(row) for row in entries], [product_from(row) for row in products]


async def entry_of(session: AsyncSession, id: str) -> Entry | None:
    """An entry as it stands in the database now, which may be later than what answers."""
    row = await session.get(EntryRow, id, populate_existing=True)
    return _entry(row) if row else None


@dataclass(frozen=True)
class Difference:
    """An item that is new, or other than the database has it; `before` is what it has."""

    item: Entry | Product
    before: Plain | None


async def store(
    session: AsyncSession,
    items: Iterable[Entry | Product],
    source: str,
    now: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> ImportReport:
    """Adds what is new and replaces what is changed, as one revision; nothing is removed.

    `progress` is told how many items were done so far. Items are read as they are needed, `CHUNK` at a time.
    """
    revision = await new_revision(session, source, now)
    report = ImportReport()
    done = 0
    waiting = iter(items)
    while chunk := list(islice(waiting, CHUNK)):
        await put(session, revision, await differences(session, chunk, report))
        done += len(chunk)
        progress(done)
    if not report.new and not report.changed:
        await session.delete(revision)
    return report


async def new_revision(session: AsyncSession, source: str, now: datetime) -> Revision:
    """A revision to which changes can be put."""
    revision = Revision(made_at=now, source=source)
    session.add(revision)
    await session.flush()
    return revision


async def differences(
    session: AsyncSession, items: Sequence[Entry | Product], report: ImportReport
) -> list[Difference]:
    """What is new or other in some items, entries first; all of them are counted."""
    found: list[Difference] = []
    for kind, table in TABLES.items():
        chosen = [item for item in items if kind_of(item) == kind]
        before = await _known(session, table, [item.id for item in chosen]) if chosen else {}
        for item in chosen:
            after, old = as_plain(item), before.get(item.id)
            report.count(item.id if kind == "entry" else f"product:{item.id}", old, after)
            if after != old:
                before[item.id] = after
                found.append(Difference(item, old))
    return found


async def put(session: AsyncSession, revision: Revision, changed: Sequence[Difference]) -> None:
    """Makes changes part of a revision, and of what answers."""
    history = [
        {
            "revision_id": revision.id,
            "kind": kind_of(one.item),
            "item_id": one.item.id,
            "before": one.before,
            "after": as_plain(one.item),
        }
        for one in changed
    ]
    if history:
        await session.execute(insert(plain(Change)), history)
    for kind, table in TABLES.items():
        rows = {one.item.id: row_of(one.item, revision) for one in changed if kind_of(one.item) == kind}
        if rows:
            await put_rows(session, table, list(rows.values()))


async def put_rows(session: AsyncSession, table: Table, rows: list[Plain]) -> None:
    """Adds rows of entries or products, or replaces those of the same id."""
    insertion = insert_for(dialect_of(session), table)
    columns = {name: insertion.excluded[name] for name in rows[0] if name != "id"}
    await session.execute(insertion.on_conflict_do_update(index_elements=["id"], set_=columns), rows)


async def _known(session: AsyncSession, table: Table, ids: list[str]) -> dict[str, Plain]:
    if table is EntryRow:
        entries = await session.scalars(select(EntryRow).where(EntryRow.id.in_(ids)))
        return {row.id: as_plain(_entry(row)) for row in entries}
    products = await session.scalars(select(ProductRow).where(ProductRow.id.in_(ids)))
    return {row.id: as_plain(product_from(row)) for row in products}


def kind_of(item: Entry | Product) -> str:
    """What an item is called in the history: entry or product."""
    return "entry" if isinstance(item, Entry) else "product"


def as_plain(item: Entry | Product) -> Plain:
    """An item as JSON values, for comparing and for the history."""

    def value(v: Any) -> Any:
        if isinstance(v, date):
            return v.isoformat()
        if isinstance(v, Decimal):
            return f"{v.normalize():f}"
        return list(v) if isinstance(v, tuple) else v

    return {name: value(v) for name, v in vars(item).items()}


def from_plain(kind: str, values: Plain) -> Entry | Product:
    """The item that was kept as JSON values."""
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if kind == "entry":
        given["valid_until"] = given["valid_until"] and date.fromisoformat(given["valid_until"])
        return Entry(**given)
    given["price"] = given["price"] and Decimal(given["price"])
    return Product(**given)


def row_of(item: Entry | Product, revision: Revision) -> Plain:
    """The row that an item has in its table."""
    return _columns(item) | {"revision_id": revision.id}


def _columns(item: Entry | Product) -> Plain:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in vars(item).items()}


def _entry(row: EntryRow) -> Entry:
    return Entry(
        id=row.id,
        questions=tuple(row.questions),
        answer=row.answer,
        tags=tuple(row.tags),
        language=row.language,
        valid_until=row.valid_until,
        mode="draft" if row.mode == "draft" else "auto",
        images=tuple(row.images),
    )


def product_from(row: ProductRow) -> Product:
    """The product of a row."""
    price = None if row.price is None else Decimal(row.price).normalize()
    return Product(
        id=row.id,
        title=row.title,
        description=row.description,
        price=None if price is None else Decimal(f"{price:f}"),
        currency=row.currency,
        stock=row.stock,
        tags=tuple(row.tags),
        owner_note=row.owner_note,
        image=row.image,
        url=row.url,
    )
