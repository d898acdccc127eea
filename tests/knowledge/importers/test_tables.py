"""Tables that people keep: what parts their cells, how their columns are called, and what breaks them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.errors import InputError
from knowledge.exporting import write_base
from tests.knowledge.importers.imports import IMPORTS, read

EVERY = sorted(path.name for path in IMPORTS.iterdir() if path.name != "bomb.xml")


@pytest.mark.parametrize("name", EVERY)
def test_what_was_imported_and_exported_comes_in_again_as_it_was(name: str, tmp_path: Path) -> None:
    found = read(name)
    assert found.items
    write_base(tmp_path, found.entries.values(), found.products.values())
    assert sorted(read(tmp_path).items, key=repr) == sorted(found.items, key=repr)


def test_a_catalogue_kept_by_hand_is_known_by_the_names_people_use() -> None:
    found = read("kept_by_hand.csv")
    assert found.formats == ["csv"]
    juice, quince = found.products["apfelsaft"], found.products["quitte"]
    assert (juice.title, juice.price, juice.stock) == ("Apfelsaft", Decimal("3.50"), 12)
    assert quince.price == 1250  # the other price has a decimal comma, so this point parts thousands
    assert quince.description == "Fass; auf Anfrage"


def test_questions_kept_by_hand_get_ids_from_their_words() -> None:
    found = read("questions_by_hand.csv").entries
    assert found["habt-ihr-pfand"].answer == "Ja, 15 Cent."
    assert list(found) == ["habt-ihr-pfand", "kann-ich-mit-karte-zahlen"]


def table(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_usual_mark_parts_cells(tmp_path: Path, mark: str) -> None:
    path = table(tmp_path, f"id{mark}title{mark}price\n1{mark}Tea{mark}2.50\n")
    assert read(path).products["1"].price == Decimal("2.50")


def test_a_price_stays_a_riddle_where_no_other_solves_it(tmp_path: Path) -> None:
    path = table(tmp_path, "id;title;price\n1;Tea;1.250\n")
    with pytest.raises(InputError, match=r"table\.csv:2: .*may be a thousand or a fraction"):
        read(path)
    path = table(tmp_path, "id;title;price\n1;Tea;1.250\n2;Cup;3,50\n3;Pot;4.50\n")
    with pytest.raises(InputError, match=r"table\.csv:2: "):
        read(path)


def test_columns_named_by_hand_are_taken_and_remembered(tmp_path: Path) -> None:
    path = table(tmp_path, "Ware,VKP,Extra\nTee,2.50,x\n")
    with pytest.raises(InputError, match="has no columns that are known: “Ware”, “VKP”, “Extra”"):
        read(path)
    found = read(path, columns={"Ware": "title", "vkp": "price"})
    assert found.products["tee"].price == Decimal("2.50")
    again = read(path, remembered={found.taken[0].signature: found.taken[0]})
    assert again.products == found.products


def test_a_column_named_by_hand_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = table(tmp_path, "Ware,VKP\nTee,2.50\n")
    with pytest.raises(InputError, match=r"has no column “Preis”\. It has “Ware”, “VKP”"):
        read(path, columns={"Preis": "price"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ('Handle,Title,Option1 Name,Variant Price\na,A,Title,1\nb,"B,Title,2\nc,C,Title,3\n', "table.csv:3: "),
        ('Handle,Title,Option1 Name\na,A"x"",y\n"b" c,B,x\n', "table.csv:3: "),
        ("Handle,Title,Option1 Name\na,A,x,y,z\n", "table.csv:2: this row has 5 cells where the header has 3"),
        ("title,title\na,b\n", "the column “title” is there twice"),
        ("question\nwhy\n", "the column “id” is missing"),
        ("Handle,Title,Option1 Name\na,A\0,x\n", "table.csv:2: "),
        ("title\n" + "a" * 1_000_001, "table.csv:2: the line is longer than any table's"),
    ],
)
def test_a_table_that_is_broken_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read(table(tmp_path, text))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_exports_with_one_id_keep_the_first_and_say_so() -> None:
    found = read("shopify_new.csv", "shopify_new.csv")
    assert len(found.products) == 2
    assert found.said[0].startswith("shopify_new.csv:2: “beeswax-candle” was left out: ")


def test_our_own_files_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("---\nid: x\nquestions: [y]\n---\nz\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.md:1: the id “x” is taken by"):
        read(tmp_path)


def test_a_folder_of_exports_is_read_file_by_file(tmp_path: Path) -> None:
    for name in ("shopify_new.csv", "zendesk.json", "faq.html"):
        (tmp_path / name).write_bytes((IMPORTS / name).read_bytes())
    (tmp_path / "photo.jpg").write_bytes(b"x")
    found = read(tmp_path)
    assert {"honey", "MILL"} <= set(found.products)
    assert "zendesk-360001" in found.entries
    assert any("photo.jpg: was not read" in said for said in found.said)


@pytest.mark.parametrize("name", ["thing.pdf", "nothing.csv", "missing.json"])
def test_what_is_not_there_or_of_no_known_kind_is_refused(tmp_path: Path, name: str) -> None:
    if name == "thing.pdf":
        (tmp_path / name).write_bytes(b"%PDF")
    with pytest.raises(InputError, match=r"thing\.pdf: is in no format|there is no such file"):
        read(tmp_path / name)
