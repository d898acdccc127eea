"""Whoever is forgotten on Telegram leaves no trace: no id, no name that they ever had, no file."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.database.tables import Blob, Erasure
from tests.bot.database.test_erasing import traces
from tests.simulators.telegram.files import picture
from tests.telegram_stage import TelegramStage

THEIRS = ("zebra", "7654321")


async def test_no_id_no_name_and_no_file_of_theirs_is_left(stage: TelegramStage) -> None:
    zoe = stage.customer("Zebraname", last_name="Zebralast", username="zebrauser", user_id=7654321)
    await zoe.says("Could you carve a zebrazig in oak?")
    await stage.wait(seconds=3)
    thread = stage.thread("Zebraname Zebralast")
    await thread.says("Gladly, dear zebrareply")
    zoe.user.first_name = "Zebralater"
    await zoe.says("zebracaption", photo=picture("green"))
    await zoe.says(attach="document", data=b"zebrabytes", name="zebrafile.pdf")
    quoted = next(m for m in zoe.log() if "zebrareply" in m.text)
    await zoe.says("zebraquote", reply_to=quoted)
    await zoe.reacts(quoted, "👍")
    await thread.says("/transcript")
    await stage.room.says("/search zebrazig")
    await zoe.says("/mydata")
    assert len(await traces(stage.database, *THEIRS)) > 20
    await stage.wait(days=3)
    await zoe.says("How do I store zebraeggs?")
    await zoe.says("/forgetme")
    await zoe.presses("Yes, forget me")
    assert "I have forgotten your name" in zoe.hears()[-1]
    await stage.wait(minutes=5)
    assert await traces(stage.database, *THEIRS) == []
    async with stage.database.read() as session:
        (erasure,) = await session.scalars(select(Erasure))
        assert erasure.state == "done" and erasure.counts["left"] > 0
        assert await session.scalar(select(func.count(Blob.sha256)).where(Blob.mime == "text/html")) == 0
    (told,) = [m.text for m in thread.log() if "are not mine to delete" in m.text and not m.deleted]
    assert told.startswith(f"{erasure.counts['left']} of the messages here")
