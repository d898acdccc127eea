"""Questions and answers out of web pages, help centres and other bots."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.entry import Entry, Product
from knowledge.errors import InputError
from knowledge.importers import jsonld
from knowledge.importers.html_text import text_of
from knowledge.importers.json_stream import elements
from tests.knowledge.importers.imports import read


def test_a_saved_page_gives_its_questions_and_its_products() -> None:
    found = read("faq.html")
    assert list(found.entries.values()) == [
        Entry(
            "faq-how-long-does-coffee-stay-fresh",
            ("How long does coffee stay fresh?",),
            "Six weeks as beans.\n\nSee [our notes](https://roastery.example.com/fresh).",
            language="en",
        ),
        Entry(
            "faq-do-you-grind-it-for-me",
            ("Do you grind it for me?",),
            "Yes: tell us how you brew & we grind it.",
            language="en",
        ),
    ]
    assert found.products["MILL"] == Product(
        "MILL", "Hand mill", "Steel burrs.", Decimal(49), "EUR", 0, image="https://roastery.example.com/mill.jpg"
    )
    assert (found.products["KET"].price, found.products["KET"].description) == (None, "From 39.5 to 59 EUR")


def test_what_a_page_says_without_an_answer_or_in_broken_json_is_left_out_with_its_line() -> None:
    assert read("faq.html").said == [
        "faq.html:6: “Is there an answer?” was left out: it has no answer.",
        "faq.html:35: this was left out: this block is no valid JSON (expecting value).",
    ]


def test_a_group_of_products_is_one_with_its_kinds(tmp_path: Path) -> None:
    kind = {"@type": "Product", "name": "Red", "offers": {"price": "5", "priceCurrency": "EUR"}}
    group = {
        "@type": "ProductGroup",
        "name": "Bowl",
        "productGroupID": "B",
        "hasVariant": [kind, kind | {"name": "Blue"}],
    }
    (tmp_path / "bowl.json").write_text(json.dumps({"@graph": [group]}), encoding="utf-8")
    bowl = read(tmp_path / "bowl.json").products["B"]
    assert (bowl.price, bowl.description) == (Decimal(5), "Red, Blue")


@pytest.mark.parametrize("content", ["<html></html>", "", "{}", '{"@type": "Thing"}', "[" * 100_000])
def test_a_page_without_any_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="holds no question with its answer and no product"):
        read(tmp_path / "page.html")


def test_a_page_of_any_length_but_the_longest_is_read_and_that_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text("<script " * 50_000, encoding="utf-8")
    with pytest.raises(InputError, match="holds no question"):
        read(tmp_path / "page.html")
    monkeypatch.setattr(jsonld, "LARGEST", 1000)
    with pytest.raises(InputError, match="is larger than any saved page"):
        read(tmp_path / "page.html")


def test_zendesk_articles_become_entries_and_one_that_only_some_may_read_a_draft() -> None:
    found = read("zendesk.json")
    assert found.entries["zendesk-360001"] == Entry(
        "zendesk-360001",
        ("How do I return something?",),
        "Within 14 days:\n\n1. Write to us\n2. Send it back",
        ("returns", "refund"),
        "en",
    )
    assert found.entries["zendesk-360002"].mode == "draft"
    assert found.said == [
        "zendesk.json:43: “Not finished” was left out: it is a draft.",
        "zendesk.json:52: “Only a picture” was left out: it has no text.",
    ]


ARTICLE = {"id": 1, "title": "Where?", "body": "<p>Here.</p>", "locale": "de"}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([ARTICLE]),
        json.dumps({"data": {"links": {"next": None}, "articles": [ARTICLE]}}),
        json.dumps(ARTICLE) + "\n" + json.dumps(ARTICLE | {"id": 2}) + "\n",
        json.dumps({"articles": [ARTICLE]}) + "\n" + json.dumps({"articles": [ARTICLE | {"id": 2}]}),
        "\ufeff" + json.dumps([ARTICLE], indent=4),
    ],
)
def test_articles_come_in_every_wrapping_that_the_api_and_its_users_make(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    entry = read(tmp_path / "a.json").entries["zendesk-1"]
    assert (entry.questions, entry.answer, entry.language) == (("Where?",), "Here.", "de")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ('{"articles": [\n{"title": "a", "body": "b"},\n{"title": ', "a.json:3: is no valid JSON"),
        ('{"articles": [{"title": "a", "body": "b"}]', "is no valid JSON (the object has no end)"),
        ("[1]", "a.json:1: is no Zendesk article"),
        ('[{"x": 1}]', "is no Zendesk article"),
        ("hello", "a list or an object was expected"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a" 1}', "a : is missing"),
    ],
)
def test_json_that_is_broken_or_foreign_is_refused_at_its_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "a.json", format="zendesk")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5), st.integers(1, 40))
def test_a_list_is_read_alike_however_the_pieces_of_the_file_fall(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], piece: int
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps({"count": len(bodies), "articles": bodies, "next": [1, {"x": "]"}]}), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("knowledge.importers.json_stream._PIECE", piece)
        assert [value for value, _ in elements(path, "articles")] == bodies


def test_a_rasa_bot_gives_its_intents_with_the_response_that_answers_them() -> None:
    found = read("rasa")
    assert list(found.entries.values()) == [
        Entry(
            "ask_opening",
            ("when are you open", "are you open on Saturday", "what are your hours on sunday"),
            "From nine to six, every day but Sunday.",
        ),
        Entry(
            "faq/parking",
            ("can I park near you?", "is there parking"),
            "Yes, behind the house.\n\nIt is free for an hour.",
        ),
    ]
    assert found.said == [
        "rasa/data/nlu.yml:18: “greet” was left out: its response needs a value, {name}.",
        "rasa/data/nlu.yml:21: “show_picture” was left out: “utter_picture” has no text that fits every chat.",
        "rasa/data/nlu.yml:24: “unanswered” was left out: there is no response “utter_unanswered”.",
    ]


def test_the_files_of_a_rasa_bot_can_be_named_one_by_one() -> None:
    assert "faq/parking" in read("rasa/data/nlu.yml", "rasa/domain.yml").entries
    with pytest.raises(InputError, match="holds no intents with examples"):
        read("rasa/domain.yml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nlu:\n- intent: a\n  examples: &x |\n    - b\n- intent: b\n  examples: *x\n", "nlu.yml:6: has references"),
        ("nlu:\n  - intent: [\n", "nlu.yml:3: is no valid YAML"),
        ("nlu: " + "[" * 5000, "nested too deeply"),
        ("nlu:\n- intent: 'a\n", "is no valid YAML"),
    ],
)
def test_training_data_that_cannot_be_read_is_refused_at_its_line(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "nlu.yml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(tmp_path / "nlu.yml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain  text, 3 < 4 & 5 > 2", "plain  text, 3 < 4 & 5 > 2"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br/>b<br>c", "a\nb\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n\n  - b\n\n- c"),
        ("<script>alert(1)</script>Hi<style>p{}</style>", "Hi"),
        ("<b>x</b> &amp; &lt;y&gt;", "x & <y>"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="https://e.com/a_(b)">x</a>', "[x](https://e.com/a_(b%29)"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("<svg><title>x</title></svg>after", "after"),
        ("\0<p>\ud800a</p>", "a"),
    ],
)
def test_html_is_cleaned_to_text(markup: str, text: str) -> None:
    assert text_of(markup) == text


@given(st.text())
def test_cleaning_never_fails_and_is_done_once(markup: str) -> None:
    text_of(markup)
    assert "<script" not in text_of("<div>" + markup.replace("<", "") + "<script>x</script></div>")
