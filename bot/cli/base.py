"""`knowledge`: what the shop knows, in and out of the database, and looked over in its folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.databases import address, database_trouble
from bot.cli.endings import Ending, say
from bot.cli.progress import Progress
from bot.cli.remarks import Remarks
from bot.cli.shops import opened

if TYPE_CHECKING:
    from knowledge.evaluation import Case
    from knowledge.importers import Taken

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
ShopFolder = Annotated[Path | None, typer.Option(help="The shop's folder, instead of SHOP_DIR.")]
FORMATS = "auto, markdown, csv, shopify, woocommerce, merchant-feed, etsy, jsonld, zendesk or rasa."


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")],
    format_: Annotated[str, typer.Option("--format", help=FORMATS)] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Says what would change, and changes nothing.")] = False,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="A table's column as one of ours: Artikel=title. Kept for the next time."),
    ] = None,
) -> None:
    """Brings entries and products from files into the database."""
    _check_format(format_)
    from bot.cli.logs import configure_logs
    from bot.curation import import_knowledge, remembered
    from bot.settings import load_settings
    from knowledge.importers import Choice, read_all

    settings = load_settings()
    configure_logs(settings.log_format)
    url, columns = address(settings), _columns(map_ or [])
    taken: list[Taken] = []
    with database_trouble(), Remarks() as remarks, Progress("rows") as read, Progress("rows stored") as stored:
        choice = Choice(format_, columns, asyncio.run(remembered(url)))
        rows = read_all(paths, choice, remarks, lambda one: _told(one, taken))
        source = ", ".join(path.name or str(path) for path in paths)
        report = asyncio.run(
            import_knowledge(
                url,
                rows,
                dry_run=dry_run,
                progress=read,
                storing=_after(read, stored),
                source=source,
                taken=taken,
                folders=_folders(paths),
            )
        )
    if dry_run:
        for example in report.examples:
            print(example)
        if (more := report.new + report.changed - len(report.examples)) > 0:
            print(f"… and {more:,} more")
    left_out = f", {remarks.left_out} left out" if remarks.left_out else ""
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged{left_out}"
    print(f"{counts}; nothing was written." if dry_run else f"{counts}.")


def _after(first: Progress, second: Progress) -> Callable[[int], None]:
    """The second, which ends the first: one bar at a time."""

    def show(done: int) -> None:
        first.stop()
        second(done)

    return show


def _folders(paths: list[Path]) -> list[Path]:
    """Where pictures may lie: the folders that were named, those of the files, and what lies above `knowledge`."""
    near = [path if path.is_dir() else path.parent for path in paths]
    return list(dict.fromkeys((*near, *(folder.resolve().parent for folder in near if folder.name == "knowledge"))))


def _told(taken: Taken, told: list[Taken]) -> None:
    """Says how a table was read, and keeps it; a table in our own words needs no saying."""
    told.append(taken)
    named = {column: field for column, field in taken.columns.items() if column.casefold() != field}
    if taken.format != "csv":
        say(f"{taken.path}: read as {taken.format}; {len(taken.columns)} of its columns are of use.")
    elif named:
        say(f"{taken.path}: {', '.join(f'{column} → {field}' for column, field in named.items())}.")


def _columns(pairs: list[str]) -> dict[str, str]:
    """What `--map` says. Raises Ending."""
    from knowledge.importers.sheet import FIELDS

    found: dict[str, str] = {}
    for pair in pairs:
        column, sign, field = (part.strip() for part in pair.rpartition("="))
        if not sign or not column or field not in FIELDS:
            raise Ending(f"--map {pair} says no column: write their name, =, and one of {', '.join(FIELDS)}.")
        found[column] = field
    return found


def undo() -> None:
    """Takes the last change of the knowledge back: an import, or an owner's edit. Again goes one further back."""
    from bot.cli.logs import configure_logs
    from bot.curation import undo as taken_back
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_format)
    with database_trouble():
        undone = asyncio.run(taken_back(address(settings)))
    if undone is None:
        raise Ending("There is nothing to take back: nothing was imported or edited, or all of it was taken back.")
    parts = ((undone.removed, "removed"), (undone.restored, "as before"), (undone.returned, "brought back"))
    counts = ", ".join(f"{count} {what}" for count, what in parts if count) or "nothing was changed by it"
    print(f"Taken back: {undone.source}, of {undone.made_at:%Y-%m-%d %H:%M} UTC: {counts}.")


def export(
    folder: Annotated[Path, typer.Argument(help="A folder; it is made where it isn't there.", metavar="DIR")],
) -> None:
    """Writes what the database knows as files that `import` reads."""
    from bot.cli.logs import configure_logs
    from bot.curation import read_knowledge
    from bot.settings import load_settings
    from knowledge.exporting import write_base

    settings = load_settings()
    configure_logs(settings.log_format)
    with database_trouble():
        entries, products = asyncio.run(read_knowledge(address(settings)))
    write_base(folder, entries, products)
    print(f"{counted(len(entries), len(products))} written to {folder}.")


def evaluate(
    file: Annotated[Path, typer.Argument(help='JSON lines {"text", "entry": id or null}.')],
    shop: ShopFolder = None,
    as_json: AsJson = False,
) -> None:
    """Measures how well the shop's folder answers questions whose answers are known."""
    from knowledge.evaluation import evaluate as measured
    from knowledge.evaluation import read_cases

    cases = read_cases(file)
    place = opened(shop)
    with Progress("questions") as progress:
        report = measured(place.knowledge(), _each(cases, progress), place.today, place.now)
    print(json.dumps(report.as_json()) if as_json else "\n".join(report.lines()))


def _each(rows: list[Case], progress: Progress) -> Iterator[Case]:
    for number, row in enumerate(rows, 1):
        yield row
        progress(number)


def _check_format(name: str) -> None:
    from knowledge.importers import FORMATS

    if name not in FORMATS:
        raise Ending(f"--format {name} is not known: choose one of {', '.join(FORMATS)}.")


def counted(entries: int, products: int) -> str:
    """How many answers and products, in words."""
    return f"{entries} answer{'s' * (entries != 1)} and {products} product{'s' * (products != 1)}"
