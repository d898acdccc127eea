"""A conversation as a file, and looking for words in all of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.database.tables import Attachment, Blob
from bot.messages import Media
from tests.handlers.desk import UNKNOWN, talks, waits
from tests.stage import Person, Stage


async def files(stage: Stage, thread: Person, words: str = "") -> dict[str, str]:
    """The texts of the files that /transcript gives, by the ending of their names."""
    thread.hears()
    await thread.says(f"/transcript {words}")
    (shown,) = thread.news()
    found = {}
    async with stage.database.read() as session:
        for media in shown.media:
            data = await session.scalar(select(Blob.data).filter_by(sha256=media.sha256))
            assert data is not None and media.kind == "document"
            found[media.name.rpartition(".")[2]] = data.decode()
    return found


async def test_a_transcript_tells_all_in_order_and_leaves_notes_out(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("// she haggles")
    await stage.ana.says("With <b>hens</b> & *chicks*?")
    await thread.says("Of course")
    told = await files(stage, thread)
    assert set(told) == {"html", "md"}
    for words in (UNKNOWN, "Gladly, in May!", "Of course"):
        assert words.rstrip("?!.") in told["html"].replace("&#x27;", "'")
        assert words.rstrip("?!.") in told["md"]
    assert "haggles" not in told["html"] + told["md"]
    assert told["html"].index("portrait") < told["html"].index("Gladly") < told["html"].index("Of course")
    assert "&lt;b&gt;hens&lt;/b&gt; &amp; *chicks*" in told["html"] and "<b>" not in told["html"]
    assert r"\<b\>hens\</b\>" in told["md"] and r"\*chicks\*" in told["md"]
    assert stage.ana.hears() == ["Of course"]


async def test_notes_are_marked_where_they_are_asked_for(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("// she haggles")
    told = await files(stage, thread, "markdown with notes")
    assert set(told) == {"md"}
    assert "note, stayed in the room" in told["md"].replace("\\", "") and "she haggles" in told["md"]
    assert "not for other eyes" in thread.log()[-1].text.plain


async def test_edits_deletions_and_pictures_are_told(stage: Stage) -> None:
    thread = await talks(stage)
    await stage.ana.says("In pink")
    await stage.ana.edits(stage.ana.wrote("In pink"), "In blue")
    await stage.ana.says("My number is 5")
    await stage.ana.deletes(stage.ana.wrote("My number"))
    photo = Media(
        "photo", file_id=stage.adapter.world.upload("egg.png", "image/png", b"\x89PNG\r\n\x1a\ne"), name="egg.png"
    )
    await stage.ana.says("", [photo])
    told = await files(stage, thread, "html")
    html = told["html"]
    assert "<p>In blue</p>" in html and "<del>In pink</del>" in html
    assert "<del>My number is 5</del>" in html
    assert "[picture: egg.png]" in html


async def test_a_transcript_tells_of_nobody_else(stage: Stage) -> None:
    anas, bens = await talks(stage), await talks(stage, stage.ben)
    await stage.ben.says("Ben's secret")
    await bens.says("For Ben alone")
    told = await files(stage, anas, "with notes")
    assert "Ben" not in told["html"] + told["md"]


async def test_a_canned_reply_stands_in_the_transcript_as_it_was_sent(stage: Stage) -> None:
    await stage.room.says("/snippet add hi Hi {customer}!")
    thread = await talks(stage)
    await thread.says("/s hi")
    told = await files(stage, thread, "html")
    assert "Hi Ana!" in told["html"] and "/s hi" not in told["html"] and "{customer}" not in told["html"]


async def test_the_bytes_of_a_transcript_belong_to_the_customer_and_are_forgotten_in_time(stage: Stage) -> None:
    thread = await talks(stage)
    await files(stage, thread, "html")
    async with stage.database.read() as session:
        (row,) = await session.scalars(select(Attachment))
        assert row.customer_id is not None and row.sha256
    await stage.wait(days=stage.shop.keep_media_days + 1)
    await stage.concierge.tidy()
    async with stage.database.read() as session:
        assert (await session.scalars(select(Blob.sha256).filter_by(sha256=row.sha256))).all() == []


@pytest.mark.parametrize("words", ["portrait", "PORTRAIT oil", "ortrai"])
async def test_a_search_finds_words_whatever_their_case(stage: Stage, words: str) -> None:
    await waits(stage)
    await stage.room.says(f"/search {words}")
    (found,) = stage.room.hears()
    assert found == f"Latest first:\n• Ana, 09.03.2026 13:00: {UNKNOWN}"


@pytest.mark.parametrize("words", ["100%", "_", "\\", "' OR 1=1 --", "ÄPFEL", "<3"])
async def test_a_search_takes_every_sign_for_itself(stage: Stage, words: str) -> None:
    thread = await talks(stage)
    await stage.ana.says("Nothing of the kind")
    await stage.room.says(f"/search {words}")
    assert stage.room.hears() == [f"Nobody wrote “{words}” here."]
    await stage.ana.says(f"Now {words.lower()} it is")
    await stage.room.says(f"/search {words}")
    (found,) = stage.room.hears()
    assert f"Now {words.lower()} it is" in found
    assert thread.log()


async def test_a_search_says_who_wrote_and_marks_notes(stage: Stage) -> None:
    thread = await talks(stage)
    await thread.says("A goose would be lovely")
    await thread.says("// no goose in stock")
    await thread.says("/note goose")
    await stage.room.says("/search goose")
    (found,) = stage.room.hears()
    assert found.splitlines()[1:] == [
        "• Hana, note about Ana, 09.03.2026 13:00: // no goose in stock",
        "• Hana to Ana, 09.03.2026 13:00: A goose would be lovely",
    ]


async def test_a_search_is_bounded(stage: Stage) -> None:
    thread = await talks(stage)
    for number in range(14):
        await stage.ana.writes(f"goose number {number} " + "and so on " * 40)
    await stage.settle()
    thread.hears()
    await stage.room.says("/search goose")
    (found,) = stage.room.hears()
    assert found.count("•") == 10 and "another word narrows it down" in found
    assert len(found) < 2500
    await stage.room.says("/search goose 13")
    assert stage.room.hears()[0].count("•") == 1


async def test_who_waits_is_listed_with_who_looks_after_them(stage: Stage) -> None:
    anas, bens = await waits(stage), await waits(stage, stage.ben)
    await anas.says("/claim")
    await anas.says("/snooze 2h")
    await bens.says("// hm")
    await stage.room.says("/waiting")
    (listed,) = stage.room.hears()
    lines = listed.splitlines()
    assert lines[1].startswith("• Ben, since 09.03. 13:00: A portrait")
    assert lines[2].endswith("(Hana looks after it; out of the way until today 15:00)")
