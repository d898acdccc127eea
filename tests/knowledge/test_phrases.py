from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import InputError
from knowledge.phrases import DEFAULTS, HALF_READ, Phrases

LANGUAGES = ("en", "de", "es", "ja")


@cache
def packaged(*languages: str, owner: str = "Hana") -> Phrases:
    return Phrases.load(Path("no-such-shop"), languages or LANGUAGES, owner_name=owner)


def shop_with(folder: Path, text: str, name: str = "en.txt") -> Path:
    (folder / "phrases").mkdir(exist_ok=True)
    (folder / "phrases" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a human",
        "can I speak to Hana",
        "Could I please speak to a real person?",
        "get me a human!!",
        "i want to tlak to a humna",
        "I don't want to talk to a bot",
        "Human please!",
        "Hana?",
        "No, that's not it. Let me talk to the owner.",
        "why can't I talk to a human",
        "人と話したい",
        "スタッフの方ではなく、Hanaさんと話したいです",
        "担当者とお話しできますか",
        "Ich möchte bitte mit einem Menschen sprechen.",
        "kann ich mit Hana reden?",
        "warum kann ich nicht mit einem Menschen sprechen",
        "ich moechte mit einer echten Person sprechen",
        "Quiero hablar con una persona",
        "¿Puedo hablar con Hana?",
    ],
)
def test_who_asks_for_a_person_is_heard(text: str) -> None:
    assert packaged().escalation(text) == "person"


@pytest.mark.parametrize(
    "text",
    [
        "my eggs arrived broken",
        "My eggs arived brokn :(",
        "this is a scam, I want my money back",
        "I'd like a refund please",
        "my order never arrived",
        "I still haven't received my parcel",
        "two eggs were cracked, and half of the eggs are rotten",
        "very disappointed",
        "卵が割れていました",
        "荷物がまだ届きません",
        "Meine Eier sind zerbrochen angekommen",
        "Das Paket ist immer noch nicht angekommen!",
        "los huevos llegaron rotos",
        "No he recibido mi pedido",
    ],
)
def test_a_complaint_is_heard(text: str) -> None:
    assert packaged().escalation(text) == "complaint"


@pytest.mark.parametrize("text", ["you idiots", "Fuck you!", "stupid bot", "du Idiot", "eres un idiota", "バカ野郎"])
def test_abuse_is_heard(text: str) -> None:
    assert packaged().escalation(text) == "abuse"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "is there a person on the photo of the eggs?",
        "do you sell human-grade chicken feed",
        "my order arrived, thanks!",
        "what is your refund policy?",
        "I don't want to talk to a human",
        "no need to, I do not want to speak to a person",
        "What if my eggs arrive broken?",
        "what happens if an egg is broken",
        "are cracked eggs safe to eat?",
        "can I get my money back if they break?",
        "is there a risk of salmonella",
        "where is my order?",
        "have you received my order",
        "Does the hand soap suit humans",
        "Is Hana a common name in Japan?",
        "Hi Hana!",
        "hi Hana, I have a quick question",
        "送料はいくらですか",
        "卵は一人でいくつ買えますか",
        "Wie lange sind die Eier haltbar?",
        "No quiero hablar con una persona",
        "Ich möchte nicht mit einem Menschen sprechen",
        "¿Qué pasa si el paquete está roto?",
    ],
)
def test_an_ordinary_line_alarms_nobody(text: str) -> None:
    assert packaged().escalation(text) is None


def test_a_person_goes_before_a_complaint_and_a_complaint_before_abuse() -> None:
    assert packaged().escalation("you idiots, my eggs arrived broken") == "complaint"
    assert packaged().escalation("you idiots, my eggs arrived broken, let me talk to a human") == "person"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hi, good morning!", "greeting"),
        ("hiiii", "greeting"),
        ("How are you?", "greeting"),
        ("hi Hana", "greeting"),
        ("👋", "greeting"),
        ("こんにちは", "greeting"),
        ("Guten Tag", "greeting"),
        ("buenos días", "greeting"),
        ("thanks a lot 🙏", "thanks"),
        ("ok great, thank you so much!", "thanks"),
        ("Thankssss :)", "thanks"),
        ("thank yuo very mcuh", None),
        ("thnaks Hana!", "thanks"),
        ("no thanks", "thanks"),
        ("ありがとう", "thanks"),
        ("はい、わかりました。ありがとうございました！", "thanks"),
        ("Vielen Dank für die schnelle Antwort", "thanks"),
        ("¡Muchas gracias por su ayuda!", "thanks"),
        ("bye, see you tomorrow", "goodbye"),
        ("thanks, have a nice day!", "goodbye"),
        ("👍", "fine"),
        ("👍🏽👍🏽", "fine"),
        ("ok 🐓", "fine"),
        ("alles klar", "fine"),
        ("I have a question", "opener"),
        ("quick question", "opener"),
        ("Hello, can I ask you something?", "opener"),
        ("質問があります", "opener"),
        ("Hallo, ich hätte eine Frage", "opener"),
        ("hola, tengo una pregunta", "opener"),
    ],
)
def test_a_line_that_is_only_polite_is_named(text: str, kind: str | None) -> None:
    assert packaged().pleasantry(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "!!!",
        "🚜",
        "hi, do you ship to Germany",
        "I have a question about shipping",
        "thanks, and how much is the tray?",
        "my order arrived, thanks!",
        "is it good",
        "ok?",
        "great?",
        "please",
        "Hana",
        "water",
        "cheese?",
        "thanks 5",
        "thanks https://eggs.example",
        "質問があります。送料はいくらですか",
        "ありがとう、でも送料は",
        "hi " * 41,
    ],
)
def test_a_line_with_more_in_it_is_not_only_polite(text: str) -> None:
    assert packaged().pleasantry(text) is None


def test_only_the_shops_languages_are_heard() -> None:
    assert packaged("de").escalation("quiero hablar con una persona") is None
    assert packaged("es").escalation("quiero hablar con una persona") == "person"


def test_a_region_means_its_language_and_an_unknown_language_falls_back_to_english() -> None:
    assert packaged("de-AT").pleasantry("Servus") == "greeting"
    assert packaged("xx").pleasantry("hello") == "greeting"


def test_without_an_owners_name_nothing_is_asked_by_name() -> None:
    nameless = packaged("en", "ja", owner="")
    assert nameless.escalation("can I speak to Hana") is None
    assert nameless.escalation("人と話したい") == "person"


def test_an_owner_is_known_by_the_whole_name_and_by_the_first() -> None:
    phrases = packaged("en", owner="Hana Sato")
    assert phrases.escalation("can I speak to Hana Sato") == "person"
    assert phrases.escalation("can I speak to Hana") == "person"
    assert phrases.escalation("can I speak to Sato") is None


def test_a_shops_phrases_add_to_those_that_come_along(tmp_path: Path) -> None:
    text = "# ours\n[Complaint]\nsmells of the barn\nsalmonella\n\n[person]\n= farm gate\n[thanks]\nbless you\n"
    phrases = Phrases.load(shop_with(tmp_path, text), ["en"])
    assert phrases.escalation("The parcel smells of the barn.") == "complaint"
    assert phrases.escalation("I caught salmonela") == "complaint"
    assert phrases.escalation("my eggs arrived broken") == "complaint"
    assert phrases.escalation("farm gate please") == "person"
    assert phrases.escalation("is the farm gate open") is None
    assert phrases.pleasantry("Bless you!") == "thanks"


def test_a_shops_file_in_a_language_that_does_not_come_along_counts_too(tmp_path: Path) -> None:
    phrases = Phrases.load(shop_with(tmp_path, "[person]\nparler à (un|une) humain\n", "fr.txt"), ["en"])
    assert phrases.escalation("Je veux parler a un humain") == "person"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[person]\nhello there\n[persons]\n",
            ":3: “[persons]” is no heading that is known. Use [person], [complaint]",
        ),
        ("\ntalk to me\n", ":2: this phrase stands above the first heading."),
        ("[person]\n?!\n", ":2: “?!” has no words in it."),
        ("[person]\n" + "(a|b|c|d|e|f|g|h|i|j)" * 5 + "\n", ":2: this phrase has brackets that give too many forms."),
        ("[person]\n" + "(" * 5000 + "a\n", ":2: this phrase has brackets that give too many forms."),
    ],
)
def test_what_is_wrong_with_a_shops_phrases_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        Phrases.load(shop_with(tmp_path, text), ["en"])
    assert str(caught.value).removeprefix(str(tmp_path / "phrases" / "en.txt")).startswith(said)


def test_a_wrong_encoding_of_a_shops_phrases_is_told(tmp_path: Path) -> None:
    (shop_with(tmp_path, "") / "phrases" / "de.txt").write_bytes("[person]\nschön\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"de\.txt:2: is not UTF-8"):
        Phrases.load(tmp_path, ["de"])


def test_a_bracket_of_a_smiley_harms_nothing(tmp_path: Path) -> None:
    phrases = Phrases.load(shop_with(tmp_path, "[complaint]\nmy poor hens :(\nsad (very) day)\n"), ["en"])
    assert phrases.escalation("oh my poor hens :(") == "complaint"
    assert phrases.escalation("a sad very day") == "complaint"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_that_comes_along_is_both_polite_and_an_alarm(language: str) -> None:
    phrases, heading = packaged(language), ""
    for line in (DEFAULTS / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line
        elif heading in ("[greeting]", "[thanks]", "[goodbye]", "[fine]", "[opener]") and "(" not in line:
            assert phrases.escalation(line) is None, line


def test_a_call_at_the_end_of_a_very_long_message_is_heard() -> None:
    assert packaged().escalation("the hens are lovely " * HALF_READ + "I want to talk to a human") == "person"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    packaged().escalation(text)
    packaged().pleasantry(text)


@pytest.mark.parametrize(
    ("language", "words", "other"),
    [
        ("en", "Please stop", "Where does the bus stop?"),
        ("de", "Abmelden!", "Kann ich mich hier für den Kurs abmelden?"),
        ("es", "baja", "¿La maleza es baja?"),
        ("fr", "arrêtez", "Arrêtez-vous à Lyon ?"),
        ("it", "basta", "Quanto basta per due?"),
        ("nl", "uitschrijven", "Kan ik me uitschrijven voor de cursus?"),
        ("pt", "parar", "Onde posso parar o carro?"),
        ("ja", "配信停止", "停止中の商品はいつ届きますか"),
        ("ko", "수신거부", "그만 사고 싶은 것이 있어요"),
    ],
)
def test_the_word_stop_counts_in_each_language_where_it_is_all_that_is_said(
    tmp_path: Path, language: str, words: str, other: str
) -> None:
    phrases = Phrases.load(tmp_path, [language])
    assert phrases.found("stop", words)
    assert not phrases.found("stop", other)
