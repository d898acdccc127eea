"""The words that a question about any product or any entry may hold: they ask, and say nothing of what is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from knowledge import words

# What may stand beside a product's name in a question that its columns answer: price, stock, "do you have", "tell me".
_WORDS = frozenset(
    """
    how much many is are does do did the a an your you have has got any in on stock available still there left sell can
    could i we buy get order price prices cost costs what what's whats of for please hi hello tell me about it one and
    want need would like some more these those this to i'd i'm looking today now offer buying sells selling available
    big metres metre meters grams out
    colour color colours colors size sizes wide long heavy weigh weighs weight tall high length width height dimensions
    measure come comes does which kind kinds they them there does
    farbe grosse groesse breit lang schwer wiegt couleur taille color talla colore taglia kleur maat cor tamanho
    was kostet kosten der die das den dem ein eine einen wie viel wieviel preis vom von fur habt ihr haben sie noch auf
    lager vorratig gibt es ist sind verfugbar bitte kann ich kaufen bestellen hallo
    combien coute coutent le la les un une des du de prix quel est avez vous en il y a-t-il encore disponible puis je
    cuanto cuesta cuestan el los las una precio del hay tienen teneis queda quedan disponible puedo comprar
    quanto costa costano il lo i gli le prezzo avete ce ancora disponibile posso comprare
    hoeveel kost kosten het een prijs van hebben jullie nog op voorraad zijn er te koop kan ik
    quanto custa custam o os as um uma preco tem ainda
    """.split()
)
ASKING_UNSPACED = re.compile(
    "(?:は|の|を|が|も|いくら|値段|価格|在庫|あります|ある|か|です|まだ|ください|欲しい|買えます|教えて|について"
    "|多少|钱|錢|有|吗|嗎|还|還|库存|庫存|价格|價格|的)*"
)


_COLOUR = frozenset("colour color colours colors farbe couleur colore kleur cor coloured colored".split())
_MEASURE = frozenset(
    """
    size sizes big wide long heavy weigh weighs weight tall high length width height dimensions measure metres meters
    grams metre gram grosse groesse breit lang schwer wiegt taille talla taglia maat tamanho
    """.split()
)
_SIZE = frozenset("size sizes big grosse groesse taille talla taglia maat tamanho".split())
COLOURS = frozenset(
    """
    red orange yellow green blue purple violet pink brown black white grey gray silver gold golden beige cream mint
    turquoise navy natural honey rot gelb grun blau lila rosa braun schwarz weiss grau silber rouge jaune vert bleu
    marron noir blanc gris rojo amarillo verde azul negro blanco rosso giallo blu nero bianco rood geel groen blauw
    zwart wit bruin grijs vermelho amarelo preto branco
    """.split()
)


_COLUMNS = frozenset(
    """
    much price prices cost costs stock available left kostet kosten preis lager vorratig verfugbar combien coute prix
    disponible cuanto cuesta precio quanto costa prezzo disponibile hoeveel kost prijs voorraad custa preco
    """.split()
)


def wants_columns(tokens: Iterable[str]) -> bool:
    """Whether a line asks for a price or a stock in so many words."""
    return not _COLUMNS.isdisjoint(tokens)


def wants_colour(tokens: Iterable[str]) -> bool:
    """Whether a line asks for a colour."""
    return not _COLOUR.isdisjoint(tokens)


def wants_measure(tokens: Iterable[str]) -> bool:
    """Whether a line asks for a size, a length or a weight."""
    return not _MEASURE.isdisjoint(tokens)


def wants_size(tokens: Iterable[str]) -> bool:
    """Whether a line asks for a size as it is written on a label."""
    return not _SIZE.isdisjoint(tokens)


def is_asking(token: str) -> bool:
    """Whether a token only asks for a price, a stock, or "do you have"."""
    return token in _WORDS or (words.is_unspaced(token) and bool(ASKING_UNSPACED.fullmatch(token)))


_RECOMMEND = re.compile(
    r"\b(?:(?:would|do|can|could|might|should|what|which|any) (?:\w+ ){0,3}?(?:recommend|suggest)|recommendations?"
    r"|(?:what|which|what's|whats) (?:\w+ ){0,4}?(?:best|good) (?:for|as|with)"
    r"|(?:konnt|konnen|wurdet|wurden|was|welche\w*) (?:\w+ ){0,3}?(?:empfehl|empfiehl)\w*"
    r"|recommande\w*|conseille\w*|recomiend\w*|recomendar\w*|consigli\w*|aanraden)\b(?P<for>.*)"
)


def recommendation(tokens: Sequence[str]) -> list[str] | None:
    """What a line wants a recommendation for, as tokens; None where it wants none."""
    found = _RECOMMEND.search(" ".join(tokens))
    return found["for"].split() if found else None
