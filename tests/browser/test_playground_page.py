"""The newcomer's walk in a real browser: asked, answered, handed over, a story posted; on a phone and on a desk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from bot.adapters.playground.server import serve
from bot.clock import Clock
from bot.demo import PlaygroundControls, playground, ticking
from bot.examples import sample_shop
from knowledge.shop import read_shop

pytestmark = pytest.mark.browser

PHONE, DESK = (390, 844), (1440, 900)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURE = sample_shop() / "images" / "day-1.png"


def chromium() -> str:
    """Where Debian's Chromium is; without it the test is skipped, or fails with CI=true."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        missing = "Chromium is not installed; `.ci/run` installs it."
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
async def page(request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """The page of a running egg farm at one width; any error in it fails the test."""
    browser_path = chromium()
    width, height = request.param
    shop = read_shop(sample_shop())
    async with playground(shop, Clock()) as (concierge, adapter):
        controls = PlaygroundControls(concierge, shop.zone)
        server = await serve(adapter, controls, shop.name, shop.owner_name, 0)
        async with ticking(controls), async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=browser_path, args=QUIET)
            page = await browser.new_page(viewport={"width": width, "height": height})
            errors: list[str] = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
            await page.goto(f"http://127.0.0.1:{server.port}")
            yield page
            await keep_picture(page, request.node.name)
            await browser.close()
            assert errors == []
        await server.stop()


async def keep_picture(page: Page, name: str) -> None:
    """Keeps a screenshot where SCREENSHOTS names a folder, to be looked at."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{re.sub('[^a-z]+', '-', name)}.png")


async def go_to(page: Page, name: str) -> Locator:
    """The chat of that name; on a phone its tab is chosen first."""
    tabs = page.get_by_role("navigation", name="Chats")
    if await tabs.is_visible():
        short = {"Owners' room": "Owners", "Story channel": "Stories"}.get(name, name.removeprefix("Customer "))
        await tabs.get_by_role("button", name=re.compile(short)).click()
    region = page.get_by_role("region", name=name, exact=True)
    await expect(region).to_be_in_viewport()
    return region


async def say(region: Locator, words: str) -> None:
    """Writes in a chat and sends."""
    await region.get_by_role("textbox", name="Message").first.fill(words)
    await region.get_by_role("button", name="Send").first.click()


async def test_a_newcomer_walks_through_the_whole_main_job(page: Page) -> None:
    ana = await go_to(page, "Customer Ana")
    await say(ana, "Do you ship to Germany?")
    await expect(ana.get_by_role("log")).to_contain_text("Japan")

    await say(ana, "Would you bake our wedding cake in June?")
    await expect(ana.get_by_role("log")).to_contain_text("I've asked Hana", timeout=10_000)

    room = await go_to(page, "Owners' room")
    thread = room.get_by_role("region", name="Thread Ana")
    await expect(thread).to_contain_text("wedding cake")
    await say(thread, "// my cousin bakes")
    await say(thread, "I can't, but my cousin Yuki can.")
    ana = await go_to(page, "Customer Ana")
    await expect(ana.get_by_role("log")).to_contain_text("my cousin Yuki can")
    await expect(ana.get_by_role("log")).not_to_contain_text("my cousin bakes")

    room = await go_to(page, "Owners' room")
    await room.get_by_label("Attach a photo").first.set_input_files(PICTURE)
    await say(room, "/story daily 09:00 Good morning from the hens")
    await expect(room.get_by_role("log").first).to_contain_text("Next:")
    await room.get_by_role("button", name="Confirm").click()
    await expect(room.get_by_role("log").first).to_contain_text("Planned as story 1")

    await move(page, "+1 day")
    channel = await go_to(page, "Story channel")
    await expect(channel.get_by_role("log")).to_contain_text("Good morning from the hens")
    await expect(channel.get_by_role("img").last).to_be_visible()


async def move(page: Page, button: str) -> None:
    """Moves the playground's clock."""
    clock = page.get_by_role("button", name=button)
    if not await clock.is_visible():
        await page.get_by_role("navigation", name="Chats").get_by_role("button", name=re.compile("Clock")).click()
    await clock.click()


async def test_a_customer_chooses_among_guesses_and_sees_why(page: Page) -> None:
    mei = await go_to(page, "Customer Mei")
    await say(mei, "how much is a box of eggs")
    await expect(mei.get_by_role("log")).to_contain_text("Did you mean", timeout=10_000)
    await mei.get_by_role("button", name="Box of ten eggs").click()
    await expect(mei.get_by_role("log")).to_contain_text("980 JPY")
