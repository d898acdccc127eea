"""Taking a customer's details out of words that others will read: names, addresses of mail, phone and order numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00|\()?\d(?:[\s()/.-]{0,2}\d){6,14}(?![\w%€$£¥]|[.,]\d)")
_ORDER = re.compile(
    r"(?P<said>\b(?:order|bestellung|auftrag|invoice|rechnung|parcel|paket|tracking|booking|pedido|commande|facture|"
    r"ordine|bestelling|customer|kunden?)(?:[ -]?(?:number|nummer|nr|no|id|code|número|numéro|numero))?[.:]?\s*)"
    r"(?P<number>[#№]?\s?[A-Z]{0,4}[-/]?\d[\w/-]{2,})|(?P<hash>[#№]\s?[A-Z]{0,4}-?\d[\w-]{2,})",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*\d){5})[A-Z0-9]{9,34}\b")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_GREETING = re.compile(
    r"\A\s*(?:hello|hi|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:morgen|tag|abend)|liebe[r]?|moin|"
    r"hola|bonjour|salut|ciao|olá|hoi|dag)?[\s,]*…[\s,!.:;-]*",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3
GAP = "…"


@dataclass(frozen=True)
class Stripped:
    """The words without details, and what was taken out of them."""

    text: str
    removed: tuple[str, ...] = ()


def strip_details(text: str, names: Iterable[str], own: Collection[str] = ()) -> Stripped:
    """`text` without what belongs to one customer; a gap stands where it stood within a sentence.

    `names` are the customer's. `own` are texts of the shop: a number or an address that stands in one of them is the
    shop's own and stays. A greeting by name goes as a whole.
    """
    removed: list[str] = []

    def gone(found: re.Match[str]) -> str:
        whole = found[0]
        said, detail = "", whole
        if "said" in found.re.groupindex and found["said"]:
            said, detail = found["said"], found["number"]
        alone = re.compile(rf"(?<!\w){re.escape(detail.strip())}(?!\w)")
        if _DATE.fullmatch(detail.strip()) or any(alone.search(one) for one in own):
            return whole
        removed.append(detail.strip())
        return f"{said}{GAP}"

    for pattern in (_MAIL, _ORDER, _CODE, _PHONE):
        text = pattern.sub(gone, text)
    for name in _parts(names):
        text = re.sub(rf"(?<!\w)@?{re.escape(name)}(?!\w)", gone, text, flags=re.IGNORECASE)
    return Stripped(_tidied(text, bool(removed)), tuple(dict.fromkeys(removed)))


def _parts(names: Iterable[str]) -> list[str]:
    """Whole names and their parts, the longest first; a part in letters of two is no name to look for."""
    found = {name.strip().removeprefix("@") for name in names}
    found |= {part for name in found for part in re.split(r"[\s.,_-]+", name)}
    able = [n for n in found if len(n) >= _SHORTEST_NAME or (n and not n.isascii() and len(n) > 1)]
    return sorted(able, key=lambda name: (-len(name), name))


def _tidied(text: str, changed: bool) -> str:
    if not changed:
        return text.strip()
    text = _GREETING.sub("", text, count=1) if GAP in text[:40] else text
    text = re.sub(rf"{GAP}(?:[\s,]*{GAP})+", GAP, text)
    text = re.sub(rf",\s*{GAP}(?=[.!?]|\s*\Z)", "", text).strip()
    return text[:1].upper() + text[1:]
