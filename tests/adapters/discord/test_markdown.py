"""Neutral text to Discord's Markdown and back: nothing is lost, nothing formats by accident, nobody is pinged."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.discord.markdown import ADDRESS, JOINER, to_discord
from bot.adapters.discord.reading import from_discord
from bot.messages import Span, SpanKind, Text, styled

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

SIGNS = [
    *"*_~|`\\<>[]()#-@:!.1\n  ab",
    *("**", "__", "~~", "||", "```", "\n> ", "\n- ", "\n# ", "\n1. ", "\n• ", "@everyone", "<@12>", "<#5>", "<:a:1>"),
    *("<t:1>", "[x](https://e.org)", "https://a.example/b_c*d", "👩\u200d🚀", "🥚", "é", "אם", ":hen:", "¯\\_(ツ)_/¯"),
]
PLAIN = st.lists(
    st.one_of(st.sampled_from(SIGNS), st.characters(codec="utf-8", exclude_characters=f"{JOINER}\r\x00")),
    min_size=1,
    max_size=30,
).map("".join)
BARE = re.compile(rf"(?m)^ *•|{ADDRESS.pattern}")
INLINE: tuple[SpanKind, ...] = ("bold", "italic", "strike", "spoiler")


def meaning(text: Text) -> tuple[str, list[set[str]]]:
    """The words, and the formatting of each sign that can be seen. Bullets and addresses bear none on Discord."""
    styles: list[set[str]] = [set() for _ in text.plain]
    for span in text.spans:
        for at in range(max(0, span.start), min(span.start + span.length, len(text.plain))):
            styles[at].add(f"{span.kind} {span.url}".strip())
    bare = {at for found in BARE.finditer(text.plain) for at in range(*found.span())}
    return text.plain, [s for at, s in enumerate(styles) if at not in bare and not text.plain[at].isspace()]


@st.composite
def styled_texts(draw: st.DrawFn) -> Text:
    """Words in styles that may overlap in any way."""
    plain = draw(PLAIN)
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(plain) - 1))
        kind = draw(st.sampled_from(INLINE))
        spans.append(Span(kind, start, draw(st.integers(1, len(plain) - start))))
    return Text(plain, tuple(spans))


@CALM
@given(PLAIN)
def test_plain_words_survive_the_way_to_discord_and_back_without_any_formatting(plain: str) -> None:
    assert from_discord(to_discord(Text(plain))) == Text(plain)


@CALM
@given(styled_texts())
def test_words_in_styles_survive_the_way_to_discord_and_back(text: Text) -> None:
    assert meaning(from_discord(to_discord(text))) == meaning(text)


BLOCKS = st.sampled_from(("code", "quote", "link", "spoiler", "bold"))
WORDS = st.text(st.sampled_from("ab* _`~|\\<@é🥚"), min_size=1, max_size=8).map(str.strip).filter(bool)


@CALM
@given(st.lists(st.tuples(BLOCKS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=5))
def test_code_quotes_and_links_survive_the_way_to_discord_and_back(parts: list[tuple[SpanKind, list[str]]]) -> None:
    text = Text()
    for kind, lines in parts:
        words = " ".join(lines) if kind == "link" else "\n".join(lines)
        text = text + ("\n\n" if text else "")
        text = text + styled(kind, words, "https://example.org/a?b=c" if kind == "link" else "")
    assert meaning(from_discord(to_discord(text))) == meaning(text)


@CALM
@given(st.text(max_size=300) | PLAIN)
def test_no_words_whatever_break_the_reading(markdown: str) -> None:
    read = from_discord(markdown)
    for span in read.spans:
        assert span.start >= 0 and span.length > 0 and span.start + span.length <= len(read.plain)


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (Text("5 * 3 < 20 & a_b ~5 | `x`"), r"5 \* 3 < 20 & a\_b ~5 | \`x\`"),
        (Text("I <3 eggs"), "I <3 eggs"),
        (Text("# a\n- b\n> c\n1. d"), "\\# a\n\\- b\n\\> c\n1\\. d"),
        (Text("• eggs\n    • brown"), "- eggs\n  - brown"),
        (Text("see https://e.org/a_b*c."), "see <https://e.org/a_b*c>."),
        (styled("bold", "Ana"), "**Ana**"),
        (styled("bold", " Ana "), " **Ana** "),
        (styled("italic", "Ana") + "s", f"_Ana_{JOINER}s"),
        (styled("spoiler", "it's Ben|"), f"||it's Ben|{JOINER}||"),
        (styled("code", "a`b"), "``a`b``"),
        (styled("code", "a\n  b"), "```\na\n  b\n```"),
        (styled("quote", "two\nlines") + "\nafter", "> two\n> lines\nafter"),
        (Text("Ana: ") + styled("quote", "eggs?") + " she said", "Ana: \n> eggs?\n she said"),
        (styled("link", "the shop", "https://e.org/a(b)"), "[the shop](https://e.org/a%28b%29)"),
        (styled("link", "[1]", "https://e.org"), "\\[1] (<https://e.org>)"),
        (styled("link", "write", "mailto:a@e.org"), "write (mailto:a@e.org)"),
        (styled("link", "https://e.org", "https://e.org/"), "<https://e.org>"),
        (styled("mention", "@ana"), "@ana"),
    ],
)
def test_neutral_text_is_said_in_discords_own_marks(text: Text, markdown: str) -> None:
    assert to_discord(text) == markdown


@pytest.mark.parametrize("words", ["@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>"])
def test_nobody_is_pinged_by_what_somebody_wrote(words: str) -> None:
    said = to_discord(Text(f"Hello {words}!"))
    assert not re.search(r"@(everyone|here|[!&]?[0-9])", said)
    assert from_discord(said) == Text(f"Hello {words}!")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**b** *i*", Text("b i", (Span("bold", 0, 1), Span("italic", 2, 1)))),
        ("_i_ ~~s~~", Text("i s", (Span("italic", 0, 1), Span("strike", 2, 1)))),
        ("***both***", Text("both", (Span("italic", 0, 4), Span("bold", 0, 4)))),
        ("__under__", Text("under")),
        ("||hidden||", styled("spoiler", "hidden")),
        ("`a*b*`", styled("code", "a*b*")),
        ("```py\nx = 1\n```", styled("code", "x = 1")),
        ("[shop](https://e.org)", styled("link", "shop", "https://e.org")),
        ("[shop](<https://e.org/a(b)>)", styled("link", "shop", "https://e.org/a(b)")),
        ("[no link](e.org)", Text("[no link](e.org)")),
        ("<https://e.org/a_b_>", Text("https://e.org/a_b_")),
        ("https://e.org/a_b_c", Text("https://e.org/a_b_c")),
        ("> one\n> two\nthree", styled("quote", "one\ntwo") + "\nthree"),
        (">>> one\ntwo", styled("quote", "one\ntwo")),
        (">no quote", Text(">no quote")),
        ("# Big\nsmall", styled("bold", "Big") + "\nsmall"),
        ("-# small print", Text("small print")),
        ("- a\n  - b\n* c", Text("• a\n    • b\n• c")),
        ("1. a\n2. b", Text("1. a\n2. b")),
        ("<:hen:123> <a:run:5>", Text(":hen: :run:")),
        ("<#5> </close:7> <id:guide>", Text("#channel /close #guide")),
        ("<t:1700000000>", Text("2023-11-14 22:13 UTC")),
        ("<t:1700000000:t> <t:1700000000:D>", Text("22:13 UTC 2023-11-14")),
        ("<t:999999999999999>", Text("<t:999999999999999>")),
        (r"\*stars\* and \\", Text("*stars* and \\")),
        ("snake_case_name 2*3*4", Text("snake_case_name 234", (Span("italic", 17, 1),))),
        ("¯\\_(ツ)_/¯", Text("¯\\_(ツ)_/¯")),
        ("* * *", Text("• * *")),
        ("**open", Text("**open")),
    ],
)
def test_discords_marks_are_read_as_discord_shows_them(markdown: str, text: Text) -> None:
    assert from_discord(markdown) == text


def test_who_is_mentioned_is_named() -> None:
    read = from_discord("<@11> and <@!12>, <@13>", {"11": "Ana", "12": "Ben"})
    assert read.plain == "@Ana and @Ben, @someone"
    assert {span.kind for span in read.spans} == {"mention"}


def test_marks_within_marks_without_end_are_read_to_some_depth() -> None:
    deep = "".join("*_"[n % 2] for n in range(400))
    assert from_discord(f"{deep}x{deep[::-1]}").plain.count("x") == 1
