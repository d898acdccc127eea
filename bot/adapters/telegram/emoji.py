"""The reactions that Telegram lets a bot set, and what comes nearest to others."""

from __future__ import annotations

ALLOWED = frozenset(
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 "
    "😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ "
    "😡".split()
)
"""https://core.telegram.org/bots/api#reactiontypeemoji, without the mark that asks for colour."""

NEAREST: dict[str, str] = {
    **dict.fromkeys("💙💚💛💜🧡🖤🤍🤎💖💗💓💞💕💝❣🩷🫶😻", "❤"),
    **dict.fromkeys("✅☑✔👋💪🤙🆗", "👌"),
    **dict.fromkeys("😂😆😅😹😄😃😀🙂😊☺😺😸", "😁"),
    **dict.fromkeys("😠😤👿", "😡"),
    **dict.fromkeys("☹🙁😞😔😟😥😿🥺", "😢"),
    **dict.fromkeys("😮😲😯🙀", "😱"),
    **dict.fromkeys("🎊🥳🎂🎈🙌", "🎉"),
    **dict.fromkeys("❌🚫", "👎"),
    **dict.fromkeys("⭐🌟✨", "🤩"),
    **dict.fromkeys("🤦🙄", "🤷"),
    **dict.fromkeys("🫂", "🤗"),
    **dict.fromkeys("👁🧐🔍", "👀"),
    **dict.fromkeys("💭❓❔⁉", "🤔"),
    **dict.fromkeys("🥂🍻🍺", "🍾"),
}
"""Of what is used most elsewhere. An emoji that is in neither table can't be shown, and that is all."""
TONES = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0xFE0F))
"""Colours of skin, and the mark that asks for colour."""


def nearest(emoji: str) -> str:
    """The reaction that Telegram takes and that comes nearest to an emoji; empty where none does."""
    bare = emoji.translate(TONES)
    if bare in ALLOWED:
        return bare
    first = bare.partition("\u200d")[0]
    return NEAREST.get(bare) or (first if first in ALLOWED else NEAREST.get(first, ""))
