from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.files import find_picture
from knowledge.reading import read_base, read_path, read_stories, read_story

SHIPPING = """\
---
id: shipping
questions:
  - Do you ship to Germany?
  - "Shipping: how long?"
tags: [delivery, "2026"]
language: en
valid_until: 2026-12-24
mode: draft
images: [images/box.jpg]
---

We ship **every morning**.

    Indented, with two blanks at the end@@

---
A line of dashes belongs to the answer.

""".replace("@@", "  ")  # two blanks at a line's end mean something in Markdown
SHIPPING_ANSWER = (
    "We ship **every morning**.\n\n    Indented, with two blanks at the end  \n\n---\n"
    "A line of dashes belongs to the answer."
)
HEADER = "id,question,answer,language,tags,valid_until,mode\n"


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def entries(path: Path) -> list[Entry]:
    return [item for item in read_path(path) if isinstance(item, Entry)]


def complaint(path: Path, of: Path | None = None) -> str:
    """What the first error says, after the path of the file (or of `of`)."""
    with pytest.raises(InputError) as caught:
        list(read_path(path))
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(str(of or path))
    return said.removeprefix(str(of or path))


def test_a_markdown_file_is_an_entry_with_its_answer_exactly_as_written(tmp_path: Path) -> None:
    assert entries(put(tmp_path, "shipping.md", SHIPPING)) == [
        Entry(
            id="shipping",
            questions=("Do you ship to Germany?", "Shipping: how long?"),
            answer=SHIPPING_ANSWER,
            tags=("delivery", "2026"),
            language="en",
            valid_until=date(2026, 12, 24),
            mode="draft",
            images=("images/box.jpg",),
        )
    ]


def test_a_markdown_file_from_windows_reads_the_same(tmp_path: Path) -> None:
    windows = b"\xef\xbb\xbf" + SHIPPING.replace("\n", "\r\n").encode()
    assert entries(put(tmp_path, "a.md", windows))[0].answer == SHIPPING_ANSWER


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("id: 007\nquestions: [1, yes, 1e3]", Entry("007", ("1", "yes", "1e3"), "Yes.")),
        (
            'id: "a b"\nquestions: []\nvalid_until: "2026-12-24"',
            Entry("a b", (), "Yes.", valid_until=date(2026, 12, 24)),
        ),
        ("id: x\nquestions:\ntags:\nvalid_until:\nmode: auto\nimages: ~", Entry("x", (), "Yes.")),
        ("id: 卵\nquestions: [ 送料は？ ]", Entry("卵", ("送料は？",), "Yes.")),
    ],
)
def test_values_are_taken_as_they_are_written(tmp_path: Path, front: str, expected: Entry) -> None:
    assert entries(put(tmp_path, "a.md", f"---\n{front}\n---\nYes.\n")) == [expected]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": is empty."),
        ("We ship.\n", ":1: has no front matter."),
        ("---\nid: a\n", ":1: the front matter that begins here has no end."),
        ("---\n---\nYes", ":1: “questions” is missing."),
        ("---\nquestions: [a]\n---\nYes", ":1: “id” is missing."),
        ("---\nquestions: [a]\nid: ''\n---\nYes", ":3: “id” is missing."),
        ("---\nid: a\n---\nYes", ":1: “questions” is missing."),
        ("---\nid: a\nquestions: Do you ship?\n---\nYes", ":3: “questions” is not a list."),
        ("---\nid: [a]\nquestions: [b]\n---\nYes", ":2: “id” holds more than plain text here."),
        (
            "---\nid: a\nquestions:\n  - b\n  - Is it: open?\n---\nYes",
            ":5: “questions” holds more than plain text here.",
        ),
        ("---\nid: a\nid: b\n---\nYes", ":3: “id” is given twice."),
        ("---\njust words\n---\nYes", ":2: the front matter has no “name: value” lines."),
        ("---\n? [a]\n: b\n---\nYes", ":2: a name before the colon is not plain text."),
        ('---\nid: a\nquestions: ["b]\nmode: auto\n---\nYes', ":4: the front matter is no valid YAML ("),
        ("---\nid: a\nquestions: [b\nmode: auto\n---\nYes", ":4: the front matter is no valid YAML ("),
        ("---\nid: a\n\tmode: auto\n---\nYes", ":3: the front matter is no valid YAML ("),
        ("---\nid: !!python/object:os.system x\nquestions: [b]\nmode: now\n---\nYes", ":4: “now” is no mode"),
        ("---\nid: a\nquestions: [b]\nvalid_until: 24.12.2026\n---\nYes", ":4: “24.12.2026” is no date such as"),
        ("---\nid: a\nquestions: [b]\nvalid_until: 2026-02-30\n---\nYes", ":4: “2026-02-30” is no date such as"),
        ("---\nid: a\nquestions: [b]\nimages: [../../etc/passwd]\n---\nYes", ":4: “../../etc/passwd” lies outside"),
        ('---\nid: "a\\nb"\nquestions: [b]\n---\nYes', ":2: the id has a line break"),
        ("---\nid: product:egg\nquestions: [b]\n---\nYes", ":2: an id that begins with “product:”"),
        ("---\nid: \x07\nquestions: [b]\n---\nYes", ":2: the front matter can't be read as YAML."),
        ("---\nid: " + "[" * 200_000 + "\n---\nYes", ":2: the front matter can't be read"),
        ("\n---\nid: a\nquestions: 5\n---\nYes", ":4: “questions” is not a list."),
    ],
)
def test_what_is_wrong_with_a_markdown_file_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(put(tmp_path, "a.md", text)).startswith(said)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_rows_of_one_id_are_phrasings_of_one_entry(tmp_path: Path, delimiter: str, bom: bytes, newline: str) -> None:
    rows = [
        "ID|Question|Answer|Tags|Valid until",
        'pay|Can I pay, later?|"Yes: ""soon"", or | now"|a, b|2026-12-24',
        "pay|On account?|||",
    ]
    rows[1] = (
        rows[1]
        .replace("|a, b|", '|"a, b"|')
        .replace("Can I pay, later?", '"Can I pay, later?"')
        .replace("or | now", "or now")
    )
    text = newline.join(row.replace("|", delimiter) for row in rows)
    assert entries(put(tmp_path, "faq.csv", bom + text.encode())) == [
        Entry(
            "pay",
            ("Can I pay, later?", "On account?"),
            'Yes: "soon", or now',
            tags=("a", "b"),
            valid_until=date(2026, 12, 24),
        )
    ]


def test_rows_of_one_id_need_not_stand_together(tmp_path: Path) -> None:
    path = put(tmp_path, "faq.csv", "id,question,answer\na,a1,A\nb,b1,B\na,a2,\nc,c1,C\na,a3,A\n")
    assert entries(path) == [Entry("b", ("b1",), "B"), Entry("c", ("c1",), "C"), Entry("a", ("a1", "a2", "a3"), "A")]


def test_a_later_row_may_add_what_the_first_left_empty(tmp_path: Path) -> None:
    path = put(tmp_path, "faq.csv", HEADER + "a,a1,A,,,,\na,a2,,en,,2026-12-24,draft\n")
    assert entries(path) == [Entry("a", ("a1", "a2"), "A", language="en", valid_until=date(2026, 12, 24), mode="draft")]


def test_an_answer_over_several_lines_keeps_them(tmp_path: Path) -> None:
    path = put(tmp_path, "faq.csv", 'id,question,answer\r\na,a1,"\r\n  One\r\n\r\nTwo  \r\n"\r\n')
    assert entries(path)[0].answer == "  One\n\nTwo  "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": is empty."),
        ("\n\n", ": is empty."),
        ("id,question\na,b\n", ":1: the column “answer” is missing."),
        ("\nid;frage;answer\n", ":2: the column “question” is missing."),
        ("id,question,answer,id\n", ":1: the column “id” is there twice."),
        (HEADER + "a,b,c,d,e,,auto,too many\n", ":2: this row has 8 cells where the header has 7."),
        (HEADER + ",b,c\n", ":2: the cell “id” is empty."),
        (HEADER + "a,,c\n", ":2: the cell “question” is empty."),
        (HEADER + "\n\na,b\na,b,c\n", ":4: the cell “answer” is empty."),
        (HEADER + "a,b,c\na,b2,d\n", ":3: “a” has another answer here than in line 2."),
        (HEADER + "a,b,c,en\na,b2,,de\n", ":3: “a” has another language here than in line 2."),
        (HEADER + 'a,b,"c\nd\ne,f,g\n', ":2: the row that begins here has a quote that doesn't fit"),
        (HEADER + 'a,b,c\nd,e,"say "hi" now"\n', ":3: the row that begins here has a quote that doesn't fit"),
        (HEADER + 'a,b,"c\nd"\ne,f,g,,,24/12/2026\n', ":4: valid_until: “24/12/2026” is no date"),
        (HEADER + "a,b,c,,,,off\n", ":2: mode: “off” is no mode"),
        ("x" * 200_000 + "\n", ":1: the column “id” is missing."),
        (HEADER + "a,b," + "x" * 200_000 + "\n", ":2: a cell in the row that begins here is too long."),
        (HEADER + "a,b,c\0\n", ":2: has bytes in it that no text has"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(put(tmp_path, "faq.csv", text)).startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("id,question,answer\n".encode("utf-16"), ": is saved as UTF-16."),
        (HEADER.encode() + b"a,b,c\n" * 3000 + b"g\xfcnstig,b,c\n", ":3002: is not UTF-8: byte 0xFC"),
        (b"PK\x03\x04...", ": is a spreadsheet or an archive"),
    ],
)
def test_a_wrong_encoding_of_a_table_is_told(tmp_path: Path, body: bytes, said: str) -> None:
    assert complaint(put(tmp_path, "faq.csv", body)).startswith(said)


def test_a_catalogue_takes_a_decimal_comma_or_point_and_empty_cells(tmp_path: Path) -> None:
    text = """\
        id;title;description;price;currency;stock;tags;owner_note;image;url
        6;Six eggs;"Large; brown";3,50;EUR;12;eggs|fresh;My favourites;images/six.jpg;https://eggs.example/6
        hen;A hen;;1.234,50;EUR;;;;;
        tray;A tray;;12.5;;0;;;https://eggs.example/tray.jpg;
        gold;Gold;;;;;;;;
    """
    path = put(tmp_path, "products.csv", dedent(text))
    assert list(read_path(path)) == [
        Product("6", "Six eggs", "Large; brown", Decimal("3.50"), "EUR", 12, ("eggs", "fresh"), "My favourites",
                "images/six.jpg", "https://eggs.example/6"),
        Product("hen", "A hen", price=Decimal("1234.50"), currency="EUR"),
        Product("tray", "A tray", price=Decimal("12.5"), stock=0, image="https://eggs.example/tray.jpg"),
        Product("gold", "Gold"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("price", "currency", "expected"),
    [
        ("0", "", "0"),
        ("4", "JPY", "4"),
        ("1 234,50", "EUR", "1234.50"),
        ("1\u202f234", "EUR", "1234"),
        ("1'234.50", "CHF", "1234.50"),
        ("1,234,567", "JPY", "1234567"),
        ("1.234.567,8", "EUR", "1234567.8"),
        ("0,125", "EUR", "0.125"),
        ("1234,500", "EUR", "1234.5"),
        ("1.250", "KWD", "1.25"),
        ("１２０", "JPY", "120"),
    ],
)
def test_prices_of_many_countries_are_read(tmp_path: Path, price: str, currency: str, expected: str) -> None:
    path = put(tmp_path, "products.csv", f"id;title;price;currency\n1;Egg;{price};{currency}\n")
    [product] = read_path(path)
    assert isinstance(product, Product)
    assert product.price == Decimal(expected)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1;Egg;1,234", ":2: price: “1,234” may be a thousand or a fraction. Write it without"),
        ("1;Egg;1.234", ":2: price: “1.234” may be a thousand or a fraction."),
        ("1;Egg;€ 3", ":2: price: “€ 3” is no price"),
        ("1;Egg;-3", ":2: price: “-3” is no price"),
        ("1;Egg;nan", ":2: price: “nan” is no price"),
        ("1;Egg;1,2,3", ":2: price: “1,2,3” is no price"),
        ("1;Egg;1.234,567.8", ":2: price: “1.234,567.8” is no price"),
        ("1;Egg;3;some", ":2: stock: “some” is no number of pieces"),
        ("1;Egg;3;-1", ":2: stock: “-1” is no number of pieces"),
        ("1;;3", ":2: the cell “title” is empty."),
        ("1;Egg\n1;Hen", ":3: the id “1” is taken by "),
        ("1;Egg;;;/etc/passwd", ":2: image: “/etc/passwd” lies outside"),
    ],
)
def test_what_is_wrong_with_a_product_is_told_with_its_line(tmp_path: Path, row: str, said: str) -> None:
    assert complaint(put(tmp_path, "products.csv", f"id;title;price;stock;image\n{row}\n")).startswith(said)


def test_a_shops_folder_is_read_whole(tmp_path: Path) -> None:
    put(tmp_path, "knowledge/shipping.md", SHIPPING)
    put(tmp_path, "knowledge/faq.csv", "id,question,answer\nb,b1,B\n")
    put(tmp_path, "products.csv", "id,title\n6,Six eggs\n")
    base = read_base(tmp_path)
    assert [entry.id for entry in base.entries] == ["b", "shipping"]
    assert base.products == (Product("6", "Six eggs"),)
    assert base.warnings == ()
    assert base.directory == tmp_path
    assert base.places["b"] == f"{tmp_path / 'knowledge/faq.csv'}:2"
    assert base.places["product:6"] == f"{tmp_path / 'products.csv'}:2"
    assert list(read_path(tmp_path)) == [*base.entries, *base.products]
    assert list(read_path(tmp_path / "knowledge")) == list(base.entries)
    assert [item.id for item in read_path(tmp_path, "csv")] == ["b", "6"]
    assert [item.id for item in read_path(tmp_path, "markdown")] == ["shipping"]


def test_a_shop_without_knowledge_has_an_empty_base(tmp_path: Path) -> None:
    base = read_base(tmp_path)
    assert (base.entries, base.products, base.warnings) == ((), (), ())


def test_what_was_left_out_is_told(tmp_path: Path) -> None:
    put(tmp_path, "knowledge/a.md", "---\nid: a\nquestions: [b]\nvalid_untill: 2026-01-01\n---\nYes\n")
    put(tmp_path, "knowledge/faq.csv", "id,question,answer,colour\nb,b1,B,red\n")
    put(tmp_path, "knowledge/faq.xlsx", b"PK")
    put(tmp_path, "knowledge/.hidden.md", "not for us")
    here = tmp_path / "knowledge"
    assert read_base(tmp_path).warnings == (
        f"{here / 'a.md'}:4: “valid_untill” means nothing here and was left out. Did you mean “valid_until”?",
        f"{here / 'faq.csv'}:1: the column “colour” means nothing here and was left out.",
        f"{here / 'faq.xlsx'}: is neither Markdown nor CSV and was not read.",
    )


def test_one_id_in_two_files_is_told_with_both(tmp_path: Path) -> None:
    first = put(tmp_path, "knowledge/a.md", "---\nid: a\nquestions: [b]\n---\nYes\n")
    second = put(tmp_path, "knowledge/b.csv", "id,question,answer\nb,b1,B\na,a1,A\n")
    with pytest.raises(InputError) as caught:
        read_base(tmp_path)
    assert str(caught.value) == f"{second}:3: the id “a” is taken by {first}:1. Give one of them another id."


def test_a_product_may_have_an_entrys_id(tmp_path: Path) -> None:
    put(tmp_path, "knowledge/a.md", "---\nid: egg\nquestions: [b]\n---\nYes\n")
    put(tmp_path, "products.csv", "id,title\negg,Egg\n")
    base = read_base(tmp_path)
    assert (len(base.entries), len(base.products)) == (1, 1)


def test_paths_that_lead_nowhere_are_told(tmp_path: Path) -> None:
    assert complaint(tmp_path / "gone.md").startswith(": there is no such file.")
    assert complaint(tmp_path / "gone.csv").startswith(": there is no such file.")
    assert complaint(tmp_path / "gone").startswith(": there is no such file or folder.")
    assert complaint(put(tmp_path, "notes.txt", "hi")).startswith(": is neither Markdown nor CSV by its name.")
    (tmp_path / "empty").mkdir()
    assert complaint(tmp_path / "empty").startswith(": holds no Markdown or CSV file.")
    with pytest.raises(InputError, match="the format “xml” can't be read"):
        list(read_path(tmp_path, "xml"))
    with pytest.raises(InputError, match="there is no such folder"):
        read_base(tmp_path / "gone")


def test_a_folder_or_file_in_the_others_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop" / "knowledge" / "a.md").mkdir(parents=True)
    assert complaint(tmp_path / "shop", tmp_path / "shop/knowledge/a.md").startswith(": is a folder, where a file")
    (tmp_path / "other" / "products.csv").mkdir(parents=True)
    assert complaint(tmp_path / "other", tmp_path / "other/products.csv").startswith(": is a folder, where a file")
    put(tmp_path, "third/knowledge", "a file")
    assert complaint(tmp_path / "third", tmp_path / "third/knowledge").startswith(": is a file, where a folder")


def test_what_is_no_ordinary_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert complaint(tmp_path / "pipe.csv").startswith(": is not an ordinary file.")


@pytest.mark.parametrize("opened_before", [0, 1, 2])
def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened_before: int
) -> None:
    path, opens, really_open = put(tmp_path, "faq.csv", HEADER + "a,b,c\n"), count(), Path.open

    def refused(self: Path, *args: Any, **options: Any) -> Any:
        if next(opens) >= opened_before:
            raise PermissionError(13, "Permission denied")
        return really_open(self, *args, **options)

    monkeypatch.setattr(Path, "open", refused)
    assert complaint(path).startswith(": can't be read (Permission denied).")


def test_a_catalogue_without_titles_is_told(tmp_path: Path) -> None:
    path = put(tmp_path, "products.csv", "id,question,answer\n")
    assert complaint(tmp_path, path).startswith(":1: the column “title” is missing.")


def test_fifty_thousand_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    answer = "Yes. " * 100
    with (tmp_path / "faq.csv").open("w", encoding="utf-8") as stream:
        stream.write("id,question,answer\n")
        for row in range(50_000):
            stream.write(f"e{row // 5},phrasing {row},{answer if row % 5 == 0 else ''}\n")
    items: Iterator[object] = iter(read_path(tmp_path / "faq.csv"))
    tracemalloc.start()
    try:
        number = sum(1 for _ in items)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert number == 10_000
    assert peak < 8_000_000


def test_stories_are_read_in_the_order_of_their_days(tmp_path: Path) -> None:
    put(tmp_path, "stories/b.md", "---\nseries: Chick diary\nday: 10\nphoto: day-10.png\n---\n\nThey fly.\n")
    first = put(tmp_path, "stories/c.md", "---\nseries: Chick diary\nday: 9\n---\nThey hop.\n")
    put(tmp_path, "stories/a.md", "---\nseries: Toothpick\nphoto: t.png\n---\n")
    stories = read_stories(tmp_path)
    assert [(story.series, story.day, story.photo, story.text) for story in stories] == [
        ("Chick diary", 9, "", "They hop."),
        ("Chick diary", 10, "day-10.png", "They fly."),
        ("Toothpick", None, "t.png", ""),
    ]
    assert stories[0].path == first
    assert read_stories(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("---\nday: 1\n---\nHello", ":1: “series” is missing."),
        ("---\nseries: a\nday: first\n---\nHello", ":3: “first” is no day's number."),
        ("---\nseries: a\nday: -1\n---\nHello", ":3: “-1” is no day's number."),
        ("---\nseries: a\nphoto: /etc/passwd\n---\nHello", ":3: “/etc/passwd” lies outside the shop's folder."),
        ("---\nseries: a\nday: 1\n---\n\n", ":1: the story has neither text nor a photo."),
        ("---\nseries: a\ndate: 1\n---\nHello", ":3: “date” is not known in a story."),
    ],
)
def test_what_is_wrong_with_a_story_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = put(tmp_path, "s.md", text)
    with pytest.raises(InputError) as caught:
        read_story(path)
    assert str(caught.value).removeprefix(str(path)).startswith(said)


def test_two_stories_of_one_day_are_told(tmp_path: Path) -> None:
    put(tmp_path, "stories/a.md", "---\nseries: Chicks\nday: 1\n---\nHello")
    path = put(tmp_path, "stories/b.md", "---\nseries: Chicks\nday: 1\n---\nHello")
    with pytest.raises(InputError) as caught:
        read_stories(tmp_path)
    assert str(caught.value).startswith(f"{path}: day 1 of “Chicks” is told in a.md already.")


def test_a_picture_is_found_in_the_folder_or_among_the_images_and_nowhere_else(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    put(tmp_path, "secret.png", "x")
    picture = put(shop, "images/hen.png", "x")
    assert find_picture(shop, "hen.png") == picture
    assert find_picture(shop, "images/hen.png") == picture
    for name in ("", "gone.png", "../secret.png", str(tmp_path / "secret.png"), "C:\\secret.png"):
        assert find_picture(shop, name) is None
