"""Whether an owner's words promise something, and by when: a phrase such as "I'll check" and a moment to come."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from bot.recurrence.mentions import Mention, mentioned
from handlers.context import Context
from knowledge.shop import Shop

DAY_ENDS = time(18)
"""Until when "by tomorrow" is kept, where the shop has no hours on that day."""

PHRASES = re.compile(
    "|".join(
        (
            r"\b(?:i|we)\s?(?:['’]ll|\s+will|\s+shall|['’](?:m|re) going to|\s+(?:am|are) going to|\s+promise)\b"
            r"(?!\s+be\s+(?:open|closed|shut|away|out|on)\b)",
            r"\b(?:let me|allow me|give me (?:until|till)|you(?:['’]ll| will) (?:hear|have|get|know))\b",
            r"\b(?:ich|wir)\s+(?:werden?|melden?|sagen?|schauen?|prüfen?|fragen?|klären?|schicken?|senden?|rufen?|geben?"
            r"|antworten?|schreiben?|kümmern?|bringen?|verspreche[n]?)\b",
            r"\b(?:melde|sage|schaue|prüfe|frage|kläre|schicke|sende|rufe|gebe|antworte|schreibe|kümmere) ich\b",
            r"\b(?:te|le|os|les)\s+(?:digo|aviso|confirmo|respondo|escribo|llamo|mando|envío)\b",
            r"\b(?:voy|vamos) a\b|\b(?:lo\s+)?(?:miro|reviso|compruebo|pregunto|consulto|prometo)\b",
            r"\b\w+(?:aré|eré|iré|aremos|eremos|iremos)\b",
            r"(?:連絡|確認|返事|返信|回答|お知らせ|調べ|お送り|送り|お届け|ご案内)(?:いた)?(?:し(?:て(?:おき|み)?)?|て(?:おき|み))?ます",
            r"(?:겠습니다|을게요|를게요|할게요|드릴게요|볼게요|줄게요)",
        )
    ),
    re.IGNORECASE,
)
"""In English, German, Spanish, Japanese and Korean; an owner may write in any of them, whatever the shop's language."""


def promised(text: str, ctx: Context) -> Mention | None:
    """By when the words promise something; None where they don't, or where no moment is named."""
    return moment(text, ctx) if PHRASES.search(text) else None


def moment(text: str, ctx: Context) -> Mention | None:
    """The first moment to come in a text; a day without a time of day lasts until the shop closes."""
    return mentioned(text, ctx.now, ctx.shop.timezone, lambda day: _closing(day, ctx.shop), ctx.language)


def _closing(day: date, shop: Shop) -> time:
    closings = [
        closing.astimezone(shop.zone)
        for _, until in shop.hours.on(day)
        if (closing := shop.hours.closes_at(_wall(day, until - 1, shop)))
    ]
    ends = [closing.time() for closing in closings if closing.date() == day]
    return max(ends, default=DAY_ENDS)


def _wall(day: date, minutes: int, shop: Shop) -> datetime:
    return datetime.combine(day, time(minutes // 60 % 24, minutes % 60), tzinfo=shop.zone)
