"""`knowledge import` with others' files: what it says, what it keeps for the next time, and `undo`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import remarks
from tests.bot.cli.conftest import Call

IMPORTS = Path(__file__).parents[2] / "data" / "imports"
DATABASE = Path("concierge.db")


def exported(call: Call, name: str) -> str:
    """The catalogue as it stands in the database now."""
    call("knowledge", "export", name)
    return (Path(name) / "products.csv").read_text(encoding="utf-8")


@pytest.fixture
def catalogue(alone: Path) -> Path:
    """A table in nobody's format."""
    (alone / "list.csv").write_text("Ware,VKP\nTee,2.50\nTasse,8.00\n", encoding="utf-8")
    return alone / "list.csv"


def test_a_dry_run_tells_what_is_new_what_changes_and_what_is_left_out_and_why(call: Call, alone: Path) -> None:
    file = alone / "products_export.csv"
    shutil.copy(IMPORTS / "shopify_old.csv", file)
    done = call("knowledge", "import", file, "--dry-run")
    assert done.out == (
        "new: product:linen-apron\nnew: product:tea-towel\nnew: product:gift-card\n"
        "3 new, 0 changed, 0 unchanged, 2 left out; nothing was written.\n"
    )
    assert "products_export.csv: read as shopify; 19 of its columns are of use." in done.err
    assert "products_export.csv:9: “Autumn scarf” was left out: it is a draft.\n" in done.err
    call("knowledge", "import", file)
    file.write_text(file.read_text(encoding="utf-8").replace("25.00", "30.00"), encoding="utf-8")
    done = call("knowledge", "import", file, "--dry-run")
    assert "changed: product:gift-card (price)\n0 new, 1 changed, 2 unchanged, 2 left out" in done.out


@pytest.mark.parametrize("name", ["bomb.xml", "broken.csv", "missing.csv", "empty.json"])
def test_a_failed_import_leaves_no_database_behind(call: Call, alone: Path, name: str) -> None:
    (alone / "broken.csv").write_text('Handle,Title,Option1 Name\na,A,x\nb,"B,x\n', encoding="utf-8")
    (alone / "empty.json").touch()
    path = IMPORTS / name if name == "bomb.xml" else alone / name
    assert name in call("knowledge", "import", path).refused()
    assert list(alone.glob("concierge.db*")) == []


def test_a_failed_import_leaves_the_database_as_it_was(call: Call, shop: Path, alone: Path) -> None:
    call("knowledge", "import", shop)
    before = exported(call, "before")
    (alone / "half.csv").write_text('Handle,Title,Option1 Name\na,A,x\nb,"B,x\n', encoding="utf-8")
    assert "half.csv:3: " in call("knowledge", "import", IMPORTS / "etsy.csv", alone / "half.csv").refused()
    assert exported(call, "after") == before


def test_columns_named_once_are_known_the_next_time(call: Call, catalogue: Path) -> None:
    assert "--map" in call("knowledge", "import", catalogue).refused()
    done = call("knowledge", "import", catalogue, "--map", "Ware=title", "--map", "VKP=price")
    assert done.out == "2 new, 0 changed, 0 unchanged.\n"
    assert "Ware → title, VKP → price" in done.err
    catalogue.write_text("Ware,VKP\nTee,2.80\nKanne,20.00\n", encoding="utf-8")
    assert call("knowledge", "import", catalogue).out == "1 new, 1 changed, 0 unchanged.\n"


def test_a_dry_run_remembers_nothing(call: Call, catalogue: Path, shop: Path) -> None:
    call("knowledge", "import", shop)
    call("knowledge", "import", catalogue, "--map", "Ware=title", "--dry-run")
    assert "--map" in call("knowledge", "import", catalogue).refused()


def test_a_map_of_a_column_that_is_not_there_is_refused(call: Call, catalogue: Path) -> None:
    said = call("knowledge", "import", catalogue, "--map", "Preis=price").refused()
    assert "has no column “Preis”" in said


def test_undo_takes_one_import_after_another_back_and_says_what(call: Call, shop: Path) -> None:
    call("knowledge", "import", shop)
    first = exported(call, "first")
    (shop / "products.csv").write_text("id,title,price\nsix,Six brown eggs,4.00\nten,Ten eggs,6.00\n", encoding="utf-8")
    call("knowledge", "import", shop / "products.csv")
    done = call("knowledge", "undo")
    assert done.code == 0
    assert done.out.startswith("Taken back: products.csv, of 20")
    assert done.out.endswith(": 1 removed, 1 as before.\n")
    assert exported(call, "second") == first
    assert call("knowledge", "undo").out.endswith(": 4 removed.\n")
    assert exported(call, "third").count("\n") == 1
    assert "nothing to take back" in call("knowledge", "undo").refused()


def test_after_an_undo_what_is_imported_anew_is_taken_back_first(call: Call, shop: Path) -> None:
    call("knowledge", "import", shop)
    call("knowledge", "import", IMPORTS / "etsy.csv")
    call("knowledge", "undo")
    call("knowledge", "import", IMPORTS / "merchant.tsv")
    assert "merchant.tsv" in call("knowledge", "undo").out
    assert "my-shop" in call("knowledge", "undo").out
    assert "nothing to take back" in call("knowledge", "undo").refused()


def test_pictures_that_answers_name_come_in_with_them(call: Call, shop: Path) -> None:
    (shop / "images").mkdir()
    (shop / "images" / "box.png").write_bytes(b"\x89PNG\r\n\x1a\nbox")
    (shop / "knowledge" / "box.md").write_text(
        "---\nid: box\nquestions: [Which box?]\nimages: [images/box.png, images/gone.png]\n---\nThis one.\n",
        encoding="utf-8",
    )
    call("knowledge", "import", shop / "knowledge")
    with closing(sqlite3.connect(DATABASE)) as database:
        assert database.execute("SELECT path FROM images").fetchall() == [("images/box.png",)]


def test_what_customers_asked_in_vain_is_a_finding_without_a_folder_named(
    call: Call, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DIR", str(shop))
    monkeypatch.setenv("CONCIERGE_NOW", "2026-03-09T12:00:00Z")
    call("knowledge", "import", shop)
    with closing(sqlite3.connect(DATABASE)) as database:
        database.execute(
            "INSERT INTO conversations (id, kind, platform, bot, chat_id, person_id, state, wake_attempts) "
            "VALUES (1, 'customer', 'playground', 'b', 'ana', '', 'bot', 0)"
        )
        for number, (question, day) in enumerate(
            (("Duck eggs?", "08"), ("any duck eggs today", "07"), ("Ship?", "01"))
        ):
            database.execute(
                "INSERT INTO tickets (id, conversation_id, question, why, opened_at, closed_at) "
                f"VALUES ({number}, 1, '{question}', 'card', '2026-03-{day} 10:00:00', '2026-03-{day} 11:00:00')"
            )
        database.commit()
    done = call("knowledge", "check")
    assert "warning: customers: “Duck eggs?” was asked 2 times and nothing answers it. Write an answer" in done.out
    assert "duck" not in call("knowledge", "check", "--shop", shop).out.lower()


def test_undo_before_anything_was_imported_says_so_and_makes_no_database(call: Call, alone: Path) -> None:
    assert "There is nothing to take back" in call("knowledge", "undo").refused()
    assert not DATABASE.exists()


def test_an_import_that_changed_nothing_is_not_what_undo_takes_back(call: Call, shop: Path) -> None:
    call("knowledge", "import", shop)
    call("knowledge", "import", shop)
    assert call("knowledge", "undo").out.endswith(": 4 removed.\n")


def test_a_long_list_of_remarks_is_cut_short_and_counted(
    call: Call, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remarks, "AT_MOST", 2)
    articles = ",".join(f'{{"id": {n}, "title": "t{n}", "body": "x", "draft": true}}' for n in range(5))
    (alone / "a.json").write_text(f'{{"articles": [{articles}]}}', encoding="utf-8")
    done = call("knowledge", "import", alone / "a.json")
    assert done.err.count("was left out") == 2
    assert "… and 3 more remarks like these" in done.err
    assert "5 left out" in done.out


def test_a_long_import_says_how_far_it_is(call: Call, alone: Path) -> None:
    rows = "".join(f"p{n},Thing {n},1.50\n" for n in range(1_200))
    (alone / "many.csv").write_text(f"id,title,price\n{rows}", encoding="utf-8")
    done = call("knowledge", "import", alone / "many.csv")
    assert done.out == "1200 new, 0 changed, 0 unchanged.\n"
    assert done.err == "1,000 rows so far\n1,000 rows stored so far\n"


def test_a_dry_run_does_not_even_migrate(call: Call, shop: Path) -> None:
    call("knowledge", "import", shop)
    with closing(sqlite3.connect(DATABASE)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.commit()
    assert call("knowledge", "import", shop, "--dry-run").out.endswith("4 unchanged; nothing was written.\n")
    with closing(sqlite3.connect(DATABASE)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_an_older_database_is_not_asked_how_tables_were_read_before_all_is_read(
    call: Call, shop: Path, catalogue: Path
) -> None:
    call("knowledge", "import", shop)
    with closing(sqlite3.connect(DATABASE)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
        database.execute("DROP TABLE table_mappings")
        database.commit()
    assert "--map" in call("knowledge", "import", catalogue).refused()
