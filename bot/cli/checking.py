"""`knowledge check`: what to mend, what is confused, what customers asked in vain, and how often it would be wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from bot.cli.base import AsJson, ShopFolder, counted
from bot.cli.databases import database_trouble
from bot.cli.progress import Progress
from bot.cli.shops import opened

if TYPE_CHECKING:
    from bot.cli.shops import Opened
    from knowledge.checking import Finding
    from knowledge.clusters import Cluster
    from knowledge.rehearsal import Rehearsal

ASKED_WITHIN = timedelta(days=90)


def check(shop: ShopFolder = None, as_json: AsJson = False) -> None:
    """Looks the shop's folder over: what can't be read, what contradicts, what is confused, what has expired.

    Without --shop, also what customers asked in vain in the last 90 days, where there is a database.
    """
    from knowledge.checking import check_base, rehearsed, unanswered

    place = opened(shop)
    rehearsal = _rehearsed(place)
    findings = [*check_base(place.base, place.today), *rehearsed(rehearsal, place.base.places)]
    if shop is None:
        findings += unanswered(_in_vain(place))
    if as_json:
        print(json.dumps([_plain(finding) for finding in findings]))
    else:
        for finding in findings:
            print(f"{finding.level}: {finding.where}: {finding.problem}. {finding.advice}".rstrip())
        _say_rehearsal(rehearsal)
        print(f"{counted(len(place.base.entries), len(place.base.products))}: {len(findings) or 'nothing'} to mend.")
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


def _plain(finding: Finding) -> dict[str, str]:
    return {
        "level": finding.level,
        "where": finding.where,
        "problem": finding.problem,
        "advice": finding.advice,
    }


def _rehearsed(place: Opened) -> Rehearsal:
    from knowledge.rehearsal import rehearse

    with Progress("questions") as progress:
        return rehearse(
            place.base.entries,
            place.base.products,
            place.today,
            currency=place.shop.currency,
            model=place.model,
            progress=progress,
        )


def _say_rehearsal(rehearsal: Rehearsal) -> None:
    if rehearsal.asked:
        right, wrong = rehearsal.right / rehearsal.asked, rehearsal.wrong_rate
        print(
            f"Rehearsed with {rehearsal.asked} of its own phrasings, each without its own help: "
            f"{right:.0%} answered, {wrong:.1%} answered wrongly, the others left to you."
        )


def _in_vain(place: Opened) -> list[Cluster]:
    """What was asked in vain and is still not answered."""
    from bot.clock import Clock
    from bot.curation import asked_in_vain
    from bot.settings import load_settings
    from knowledge.clusters import clusters

    settings = load_settings()
    since = Clock(settings.concierge_now).now() - ASKED_WITHIN
    with database_trouble():
        questions = asyncio.run(asked_in_vain(settings.database_url.get_secret_value(), since))
    if not questions:
        return []
    known = place.knowledge()
    return [c for c in clusters(questions) if known.ask(c.example, place.today).outcome != "answered"]
