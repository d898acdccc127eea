"""Every list of phrases that comes along: each language hears when a human is called, and knows dismissive words from
kind ones; false friends alarm nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.phrases import DEFAULTS, Phrases

# person, complaint, abuse, ordinary lines, not helped, dismissive, fit to be said, greeting, thanks
SAID: dict[str, tuple[list[str], ...]] = {
    "fr": (
        ["Je veux parler à une vraie personne", "Je voudrais parler à Hana"],
        [
            "Mes œufs sont arrivés cassés",
            "Je n'ai toujours pas reçu ma commande",
            "je veux être remboursé",
            "très déçue",
        ],
        ["espèce d'idiot", "bot de merde"],
        [
            "Quelle est votre politique de remboursement ?",
            "Je n'ai pas besoin de remboursement",
            "Quand arrive ma commande ?",
            "Les œufs sont-ils frais ?",
        ],
        ["ça ne m'aide pas", "ce n'est pas ce que j'ai demandé", "Ce n'était pas ma question"],
        ["Comme je vous l'ai déjà dit, non.", "Ce n'est pas notre problème", "lisez nos conditions"],
        ["Je suis désolée, j'envoie une nouvelle boîte", "Envoyez-moi une photo"],
        ["Bonjour"],
        ["Merci beaucoup"],
    ),
    "it": (
        ["Vorrei parlare con una persona", "posso parlare con Hana?"],
        ["Le uova sono arrivate rotte", "Non ho ancora ricevuto il mio ordine", "voglio un rimborso", "molto delusa"],
        ["siete degli idioti", "vaffanculo"],
        [
            "Qual è la politica di rimborso?",
            "Non voglio un rimborso",
            "Quando arriva il mio ordine?",
            "Cosa succede se le uova sono rotte?",
        ],
        ["non mi aiuta", "non è quello che ho chiesto", "questo non mi è stato utile"],
        ["Come già detto, no.", "Non è un nostro problema", "legga i termini"],
        ["Mi dispiace molto, gliene mando altre", "Mi manda una foto?"],
        ["Ciao"],
        ["Grazie mille"],
    ),
    "de": (
        ["mit einem Menschen sprechen"],
        ["Eier sind kaputt angekommen"],
        ["du Idiot"],
        ["Wie lange haltbar?", "Ich brauche keine Erstattung", "Wie ist Ihre Rückgaberegelung?"],
        [
            "Das hat mir nicht geholfen",
            "das war nicht meine Frage",
            "Danach habe ich nicht gefragt",
            "Das hilft mir nicht weiter",
        ],
        ["Wie bereits gesagt, nein.", "Das ist nicht unser Problem", "Da können wir nichts machen", "selbst schuld"],
        ["Das tut mir sehr leid, ich schicke neue", "Wie viele sind kaputt?"],
        ["Guten Tag"],
        ["Danke"],
    ),
    "es": (
        ["quiero hablar con una persona"],
        ["los huevos llegaron rotos"],
        ["eres un idiota"],
        ["¿Cuál es la política de devoluciones?", "No quiero un reembolso"],
        ["eso no me ayuda", "no es lo que pregunté", "No me sirve"],
        ["Como ya le dije, no.", "No es nuestro problema", "no podemos hacer nada"],
        ["Lo siento mucho, le mando otros", "¿Cuántos están rotos?"],
        ["hola"],
        ["gracias"],
    ),
    "ja": (
        ["人と話したい"],
        ["卵が割れていました"],
        ["バカ野郎"],
        ["送料はいくらですか", "返金ポリシーはありますか"],
        ["それでは解決しません", "質問と違います", "答えになっていません"],
        ["先ほど申し上げた通りです", "当店の責任ではありません"],
        ["申し訳ありません、新しい箱をお送りします", "写真を送ってください"],
        ["こんにちは"],
        ["ありがとうございます"],
    ),
    "ko": (
        ["사람과 이야기하고 싶어요", "상담원 연결해 주세요", "하나 씨와 이야기하고 싶어요"],
        ["계란이 깨져서 왔어요", "주문한 상품이 아직도 안 왔어요", "환불해 주세요", "정말 실망했어요"],
        ["이 바보야", "꺼져"],
        ["환불 정책이 어떻게 되나요?", "환불은 필요 없어요", "배송비가 얼마예요?"],
        ["도움이 안 돼요", "제가 물어본 게 아니에요", "그게 아니라요"],
        ["이미 말씀드렸듯이 안 됩니다", "저희 책임이 아닙니다", "어쩔 수 없습니다"],
        ["정말 죄송합니다. 새 상자를 보내 드릴게요", "사진을 보내 주시겠어요?"],
        ["안녕하세요"],
        ["감사합니다"],
    ),
    "pt": (
        ["quero falar com uma pessoa", "posso falar com a Hana?"],
        [
            "Os ovos chegaram partidos",
            "os ovos chegaram quebrados",
            "Ainda não recebi a minha encomenda",
            "quero o meu dinheiro de volta",
        ],
        ["seus idiotas", "vai à merda"],
        ["Qual é a política de reembolso?", "Não quero um reembolso", "Quando chega a encomenda?"],
        ["isso não ajudou", "não foi isso que perguntei", "não me ajudou em nada"],
        ["Como já disse, não.", "O problema não é nosso", "leia os termos"],
        ["Lamento muito, envio outra caixa", "Pode enviar uma foto?"],
        ["Olá"],
        ["Muito obrigada"],
    ),
    "nl": (
        ["ik wil met een mens praten", "kan ik Hana spreken?"],
        [
            "De eieren zijn kapot aangekomen",
            "Mijn bestelling is nog steeds niet aangekomen",
            "ik wil mijn geld terug",
            "erg teleurgesteld",
        ],
        ["stelletje idioten", "rot op"],
        ["Wat is jullie retourbeleid?", "Ik hoef geen geld terug", "Hoe lang zijn eieren houdbaar?"],
        ["dat helpt niet", "dat is niet wat ik vroeg", "daar heb ik niks aan"],
        ["Zoals al gezegd, nee.", "Dat is niet ons probleem", "eigen schuld"],
        ["Het spijt me heel erg, ik stuur nieuwe", "Kunt u een foto sturen?"],
        ["Hallo"],
        ["Dank je wel"],
    ),
}


def phrases(language: str) -> Phrases:
    return Phrases.load(Path("no-such-shop"), [language], "하나" if language == "ko" else "Hana")


def test_the_lists_that_come_along_are_all_tried_here() -> None:
    assert {path.stem for path in DEFAULTS.glob("*.txt")} - {"en"} == set(SAID)


@pytest.mark.parametrize("language", SAID)
def test_each_language_knows_when_a_human_is_called(language: str) -> None:
    known = phrases(language)
    person, complaint, abuse, ordinary, no_help, *_ = SAID[language]
    assert [known.escalation(text) for text in person] == ["person"] * len(person)
    assert [known.escalation(text) for text in complaint] == ["complaint"] * len(complaint)
    assert [known.escalation(text) for text in abuse] == ["abuse"] * len(abuse)
    assert [text for text in ordinary if known.escalation(text)] == []
    assert [text for text in no_help if not known.found("didnt_help", text)] == []
    assert known.troubles(complaint[0])


@pytest.mark.parametrize("language", SAID)
def test_each_language_knows_dismissive_words_from_kind_ones(language: str) -> None:
    known = phrases(language)
    *_, dismissive, fit, greeting, thanks = SAID[language]
    assert [text for text in dismissive if not known.found("dismissive", text)] == []
    assert [text for text in fit if known.found("dismissive", text)] == []
    assert known.found("acknowledged", fit[0])
    assert (known.pleasantry(greeting[0]), known.pleasantry(thanks[0])) == ("greeting", "thanks")


def test_a_shops_own_headings_add_to_the_lists(tmp_path: Path) -> None:
    (tmp_path / "phrases").mkdir()
    words = "[didnt_help]\nthat was rubbish\n[dismissive]\nhens will be hens\n[alike feathers]\nfeathers\n"
    (tmp_path / "phrases" / "en.txt").write_text(words, encoding="utf-8")
    known = Phrases.load(tmp_path, ["en"])
    assert known.found("didnt_help", "that was rubish") == "that was rubish"
    assert known.found("dismissive", "Well, hens will be hens.") == "hens will be hens"
    assert known.same_complaint("feathers in the box", "I found a feathers thing") is True


def test_people_complain_of_the_same_across_languages() -> None:
    known = Phrases.load(Path("no-such-shop"), ["en", "de"])
    assert known.same_complaint("my eggs arrived broken", "Die Eier sind zerbrochen angekommen")
    assert not known.same_complaint("my eggs arrived broken", "Meine Bestellung ist nie angekommen")


def test_a_shops_own_phrase_is_known_in_the_singular_and_misspelt(tmp_path: Path) -> None:
    (tmp_path / "phrases").mkdir()
    (tmp_path / "phrases" / "en.txt").write_text("[complaint]\nshells on the eggs in the box\n", encoding="utf-8")
    known = Phrases.load(tmp_path, ["en"])
    assert known.escalation("a shell on the egg in the boxes") == "complaint"
    assert known.escalation("shlls on the eggs in the box") == "complaint"
    assert known.escalation("shelling on the eggs in the box") is None
