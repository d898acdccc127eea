from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.exporting import file_names, write_base
from knowledge.files import tidy
from knowledge.reading import read_base, read_path

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
LINE = TEXT.map(str.strip)
WORD = LINE.filter(bool)
ID = WORD.filter(lambda text: text.isprintable() and not text.startswith("product:"))
CELL = TEXT.map(lambda text: tidy(text).strip())
FILE = st.sampled_from(["images/hen.jpg", "卵.png", "a b.webp"])
TAG = WORD.filter(lambda text: not set(text) & set(",;|\r\n"))
ENTRY = st.builds(
    Entry,
    id=ID,
    questions=st.lists(WORD, max_size=3).map(tuple),
    answer=TEXT.map(tidy),
    tags=st.lists(WORD, max_size=2).map(tuple),
    language=LINE,
    valid_until=st.none() | st.dates(),
    mode=st.sampled_from(["auto", "draft"]),
    images=st.lists(FILE, max_size=2).map(tuple),
)
PRODUCT = st.builds(
    Product,
    id=ID,
    title=CELL.filter(bool),
    description=CELL,
    price=st.none() | st.decimals(0, 10**7, places=2) | st.decimals(0, 2000, places=3),
    currency=st.sampled_from(["", "EUR", "KWD"]),
    stock=st.none() | st.integers(0, 10**6),
    tags=st.lists(TAG, max_size=2).map(tuple),
    owner_note=CELL,
    image=FILE | st.just(""),
    url=CELL,
)
SHIPPING = Entry(
    "shipping", ("Do you ship?", "送料は？"), "We do.\n\n- daily", valid_until=date(2026, 12, 24), mode="draft"
)


def written(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@settings(deadline=None)
@given(
    st.lists(ENTRY, max_size=4, unique_by=lambda entry: entry.id),
    st.lists(PRODUCT, max_size=3, unique_by=lambda product: product.id),
)
def test_import_after_export_changes_nothing(entries: list[Entry], products: list[Product]) -> None:
    with TemporaryDirectory() as name:
        write_base(Path(name), entries, products)
        base = read_base(Path(name))
        assert sorted(base.entries, key=lambda entry: entry.id) == sorted(entries, key=lambda entry: entry.id)
        assert base.products == tuple(products)
        assert base.warnings == ()
        before = {path: (Path(name) / path).read_bytes() for path in written(Path(name))}
        write_base(Path(name), base.entries, base.products)
        assert {path: (Path(name) / path).read_bytes() for path in written(Path(name))} == before


def test_an_entry_is_written_as_an_owner_would_write_it(tmp_path: Path) -> None:
    write_base(tmp_path, [SHIPPING], [Product("6", "Six eggs", price=Decimal("3.50"), tags=("fresh", "eggs"))])
    assert (tmp_path / "knowledge" / "shipping.md").read_text(encoding="utf-8") == (
        "---\nid: shipping\nquestions:\n- Do you ship?\n- 送料は？\nvalid_until: 2026-12-24\nmode: draft\n---\n\n"
        "We do.\n\n- daily\n"
    )
    assert (tmp_path / "products.csv").read_text(encoding="utf-8") == (
        'id,title,description,price,currency,stock,tags,owner_note,image,url\n6,Six eggs,,3.50,,,"fresh, eggs",,,\n'
    )


def test_what_came_as_a_table_goes_out_as_files_and_comes_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text('id,question,answer\na/b,one,"Yes,\n  no"\na/b,two,\n', encoding="utf-8")
    items = [item for item in read_path(tmp_path / "faq.csv") if isinstance(item, Entry)]
    write_base(tmp_path / "out", items, [])
    assert list(read_base(tmp_path / "out").entries) == items


@pytest.mark.parametrize(
    "id", ["shipping", "../../etc/passwd", "a/b", "A", "two words", "卵", "con", "x" * 300, ".", "-a"]
)
def test_every_id_gets_a_file_name_that_every_system_takes(id: str) -> None:
    name = file_names([id])[id]
    assert name.endswith(".md")
    assert len(name) <= 80
    assert name.isascii()
    assert name == name.lower()
    assert not set(name) & set('/\\:*?"<>| ')
    assert name[0].isalnum()
    assert name.removesuffix(".md") not in ("con", "")


def test_ids_that_look_alike_get_different_files() -> None:
    hashed = file_names(["Foo"])["Foo"].removesuffix(".md")
    ids = ["Foo", "foo", "FOO", "foo/", "foo ", hashed]
    names = file_names(ids)
    assert len(set(names.values())) == len(ids)
    assert names["foo"] == "foo.md"
    assert names[hashed] == f"{hashed}.md"


def test_entries_that_are_gone_leave_and_what_was_there_is_kept_aside(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "faq.csv").write_text("id,question,answer\nshipping,Do you ship?,Yes\n", encoding="utf-8")
    (knowledge / "hen.jpg").write_bytes(b"hen")
    (tmp_path / "products.csv").write_text("id,title\nold,Old\n", encoding="utf-8")
    (tmp_path / "shop.toml").write_text('name = "Eggs"', encoding="utf-8")
    write_base(tmp_path, [SHIPPING], [])
    write_base(tmp_path, [], [])
    assert written(tmp_path) == [
        "knowledge.before-export-2/hen.jpg",
        "knowledge.before-export-2/shipping.md",
        "knowledge.before-export/faq.csv",
        "knowledge.before-export/hen.jpg",
        "knowledge/hen.jpg",
        "products.before-export.csv",
        "products.csv",
        "shop.toml",
    ]


def test_an_export_over_the_same_export_leaves_nothing_behind(tmp_path: Path) -> None:
    for _ in range(2):
        write_base(tmp_path, [SHIPPING], [])
    assert written(tmp_path) == ["knowledge/shipping.md", "products.csv"]


@pytest.mark.parametrize(
    ("entries", "products", "said"),
    [
        ([Entry("a", ("b",), "\0")], [], "a: holds a character that no file can."),
        ([Entry("a", ("b",), "\ud800")], [], "a: holds a character that no file can."),
        ([], [Product("a", "\0")], "product:a: holds a character that no file can."),
        ([SHIPPING, SHIPPING], [], "knowledge: the id “shipping” is there twice."),
        ([SHIPPING], [Product("a", "b")] * 2, "products.csv: the id “a” is there twice."),
    ],
)
def test_an_export_that_fails_leaves_the_folder_as_it_was(
    tmp_path: Path, entries: list[Entry], products: list[Product], said: str
) -> None:
    write_base(tmp_path, [SHIPPING], [])
    with pytest.raises(InputError) as caught:
        write_base(tmp_path, [Entry("new", ("b",), "c"), *entries], products)
    assert str(caught.value).startswith(said)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert [entry.id for entry in read_base(tmp_path).entries] == ["shipping"]


def test_a_move_that_fails_puts_everything_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_base(tmp_path, [SHIPPING], [])
    rename = Path.rename

    def full_at_the_catalogue(self: Path, target: Path) -> Path:
        if self.name == "products.csv" and self.parent.name.startswith(".export-"):
            raise OSError(28, "No space left on device", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full_at_the_catalogue)
    with pytest.raises(InputError, match=r"products\.csv: can't be written \(No space left on device\)\."):
        write_base(tmp_path, [], [])
    monkeypatch.undo()
    assert written(tmp_path) == ["knowledge/shipping.md", "products.csv"]
    assert read_base(tmp_path).entries == (SHIPPING,)


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(InputError, match=r"out: can't be written"):
        write_base(tmp_path / "out", [SHIPPING], [])
