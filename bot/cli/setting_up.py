"""`setup`: a wizard for real tokens."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from bot.cli.endings import Ending, say
from bot.cli.progress import Progress

LINE_EVERY_BYTES = 25_000_000


class Terminal:
    """Questions go to standard error, as whatever is no result."""

    say = staticmethod(say)

    def ask(self, question: str, hidden: bool) -> str:
        """The line typed after a question; a hidden one isn't shown where there is a screen. Raises EOFError."""
        if hidden and sys.stdin.isatty():
            # It hides what is typed before it asks: whoever pastes at the first sight of the question shows nothing.
            return getpass.getpass(f"{question}\n", sys.stderr)
        say(question)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def setup(
    no_input: Annotated[bool, typer.Option("--no-input", help="Asks nothing: what no option says is usual.")] = False,
    platform: Annotated[str | None, typer.Option(help="telegram, discord or both.")] = None,
    telegram_token: Annotated[str | None, typer.Option(help="From @BotFather.", envvar="TELEGRAM_BOT_TOKEN")] = None,
    telegram_group: Annotated[str | None, typer.Option(help="The owners' group's id; `look` waits for it.")] = None,
    telegram_channels: Annotated[str | None, typer.Option(help="For stories, with commas between.")] = None,
    discord_token: Annotated[str | None, typer.Option(help="From the portal.", envvar="DISCORD_BOT_TOKEN")] = None,
    discord_server: Annotated[str | None, typer.Option(help="The server's id or name.")] = None,
    discord_channel: Annotated[str | None, typer.Option(help="The owners' channel's id or name.")] = None,
    discord_story_channels: Annotated[str | None, typer.Option(help="For stories, with commas between.")] = None,
    owners_room: Annotated[str | None, typer.Option(help="telegram or discord, where both have a room.")] = None,
    shop: Annotated[str | None, typer.Option(help="The shop's folder, made where it isn't there.")] = None,
    shop_from: Annotated[str | None, typer.Option(help="A new folder from the sample, or empty.")] = None,
    name: Annotated[str | None, typer.Option(help="The shop's name.")] = None,
    zone: Annotated[str | None, typer.Option(help="Its time zone, such as Europe/Berlin.")] = None,
    languages: Annotated[str | None, typer.Option(help="Such as en,de.")] = None,
    currency: Annotated[str | None, typer.Option(help="Such as EUR.")] = None,
    owner: Annotated[str | None, typer.Option(help="The owner's name.")] = None,
    hours: Annotated[str | None, typer.Option(help="mon-fri 09:00-18:00; sat 09:00-12:00")] = None,
    model: Annotated[str | None, typer.Option(help="none, download, or a sentence model's folder.")] = None,
    model_folder: Annotated[str | None, typer.Option(help="Where it is downloaded to.")] = None,
    model_address: Annotated[str | None, typer.Option(help="Where it is downloaded from.")] = None,
) -> None:
    """Sets up real tokens, step by step: .env, your shop's folder, and what to do next."""
    given = {name.replace("_", "-"): value for name, value in locals().items() if name != "no_input"}
    _run(given, asks=not no_input)


def _run(given: dict[str, str | None], asks: bool) -> None:
    from bot.clock import Clock
    from bot.setting_up.sentence_model import FILES
    from bot.setting_up.talk import CantSetUp, Talk
    from bot.setting_up.wizard import set_up

    talk = Talk(Terminal(), given, asks)
    named = [name for name in ("telegram", "discord") if any(given[key] for key in given if key.startswith(name))]
    try:
        with Progress("bytes", sum(file.size for file in FILES), LINE_EVERY_BYTES) as progress:
            done = set_up(talk, progress, Clock(None).now(), named)
    except CantSetUp as error:
        raise Ending(str(error)) from error
    except KeyboardInterrupt:
        say("\nStopped; no setting was written.")
        raise typer.Exit(130) from None
    print("\n".join(done.lines))
