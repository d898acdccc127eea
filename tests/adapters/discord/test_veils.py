"""Pictures that are veiled until somebody wants to see them: on Discord by the file's name alone."""

from __future__ import annotations

from bot.adapter import Call
from bot.adapters.discord.attachments import attachment
from bot.adapters.discord.speech import payload
from bot.messages import ChatRef, Media, OutboundMessage


def test_a_veiled_file_is_known_by_its_name_which_is_no_part_of_it() -> None:
    told = {"id": "7", "filename": "SPOILER_hen.jpg", "content_type": "image/jpeg", "url": "http://x/7"}
    media = attachment(told, "1/2")
    assert (media.name, media.spoiler) == ("hen.jpg", True)
    assert not attachment({**told, "filename": "hen.jpg"}, "1/2").spoiler


async def test_a_veiled_picture_goes_out_veiled_with_its_description() -> None:
    async def read(sha256: str) -> bytes:
        return b"bytes"

    media = (
        Media("photo", sha256="a", name="hen.jpg", mime="image/jpeg", spoiler=True, alt="a hen"),
        Media("photo", sha256="b", mime="image/jpeg"),
    )
    chat = ChatRef("discord", "1", "2")
    told, files = await payload(Call(chat, OutboundMessage(chat, "k", "post", media=media), "n"), read)
    assert [file.name for file in files] == ["SPOILER_hen.jpg", "photo.jpg"]
    assert told["attachments"][0] == {"id": 0, "filename": "SPOILER_hen.jpg", "description": "a hen"}
