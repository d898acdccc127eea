"""A product in several variants, told as one: nothing is said that is true of only some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_SHOWN = 40


@dataclass(frozen=True)
class Variant:
    """One kind in which a product is sold: its options as (name, value), its price, and how many there are."""

    options: tuple[tuple[str, str], ...]
    price: Decimal | None
    stock: int | None


def summed(variants: Sequence[Variant], currency: str) -> tuple[Decimal | None, int | None, str]:
    """Price, stock and a text for all of them.

    The price is given where all cost the same. The stock is the sum where each is counted and either all or none are
    sold out. Whatever differs stands in the text, a line for each variant; else the text lists the options.
    """
    prices = {variant.price for variant in variants}
    differ = len(prices) > 1
    price = None if differ or not prices else next(iter(prices))
    stocks = [variant.stock for variant in variants]
    gone = [stock == 0 for stock in stocks]
    mixed = any(gone) and not all(gone)
    counted = [stock for stock in stocks if stock is not None]
    stock = sum(counted) if counted and len(counted) == len(stocks) and not mixed else None
    named = [variant for variant in variants if variant.options]
    if differ and not named:
        known = [price for price in prices if price is not None]
        span = f"From {min(known):f} to {max(known):f} {currency}".strip() if len(known) > 1 else ""
        return price, stock, span
    if len(variants) == 1 or not named:
        return price, stock, _options(named)
    text = _each(named, currency, prices=differ) if differ or mixed else _options(named)
    return price, stock, text


def _options(variants: Sequence[Variant]) -> str:
    """What there is to choose from: `Size: S, M, L`."""
    found: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.options:
            found.setdefault(name, {})[value] = None
    return "\n".join(
        f"{name}: {', '.join(list(values)[:_SHOWN])}" if name else ", ".join(list(values)[:_SHOWN])
        for name, values in found.items()
    )


def _each(variants: Sequence[Variant], currency: str, prices: bool) -> str:
    """A line for each variant with what sets it apart."""
    lines = []
    for variant in variants[:_SHOWN]:
        name = " / ".join(value for _, value in variant.options)
        facts = [f"{variant.price:f} {currency}".strip()] if prices and variant.price is not None else []
        facts += ["sold out"] if variant.stock == 0 else []
        lines.append(f"- {name}" + (f": {', '.join(facts)}" if facts else ""))
    return "\n".join(lines)
