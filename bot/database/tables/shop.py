"""What the shop knows: entries and products with their revisions, and stored files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.tables.base import Base, Id, Key


class Revision(Base):
    """One change of the knowledge as a whole: an import, or an owner's edit.

    `undone_by` is the later revision that took this one back. A revision that takes another back has that one's id in
    `undoes`, and is itself never taken back.
    """

    __tablename__ = "revisions"

    id: Mapped[Id]
    made_at: Mapped[datetime]
    source: Mapped[str]
    undone_by: Mapped[int | None] = mapped_column(Key)
    undoes: Mapped[int | None] = mapped_column(Key)


class Change(Base):
    """What a revision did to one entry or product: both versions, so that it can be undone."""

    __tablename__ = "changes"

    id: Mapped[Id]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    kind: Mapped[str]
    item_id: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class EntryRow(Base):
    """An entry as it answers now."""

    __tablename__ = "entries"

    id: Mapped[str] = mapped_column(primary_key=True)
    questions: Mapped[list[Any]] = mapped_column(JSON)
    answer: Mapped[str]
    tags: Mapped[list[Any]] = mapped_column(JSON)
    language: Mapped[str]
    valid_until: Mapped[date | None]
    mode: Mapped[str]
    images: Mapped[list[Any]] = mapped_column(JSON)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))


class ProductRow(Base):
    """A product of the catalogue as it stands now."""

    __tablename__ = "products"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str]
    price: Mapped[Any] = mapped_column(Numeric(18, 4, asdecimal=True), nullable=True)
    currency: Mapped[str]
    stock: Mapped[int | None]
    tags: Mapped[list[Any]] = mapped_column(JSON)
    owner_note: Mapped[str]
    image: Mapped[str]
    url: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))


class Phrasing(Base):
    """Words in which a customer asked for an entry that they chose from guesses; the owner says whether it learns them.

    `question` is without the customer's details. `taken` is None until the owner has decided.
    """

    __tablename__ = "phrasings"
    __table_args__ = (UniqueConstraint("entry_id", "question"),)

    id: Mapped[Id]
    entry_id: Mapped[str]
    question: Mapped[str]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    taken: Mapped[bool | None]


class TableMapping(Base):
    """How a table with these columns was read the last time, so that the next one is read alike.

    `signature` is of its header, `columns` their name → our field.
    """

    __tablename__ = "table_mappings"

    signature: Mapped[str] = mapped_column(primary_key=True)
    format: Mapped[str]
    columns: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class Blob(Base):
    """A file's bytes under their own fingerprint."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    mime: Mapped[str]
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


class Image(Base):
    """Which blob stands behind a path that an entry, a product or a story names."""

    __tablename__ = "images"

    path: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
