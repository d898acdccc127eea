"""`doctor`: every finding with why it matters and what to do next; nothing changed, no secret shown."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.bot.cli.conftest import Call

TOKEN = "123:hunter2-Token"


@pytest.fixture
def healthy(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and a shop with which nothing is wrong."""
    for name, value in {
        "SHOP_DIR": str(shop),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_OWNER_CHAT_ID": "-1001",
        "TELEGRAM_API_BASE_URL": "http://127.0.0.1:9",
        "CONCIERGE_NOW": "2026-03-01T09:00:00Z",
    }.items():
        monkeypatch.setenv(name, value)


def wrong(call: Call) -> dict[str, Any]:
    """What `doctor --json` finds wrong, by name; its exit code agrees, and each says why and what next."""
    done = call("doctor", "--json")
    report = json.loads(done.out)
    found = {check["name"]: check for check in report["checks"] if not check["ok"]}
    assert report["healthy"] == (not found)
    assert done.code == (1 if found else 0)
    assert all(check["what"] and check["why"] and check["next"] for check in found.values()), found
    assert "hunter2" not in done.out + done.err
    return found


@pytest.mark.usefixtures("healthy")
def test_a_healthy_house_ends_with_zero(call: Call) -> None:
    assert wrong(call) == {}
    assert call("doctor").out.endswith("Healthy.\n")


def test_in_an_empty_folder_it_names_platform_room_and_shop(call: Call) -> None:
    assert wrong(call).keys() == {"platforms", "owners' room", "shop"}
    assert call("doctor").out.endswith("3 to mend.\n")


@pytest.mark.usefixtures("healthy")
def test_a_room_on_a_platform_without_token_is_wrong(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    monkeypatch.setenv("DISCORD_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("DISCORD_API_BASE_URL", "http://127.0.0.1:9/api/v10")
    assert wrong(call).keys() == {"owners' room"}


def test_settings_that_cannot_be_read_are_its_findings(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "hunter2")
    monkeypatch.setenv("LOG_FORMAT", "hunter2")
    done = call("doctor", "--json")
    assert [check["name"] for check in json.loads(done.out)["checks"]] == ["settings", "settings"]
    assert done.code == 1 and "hunter2" not in done.out


@pytest.mark.usefixtures("healthy")
def test_a_broken_shop_is_named_with_file_and_line(call: Call, shop: Path) -> None:
    (shop / "shop.toml").write_text("name = \n", encoding="utf-8")
    assert "shop.toml:1:" in wrong(call)["shop"]["what"]


@pytest.mark.usefixtures("healthy")
def test_looking_changes_nothing(call: Call, alone: Path) -> None:
    before = sorted(alone.rglob("*"))
    call("doctor")
    assert sorted(alone.rglob("*")) == before


@pytest.mark.usefixtures("healthy")
def test_a_database_of_another_version_is_wrong(call: Call, alone: Path) -> None:
    assert call("migrate").code == 0
    assert wrong(call) == {}
    database = sqlite3.connect(alone / "concierge.db")
    database.execute("update alembic_version set version_num = 'older'")
    database.commit()
    database.close()
    assert "at migration older" in wrong(call)["database"]["what"]


@pytest.mark.usefixtures("healthy")
def test_a_database_that_cannot_be_reached_is_wrong(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:////nowhere/at/all.db")
    assert "/nowhere/at" in wrong(call)["database"]["what"]
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://shop:hunter2@127.0.0.1:9/x")
    assert "can't be used" in wrong(call)["database"]["what"]


@pytest.mark.usefixtures("healthy")
def test_a_model_that_this_version_does_not_use_is_said(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).touch()
    monkeypatch.setenv("SEMANTIC_MODEL", str(tmp_path))
    assert wrong(call).keys() == {"matching by meaning"}
