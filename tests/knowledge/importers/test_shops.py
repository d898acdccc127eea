"""The exports of shop programs become a catalogue; what can't be told truly is left out, with its line."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.entry import Product
from knowledge.errors import InputError
from tests.knowledge.importers.imports import IMPORTS, read


def test_shopifys_older_columns_give_one_product_a_handle() -> None:
    found = read("shopify_old.csv")
    assert found.formats == ["shopify"]
    assert list(found.products) == ["linen-apron", "tea-towel", "gift-card"]
    assert found.products["tea-towel"] == Product(
        "tea-towel", "Tea towel", "Colour: Blue, Red", Decimal("12.50"), stock=12, tags=("Towels",)
    )


def test_variants_that_differ_are_told_one_by_one_and_no_price_is_given_for_all() -> None:
    apron = read("shopify_old.csv").products["linen-apron"]
    assert (apron.price, apron.stock) == (None, None)
    assert apron.description == (
        "Sewn from heavy linen.\n\n- Two pockets\n- Washes at 40 °C\n\n- Small: 38.00\n- Large: 42.00, sold out"
    )
    assert apron.image == "https://cdn.example.com/apron.jpg"
    assert apron.tags == ("linen", "kitchen", "Aprons")


def test_what_shopify_does_not_sell_online_is_left_out_with_its_line() -> None:
    assert read("shopify_old.csv").said == [
        "shopify_old.csv:9: “Autumn scarf” was left out: it is a draft.",
        "shopify_old.csv:10: “Market stool” was left out: it is not in the online store.",
    ]


def test_shopifys_newer_columns_are_read_alike() -> None:
    found = read("shopify_new.csv")
    assert found.formats == ["shopify"]
    candle, honey = found.products["beeswax-candle"], found.products["honey"]
    assert (candle.price, candle.stock) == (Decimal("9.90"), 0)  # sold out, though below nought
    assert candle.description == "Burns for 20 hours.\nSmells of honey."
    assert (honey.price, honey.stock) == (None, None)  # sold on at nought, so nobody can say how many there are
    assert honey.description.endswith("- 250 g: 6.00\n- 500 g: 11.00")
    assert found.said == []


def test_a_german_woocommerce_export_is_known_by_its_translated_columns() -> None:
    found = read("woocommerce_de.csv")
    assert found.formats == ["woocommerce"]
    assert found.products["SEIFE-LAV"] == Product(
        "SEIFE-LAV",
        "Lavendelseife",
        "Von Hand gesiedet.\n\n100 g\n\nDuft: Lavendel",
        Decimal("6.5"),
        stock=18,
        tags=("lavendel", "vegan", "ohne Palmöl", "Seife", "Geschenke"),
        image="https://shop.example.de/lavendel.jpg",
    )


def test_variations_join_their_product_wherever_they_stand() -> None:
    dish = read("woocommerce_de.csv").products["wc-12"]
    assert dish.description == "Aus Olivenholz.\n\n- klein: 8.5\n- groß: 11"
    assert (dish.price, dish.stock) == (None, 5)


def test_drafts_hidden_products_and_orphans_of_woocommerce_are_left_out() -> None:
    assert read("woocommerce_de.csv").said == [
        "woocommerce_de.csv:4: “Winterseife” was left out: it is a draft.",
        "woocommerce_de.csv:9: this was left out: its product is not in the file.",
    ]
    assert read("woocommerce_es.csv").said == [
        "woocommerce_es.csv:3: “Producto oculto” was left out: it is hidden in the catalogue.",
    ]


def test_a_sale_counts_only_where_it_has_no_dates() -> None:
    found = read("woocommerce_de.csv").products
    assert (found["BAD"].price, found["BAD"].stock) == (Decimal(12), 0)
    assert found["REST"].price == 4


def test_an_apostrophe_before_a_formula_goes() -> None:
    assert read("woocommerce_de.csv").products["REST"].description == "=vom letzten Jahr"


def test_a_spanish_woocommerce_export_is_read() -> None:
    oil = read("woocommerce_es.csv").products["ACEITE"]
    assert (oil.title, oil.price, oil.stock) == ("Aceite de oliva", Decimal("14.95"), 40)
    assert oil.description == "Prensado en frío.\n\nVolumen: 750 ml"


def test_a_blank_line_a_bom_and_sixty_meta_columns_do_no_harm() -> None:
    found = read("woocommerce_en.csv")
    assert found.formats == ["woocommerce"]
    assert not any(column.startswith("Meta:") for column in found.taken[0].columns)
    pottery = found.products["WS-POT"]
    assert pottery.description == "An evening at the wheel.\n\nClay & firing included."
    assert (pottery.price, pottery.stock) == (Decimal(55), None)
    assert found.products["wc-302"].url == "https://books.example.com/glazes"


def test_etsys_listings_are_read_and_a_price_that_is_only_the_lowest_is_said_so() -> None:
    found = read("etsy.csv")
    moss, fern = found.products.values()
    assert (moss.id, moss.price, moss.currency, moss.stock) == ("MOSS-1", Decimal("24.50"), "GBP", 6)
    assert moss.description.endswith("twice a year & keep it out of the sun.")
    assert moss.tags == ("moss", "terrarium", "gift for her", "glass")
    assert (fern.title, fern.price) == ('Fern print "No. 3"', None)
    assert fern.description == "Printed on cotton paper.\n\nSize: A4, A3\nFrom 16.00 GBP"
    assert found.said == ["etsy.csv:6: this was left out: it has no title."]


def test_a_merchant_feed_in_xml_gives_its_items_and_not_what_lies_in_them() -> None:
    found = read("merchant.xml")
    assert found.products["ESP-250"] == Product(
        "ESP-250",
        "Espresso No. 1",
        "Dark, with chocolate.\n\nSize: 250 g",
        Decimal("8.90"),
        "EUR",
        tags=("Espresso",),
        image="https://roastery.example.com/espresso.jpg",
        url="https://roastery.example.com/espresso",
    )
    assert (found.products["FIL-1"].price, found.products["FIL-1"].stock) == (Decimal("9.50"), 0)
    assert found.said == [
        "merchant.xml:31: “NO-TITLE” was left out: it has no title.",
        "merchant.xml:35: “Hand mill” comes without its price: “on request” is no price such as 4.50 EUR.",
    ]


def test_a_merchant_feed_as_a_table_gives_the_regular_price_where_the_sale_has_dates() -> None:
    found = read("merchant.tsv")
    assert found.formats == ["merchant-feed"]
    assert (found.products["CUP"].price, found.products["CUP"].currency) == (Decimal(12), "EUR")


def test_a_feed_with_an_entity_bomb_is_refused_at_its_line() -> None:
    with pytest.raises(InputError, match=r"bomb\.xml:3: holds definitions of its own"):
        read("bomb.xml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<rss><channel><item><id>1</id>", "feed.xml:1: is no valid XML"),
        (b"<rss>\n<channel>\n</rss>", "feed.xml:3: is no valid XML"),
        (b"", "feed.xml:1: is no valid XML"),
        (b"<html><body/></html>", "feed.xml:1: is no product feed: it begins with <html>"),
        (b"<rss>\xff</rss>", "feed.xml:1: is no valid XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><rss/>', "feed.xml:1: is no valid XML"),
        (b"<rss><item><title>" + b"a" * 300_000 + b"</title></item></rss>", "feed.xml:1: “title” is too long"),
        (b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x.dtd"><rss>&x;</rss>', "feed.xml:1: "),
    ],
)
def test_what_is_no_feed_is_refused_in_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "feed.xml").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "feed.xml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_atom_feed_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_text(
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry>'
        '<g:id>A</g:id><title>Tea</title><link href="https://x.example.com/tea"/><g:price>3,50 EUR</g:price>'
        "</entry></feed>",
        encoding="utf-8",
    )
    tea = read(tmp_path / "feed.xml").products["A"]
    assert (tea.title, tea.price, tea.url) == ("Tea", Decimal("3.50"), "https://x.example.com/tea")


def test_a_format_that_is_named_must_fit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no shopify export: the column “handle” is missing"):
        read("etsy.csv", format="shopify")


def test_a_price_that_cannot_be_read_is_left_out_and_said(tmp_path: Path) -> None:
    with (IMPORTS / "shopify_new.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    rows[1][rows[0].index("Price")] = "nine"
    with (tmp_path / "odd.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    found = read(tmp_path / "odd.csv")
    assert found.products["beeswax-candle"].price is None
    assert "odd.csv:2: “Beeswax candle” comes without its price: “nine” is no price" in found.said[0]
