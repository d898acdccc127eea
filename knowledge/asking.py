"""The words that a question about any product or any entry may hold: they ask, and say nothing of what is asked for."""

from __future__ import annotations

import re

from knowledge import words

# What may stand beside a product's name in a question that its columns answer: price, stock, "do you have", "tell me".
_WORDS = frozenset(
    """
    how much many is are does do did the a an your you have has got any in on stock available still there left sell can
    could i we buy get order price prices cost costs what what's whats of for please hi hello tell me about it one and
    want need would like some more these those this to i'd i'm looking today now offer buying sells selling available
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


def is_asking(token: str) -> bool:
    """Whether a token only asks for a price, a stock, or "do you have"."""
    return token in _WORDS or (words.is_unspaced(token) and bool(ASKING_UNSPACED.fullmatch(token)))
