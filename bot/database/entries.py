"""Entries and products in the database: what is imported, what is asked, and every version there was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.inserts import insert_into
from bot.database.tables import Change, EntryRow, ProductRow, Revision
from knowledge.entry import Entry, Product

CHUNK = 500
EXAMPLES = 20

Plain = dict[str, Any]
"""An item as JSON values."""

Table = type[EntryRow] | type[ProductRow]


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
    return [_entry(row) for row in entries], [_product(row) for row in products]


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
    revision = Revision(made_at=now, source=source)
    session.add(revision)
    await session.flush()
    report = ImportReport()
    done = 0
    waiting = iter(items)
    while chunk := list(islice(waiting, CHUNK)):
        await _store_chunk(session, [item for item in chunk if isinstance(item, Entry)], revision, report)
        await _store_chunk(session, [item for item in chunk if isinstance(item, Product)], revision, report)
        done += len(chunk)
        progress(done)
    if not report.new and not report.changed:
        await session.delete(revision)
    return report


async def _store_chunk(
    session: AsyncSession, items: list[Entry] | list[Product], revision: Revision, report: ImportReport
) -> None:
    if not items:
        return
    table = EntryRow if isinstance(items[0], Entry) else ProductRow
    before = await _known(session, table, [item.id for item in items])
    changes: list[Plain] = []
    rows: dict[str, Plain] = {}
    for item in items:
        after, old, kind = as_plain(item), before.get(item.id), kind_of(item)
        report.count(item.id if kind == "entry" else f"product:{item.id}", old, after)
        if after != old:
            before[item.id] = after
            changes.append(
                {"revision_id": revision.id, "kind": kind, "item_id": item.id, "before": old, "after": after}
            )
            rows[item.id] = row_of(item, revision)
    if rows:
        await session.execute(insert(Change), changes)
        await put_rows(session, table, list(rows.values()))


async def put_rows(session: AsyncSession, table: Table, rows: list[Plain]) -> None:
    """Adds rows of entries or products, or replaces those of the same id."""
    put = insert_into(session, table)
    columns = {name: put.excluded[name] for name in rows[0] if name != "id"}
    await session.execute(put.on_conflict_do_update(index_elements=["id"], set_=columns), rows)


async def _known(session: AsyncSession, table: Table, ids: list[str]) -> dict[str, Plain]:
    if table is EntryRow:
        entries = await session.scalars(select(EntryRow).where(EntryRow.id.in_(ids)))
        return {row.id: as_plain(_entry(row)) for row in entries}
    products = await session.scalars(select(ProductRow).where(ProductRow.id.in_(ids)))
    return {row.id: as_plain(_product(row)) for row in products}


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

    return {name: value(v) for name, v in asdict(item).items()}


def from_plain(kind: str, values: Plain) -> Entry | Product:
    """The item that was kept as JSON values."""
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if kind == "entry":
        plain["valid_until"] = plain["valid_until"] and date.fromisoformat(plain["valid_until"])
        return Entry(**plain)
    plain["price"] = plain["price"] and Decimal(plain["price"])
    return Product(**plain)


def row_of(item: Entry | Product, revision: Revision) -> Plain:
    """The row that an item has in its table."""
    return _columns(item) | {"revision_id": revision.id}


def _columns(item: Entry | Product) -> Plain:
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(item).items()}


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


def _product(row: ProductRow) -> Product:
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
