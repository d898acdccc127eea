"""`knowledge`: what the shop knows, in and out of the database, and looked over in its folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.databases import address, database_trouble
from bot.cli.endings import Ending, say
from bot.cli.progress import Progress
from bot.cli.shops import opened

if TYPE_CHECKING:
    from knowledge.entry import Entry, Product
    from knowledge.evaluation import Case

FORMATS = ("auto", "markdown", "csv")
LATER_FORMATS = ("shopify", "woocommerce", "merchant-feed", "etsy", "jsonld", "zendesk", "rasa")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
ShopFolder = Annotated[Path | None, typer.Option(help="The shop's folder, instead of SHOP_DIR.")]


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", metavar="PATH...")],
    format_: Annotated[str, typer.Option("--format", help="auto, markdown or csv.")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Says what would change, and changes nothing.")] = False,
) -> None:
    """Brings entries and products from files into the database."""
    _check_format(format_)
    from bot.cli.logs import configure_logs
    from bot.curation import import_knowledge
    from bot.settings import load_settings
    from knowledge.reading import read_path

    settings = load_settings()
    configure_logs(settings.log_format)
    rows: Iterator[Entry | Product] = chain.from_iterable(read_path(path, format_, say) for path in paths)
    with database_trouble(), Progress("rows") as progress:
        report = asyncio.run(import_knowledge(address(settings), rows, dry_run=dry_run, progress=progress))
    for skipped in report.skipped:
        say(skipped)
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged"
    print(f"{counts}; nothing was written." if dry_run else f"{counts}.")


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
    print(f"{_count(len(entries), len(products))} written to {folder}.")


def check(shop: ShopFolder = None, as_json: AsJson = False) -> None:
    """Looks the shop's folder over: what can't be read, what contradicts, what has expired."""
    from knowledge.checking import check_base

    place = opened(shop)
    findings = check_base(place.base, place.today)
    if as_json:
        print(
            json.dumps(
                [{"level": f.level, "where": f.where, "problem": f.problem, "advice": f.advice} for f in findings]
            )
        )
    else:
        for finding in findings:
            print(f"{finding.level}: {finding.where}: {finding.problem}. {finding.advice}".rstrip())
        print(f"{_count(len(place.base.entries), len(place.base.products))}: {len(findings) or 'nothing'} to mend.")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


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
        report = measured(place.knowledge(), _counted(cases, progress), place.today)
    print(json.dumps(report.as_json()) if as_json else "\n".join(report.lines()))


def _counted(rows: list[Case], progress: Progress) -> Iterator[Case]:
    for number, row in enumerate(rows, 1):
        yield row
        progress(number)


def _check_format(name: str) -> None:
    if name in LATER_FORMATS:
        raise Ending(f"--format {name} is not there yet; {', '.join(FORMATS)} are.")
    if name not in FORMATS:
        raise Ending(f"--format {name} is not known: choose one of {', '.join(FORMATS)}.")


def _count(entries: int, products: int) -> str:
    return f"{entries} answer{'s' * (entries != 1)} and {products} product{'s' * (products != 1)}"
