"""`when`: what a schedule phrase means."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.endings import Ending
from bot.cli.shops import shop_of
from bot.examples import sample_shop

if TYPE_CHECKING:
    from bot.settings import Settings


def when(
    phrase: Annotated[list[str], typer.Argument(help="For example: daily 09:00", show_default=False)],
    now: Annotated[str | None, typer.Option(help="The moment at which it is said, as ISO; else the present.")] = None,
    zone: Annotated[str | None, typer.Option(help="An IANA zone such as Europe/Berlin; else the shop's.")] = None,
    language: Annotated[str | None, typer.Option(help="The language of the phrase, such as en.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Says what a schedule phrase means: the rule in words and the next three times."""
    from bot.recurrence import read_when, zone_named
    from bot.settings import load_settings

    settings = load_settings()
    # The sample shop's zone and language hold where there is no shop yet.
    shop = shop_of(settings.shop_dir if settings.shop_dir.is_dir() else sample_shop())
    words = " ".join(phrase)
    try:
        place = zone_named(zone or shop.timezone)
        reading = read_when(words, _moment(now, place, settings), place.key, language or shop.languages[0])
    except ValueError as error:
        raise Ending(str(error)) from error
    if reading is None:
        raise Ending(f"“{words}” is no time that is understood: write it as daily 09:00, or tomorrow 18:30.")
    found = reading.as_json()
    if as_json:
        print(json.dumps(found))
    else:
        print("\n  ".join([reading.question or reading.words, *found["next"]]))


def _moment(given: str | None, zone: ZoneInfo, settings: Settings) -> datetime:
    """The moment that was given (on that zone's clock where it has no offset), else the present."""
    from bot.clock import Clock

    if given is None:
        return Clock(settings.concierge_now).now()
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError:
        raise ValueError(f"--now {given!r} is no ISO moment: write it as 2026-03-10T09:00:00+01:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
