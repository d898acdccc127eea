from __future__ import annotations

import pytest

from knowledge import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you SHIP to Germany??", "do you ship to germany"),
        ("ｄｏ　ｙｏｕ ship to Germany", "do you ship to Germany"),
        ("do\u200b you\u200e ship to Ger\u00admany", "do you ship to germany"),
        ("do you ship to Germany 😀🥚", "do you ship to germany"),
        ("do you ship to Germany https://eggs.example/a?b=1", "do you ship to germany"),
        ("sooooo fresh", "soo fresh"),
        ("Café", "cafe"),
        ("GRÖSSE", "größe"),
        ("أين إلى", "اين الى"),
        ("I don’t know", "i don't know"),
    ],
)
def test_lines_that_a_person_reads_alike_are_read_alike(one: str, other: str) -> None:
    assert words.read(one) == words.read(other)


def test_numbers_sizes_and_part_numbers_survive_as_written() -> None:
    assert words.read("1000 eggs, 3.50 or 12:30, size 42, XL2") == [
        *("1000", "eggs", "3.50", "or", "12:30", "size", "42", "xl2")
    ]


def test_repeated_digits_are_not_shortened_as_letters_are() -> None:
    assert words.read("10000") != words.read("100")


def test_an_accent_counts_word_for_word_though_not_for_comparison() -> None:
    assert words.strict("Café?") != words.strict("Cafe?")
    assert words.normalise("Café?") == words.normalise("Cafe?")


def test_word_for_word_leaves_out_case_width_spaces_and_outer_punctuation_only() -> None:
    assert words.strict("  How  FRESH are they?! ") == words.strict("how fresh are they")
    assert words.strict("C++ or C#?") != words.strict("C or C?")


def test_a_line_of_nothing_but_punctuation_stays_itself() -> None:
    assert words.strict("???") == "???"


def test_vowel_signs_of_india_stay_within_their_word() -> None:
    assert len(words.read("नमस्ते क्या")) == 2


@pytest.mark.parametrize("run", ["卵は冷蔵ですか", "สวัสดีครับ"])
def test_a_script_without_spaces_falls_into_overlapping_pairs(run: str) -> None:
    (token,) = words.read(run)
    assert words.is_unspaced(token)
    assert words.terms(token) == [token[i : i + 2] for i in range(len(token) - 1)]


def test_a_korean_word_counts_whole_and_by_pairs() -> None:
    assert words.terms("얼마예요") == ["얼마예요", "얼마", "마예", "예요"]


def test_a_number_has_no_pieces_so_that_12_is_not_like_120() -> None:
    assert not set(words.grams("12")) & set(words.grams("120"))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Do you ship to Germany? How fresh are they?", ["Do you ship to Germany?", "How fresh are they?"]),
        ("卵は冷蔵ですか？いくらですか？", ["卵は冷蔵ですか？", "いくらですか？"]),
        ("هل تشحنون؟ كم السعر الان؟", ["هل تشحنون؟", "كم السعر الان؟"]),
        ("Do you ship? Really?", []),
        ("Do you ship to Germany???", []),
        ("I live in Berlin. Do you ship there?", []),
        ("Hello! Is it open? I need eggs.", []),
    ],
)
def test_a_line_is_split_where_two_questions_of_two_words_are_asked(line: str, parts: list[str]) -> None:
    assert words.questions(line) == parts


def test_what_is_said_between_two_questions_stays_with_the_second() -> None:
    assert words.questions("Do you ship abroad? Hm? How long does it take?")[1] == "Hm? How long does it take?"


@pytest.mark.parametrize("piece", ["wxyz ", "あ", "\u200b", "a? b c? ", "\u202eabc ", "x@", "ﷺ", "\ud800"])
def test_a_megabyte_is_read_in_part(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert len(words.read(text)) <= words.TOKENS_AT_MOST
    assert len(words.strict(text)) <= words.READ_AT_MOST * 20
    assert len(words.questions(text)) <= words.PARTS_AT_MOST
    assert len(words.sentences(text)) <= words.PARTS_AT_MOST + 1
