"""What a web page tells search engines (schema.org as JSON-LD): its questions and answers, its products."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.files import open_text
from knowledge.importers.found import Placed, Say, id_of, left_out, no_price, place, point_price
from knowledge.importers.html_text import line_of, text_of
from knowledge.importers.variants import Variant, summed
from knowledge.values import slug

LARGEST = 50_000_000
"""Bytes; no saved page is larger."""
_DEEPEST = 20
_TAG = re.compile(r"<script\b([^>]{0,1000})>", re.IGNORECASE)
_END = re.compile(r"</script", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html\b[^>]{0,1000}?\blang\s*=\s*[\"']?([A-Za-z]{2,3})", re.IGNORECASE)
_WRAPPING = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$")
_GONE = ("outofstock", "soldout", "discontinued")
_PRODUCTS = ("Product", "ProductGroup", "IndividualProduct", "ProductModel")

Thing = Mapping[str, Any]


def page(path: Path, say: Say) -> Iterator[Placed]:
    """The entries and products of a saved page, or of a JSON file. Raises InputError where there are none."""
    if path.is_file() and path.stat().st_size > LARGEST:
        raise InputError(path, None, "is larger than any saved page (50 MB)", "Save one page at a time.")
    with open_text(path) as stream:
        text = stream.read()
    language, found = _LANGUAGE.search(text[:10_000]), False
    for block, line in _blocks(text):
        for item in _items(block, place(path, line), language[1].casefold() if language else "", say):
            found = True
            yield item, place(path, line)
    if not found:
        problem = "holds no question with its answer and no product as JSON-LD"
        raise InputError(path, None, problem, "Save the page from a browser as “complete”, or name another one.")


def _blocks(text: str) -> Iterator[tuple[str, int]]:
    """The JSON-LD scripts of a page with their lines; all of it where the file is JSON itself."""
    if text.lstrip()[:1] in ("{", "["):
        yield text, 1
        return
    line, counted = 1, 0
    for tag in _TAG.finditer(text):
        if "ld+json" not in tag[1].casefold():
            continue
        end = _END.search(text, tag.end())
        line, counted = line + text.count("\n", counted, tag.start()), tag.start()
        yield text[tag.end() : end.start() if end else len(text)], line


def _items(block: str, where: str, language: str, say: Say) -> Iterator[Entry | Product]:
    try:
        data = json.loads(_WRAPPING.sub("", block), strict=False)
    except (ValueError, RecursionError) as error:
        said = error.msg.lower() if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
        say(left_out(where, "", f"this block is no valid JSON ({said})"))
        return
    for thing in _things(data, 0):
        kinds = _kinds(thing)
        if "FAQPage" in kinds:
            yield from _entries(thing, where, line_of(_word(thing, "inLanguage"))[:2].casefold() or language, say)
        elif kinds.intersection(_PRODUCTS):
            yield from _products(thing, where, say)


def _things(value: Any, depth: int) -> Iterator[Thing]:
    """Every object that says its type, outermost first; within a product or a page of questions none are looked for."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _things(one, depth + 1)
    elif isinstance(value, dict):
        if _kinds(value).intersection((*_PRODUCTS, "FAQPage")):
            yield value
            return
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _things(one, depth + 1)


def _kinds(thing: Thing) -> set[str]:
    return {str(kind).rpartition("/")[2].rpartition(":")[2] for kind in _each(thing.get("@type"))}


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _word(thing: Thing, key: str) -> str:
    """A value as text: the first one where there are several, its `@value`, `name` or `url` where it is an object."""
    for value in _each(thing.get(key)):
        if isinstance(value, dict):
            value = next((value[name] for name in ("@value", "url", "name") if isinstance(value.get(name), str)), "")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""


def _entries(thing: Thing, where: str, language: str, say: Say) -> Iterator[Entry]:
    for question in _each(thing.get("mainEntity")):
        if not isinstance(question, dict):
            continue
        asked = line_of(_word(question, "name") or _word(question, "text"))
        answers = [a for a in _each(question.get("acceptedAnswer")) if isinstance(a, dict)]
        answer = text_of(_word(answers[0], "text")) if answers else ""
        if asked and answer:
            yield Entry(slug(asked, "faq-"), (asked,), answer, language=language)
        else:
            say(left_out(where, asked, f"it has no {'answer' if asked else 'question'}"))


def _products(thing: Thing, where: str, say: Say) -> Iterator[Product]:
    title = line_of(_word(thing, "name"))
    if not title:
        say(left_out(where, "", "this product has no name"))
        return
    variants = list(_variants(thing, where, title, say))
    currency = next((currency for currency, _ in variants if currency), "")
    price, stock, lines = summed([variant for _, variant in variants], currency)
    image, url = _word(thing, "image"), _word(thing, "url")
    yield Product(
        id=id_of(_word(thing, "sku") or _word(thing, "productID") or _word(thing, "productGroupID")) or slug(title),
        title=title,
        description="\n\n".join(part for part in (text_of(_word(thing, "description")), lines) if part),
        price=price,
        currency=currency,
        stock=stock,
        image=image if image.startswith(("http://", "https://")) else "",
        url=url if url.startswith(("http://", "https://")) else "",
    )


def _variants(thing: Thing, where: str, title: str, say: Say) -> Iterator[tuple[str, Variant]]:
    """Currency and variant for each offer of a product, or of the variants of a group."""
    members: list[Thing] = [one for one in _each(thing.get("hasVariant")) if isinstance(one, dict)] or [thing]
    for member in members:
        name = line_of(_word(member, "name")) if member is not thing else ""
        for offer in _offers(member):
            label = name or line_of(_word(offer, "name"))
            state = _word(offer, "availability").rpartition("/")[2].casefold()
            price = _price(offer, where, title, say)
            variant = Variant((("", label),) if label else (), price, 0 if state in _GONE else None)
            yield _word(offer, "priceCurrency").upper(), variant


def _offers(thing: Thing) -> Iterator[Thing]:
    """The offers; one that sums others up counts by its own prices where it doesn't list them."""
    for offer in _each(thing.get("offers")):
        if not isinstance(offer, dict):
            continue
        listed = [one for one in _each(offer.get("offers")) if isinstance(one, dict)]
        if listed:
            yield from ({"priceCurrency": offer.get("priceCurrency"), **one} for one in listed)
        elif "lowPrice" in offer and offer.get("highPrice", offer["lowPrice"]) != offer["lowPrice"]:
            yield from ({**offer, "price": offer[name], "name": ""} for name in ("lowPrice", "highPrice"))
        else:
            yield {"price": offer.get("lowPrice"), **offer}


def _price(offer: Thing, where: str, title: str, say: Say) -> Decimal | None:
    text = _word(offer, "price")
    for specified in _each(offer.get("priceSpecification")) if not text else []:
        text = text or (_word(specified, "price") if isinstance(specified, dict) else "")
    try:
        return point_price(text)
    except ValueError as error:
        say(no_price(where, title, error))
        return None
