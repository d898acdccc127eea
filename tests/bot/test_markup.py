"""Markdown as merchants write it becomes words and formatting; what people wrote is never read as markup."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.markup import fill, from_markdown, quoted
from bot.messages import Span, Text, styled

TABLE: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("plain words", "plain words", []),
    ("**bold** and *soft*", "bold and soft", [("bold", "bold"), ("italic", "soft")]),
    ("***both***", "both", [("italic", "both"), ("bold", "both")]),
    ("~~gone~~", "gone", [("strike", "gone")]),
    ("Type `a * b`!", "Type a * b!", [("code", "a * b")]),
    ("[our shop](https://example.org/a_b)", "our shop", [("link https://example.org/a_b", "our shop")]),
    ("[a [b] c](https://example.org)", "a [b] c", [("link https://example.org", "a [b] c")]),
    ("**[x](https://example.org)**", "x", [("bold", "x"), ("link https://example.org", "x")]),
    ("# Hours\n\nAlways", "Hours\n\nAlways", [("bold", "Hours")]),
    ("- one\n- two", "• one\n• two", []),
    ("3. one\n4. two", "3. one\n4. two", []),
    ("- one\n  - inner\n- two", "• one\n    • inner\n• two", []),
    ("- one\n\nafter", "• one\n\nafter", []),
    ("first\nsecond\n\nthird", "first\nsecond\n\nthird", []),
    ("> said\n> so\n\nI know", "said\nso\n\nI know", [("quote", "said\nso")]),
    ("```\na  b\n```\n\nafter", "a  b\n\nafter", [("code", "a  b")]),
    ("![a hen](images/hen.png) here", "a hen here", []),
    ("3 < 4 & <b>x</b> &amp; so", "3 < 4 & <b>x</b> & so", []),
    ("snake_case_word 2*3*4", "snake_case_word 234", [("italic", "3")]),
    (r"\*not soft\*", "*not soft*", []),
    ("above\n\n---\n\nbelow", "above\n\n———\n\nbelow", []),
    ("  \n \n", "", []),
    ("たまごは**新鮮**です", "たまごは新鮮です", [("bold", "新鮮")]),
    ("👩‍👩‍👧 **so**", "👩‍👩‍👧 so", [("bold", "so")]),
    ("javascript: [x](javascript:alert(1))", "javascript: [x](javascript:alert(1))", []),
]


@pytest.mark.parametrize("markdown, plain, formatting", TABLE, ids=[row[0] for row in TABLE])
def test_markdown_becomes_words_and_formatting(markdown: str, plain: str, formatting: list[tuple[str, str]]) -> None:
    text = from_markdown(markdown)
    assert text.plain == plain
    found = [(f"{s.kind} {s.url}".strip(), text.plain[s.start : s.start + s.length]) for s in text.spans]
    assert sorted(found) == sorted(formatting)


pieces = st.sampled_from(
    [
        "**",
        "*",
        "_",
        "~~",
        "`",
        "```\n",
        "[",
        "](",
        ")",
        "![",
        "> ",
        "- ",
        "1. ",
        "# ",
        "\n",
        "\n\n",
        "    ",
        "---",
        "a",
    ]
)


def within_bounds(text: Text) -> bool:
    """Whether each formatting covers something, and nothing beyond the words."""
    return all(s.start >= 0 and s.length > 0 and s.start + s.length <= len(text.plain) for s in text.spans)


@given(st.text(max_size=60) | st.lists(pieces | st.text(max_size=3), max_size=25).map("".join))
@example("> - > - **a**\n>\n> 1. ```")
@example("**\n\n*a* \n**")
def test_any_markdown_is_read_and_its_formatting_lies_within_the_words(markdown: str) -> None:
    text = from_markdown(markdown)
    assert within_bounds(text)
    assert text.plain == text.plain.rstrip()


@given(st.text(st.characters(categories=["L", "N"]), max_size=40))
def test_words_without_markup_stay_as_they_are(words: str) -> None:
    assert from_markdown(words) == Text(words)


# Our own sentences, filled.


def test_a_value_keeps_its_own_formatting_and_takes_on_that_of_its_place() -> None:
    filled = fill(from_markdown("Ask **{owner}** about {what}."), {"owner": "Hana", "what": styled("italic", "eggs")})
    assert filled.plain == "Ask Hana about eggs."
    assert sorted(filled.spans, key=lambda s: s.start) == [Span("bold", 4, 4), Span("italic", 15, 4)]


@given(st.text(max_size=20), st.text(max_size=20))
@example("{b}", "{a}")
@example("**x** [y](z)", "<b>&amp;")
@example("", "")
def test_a_value_is_never_read_as_markup_or_as_a_place(first: str, second: str) -> None:
    filled = fill(from_markdown("**{a}** and {b}, again {a}"), {"a": first, "b": second})
    assert filled.plain == f"{first} and {second}, again {first}"
    assert filled.spans == ((Span("bold", 0, len(first)),) if first else ())


def test_a_place_without_a_value_is_told() -> None:
    with pytest.raises(KeyError, match="owner"):
        fill(Text("Ask {owner}"), {})


@given(st.lists(st.sampled_from(["{a}", "{b}", "x", " "]), max_size=8).map("".join), st.text(max_size=5), st.data())
def test_formatting_around_places_stays_around_their_values(template: str, value: str, data: st.DataObject) -> None:
    styled_template = styled("bold", template) + " tail"
    filled = fill(styled_template, {"a": value, "b": data.draw(st.text(max_size=3))})
    assert within_bounds(filled)
    bold = filled.plain.removesuffix(" tail")
    assert filled.spans == ((Span("bold", 0, len(bold)),) if bold else ())


@pytest.mark.parametrize("words", ["*a* {b}", "> x", "<b>"])
def test_a_quotation_is_the_very_words(words: str) -> None:
    assert quoted(words) == quoted(Text(words)) == Text(words, (Span("quote", 0, len(words)),))
    assert quoted("") == Text()
