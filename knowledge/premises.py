"""What a line takes for granted: of the shop, where nobody can check it, or of the customer, where nobody need."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SINCE = frozenset("since as because while".split())
_GIVEN = frozenset("given considering seeing although though knowing assuming supposing".split())
_YOU = frozenset("you your you're you've yours u ur".split())
_GIVEN_WHAT = _YOU | frozenset("that the as it its they there how".split())
_OWN = frozenset(
    """
    i i'm i've i'd my we we're we've we'd our me us ich wir mein meine je j'ai nous mon ma yo mi io ik
    """.split()
)
_SAYS = (
    "said|says|say|told (?:me|us)|promised?|promises|claimed?|claims|advertised?|advertises|wrote|writes|mentioned"
    "|announced|guaranteed?|guarantees"
)
_HEARSAY = re.compile(
    r"\b(?:"
    r"(?:i|we)(?:'ve| have|'m| am)? (?:just |been )*"
    r"(?:heard|read|saw|seen|told|understand|noticed|learnt|learned|believe|assume)"
    r" (?:somewhere |online |on \w+ |in \w+ )?(?:(?:that |about )?(?:you|your)|that (?:the|all|everything|it|there))\b"
    r"|(?:you|your \w+|website|site|flyer|sign|ad|advert|leaflet|friend|colleague|neighbou?r|cousin|mate|somebody"
    rf"|someone|people|they) (?:just |once |clearly |always |recently |also )?(?:{_SAYS})\b(?! (?:for|about) (?:me|us))"
    r"|isn't it (?:true|right)|is it true|right that you|now that (?:you|your|the|all|everything|it|there)"
    r"|how come (?:you|your|the)"
    r"|why (?:did|have|has|do|does|don't|doesn't|are|is|aren't|isn't|won't|can't) (?:you|your) "
    r"|(?:thanks|thank you) for (?:offering|giving|making|the free|your free)|as (?:advertised|promised|announced)"
    r"|da (?:ihr|sie|euer|eure|ja)\b|weil (?:ihr|sie)\b|obwohl (?:ihr|sie)\b"
    r"|(?:ich|wir) (?:habe|haben) (?:gehort|gelesen)"
    r"|puisque (?:vous|votre|vos)|comme vous|j'ai (?:lu|entendu|vu) (?:que|dire)|vu que vous"
    r"|ya que (?:ustedes|su|sus|el|la|los)|como ustedes|he (?:leido|oido|visto) que|puesto que"
    r"|visto che|dato che|siccome|ho (?:letto|sentito|visto) che"
    r"|omdat (?:jullie|u|je)|aangezien|ik heb (?:gehoord|gelezen) dat"
    r"|ja que (?:voces|o|a)|como voces|(?:li|ouvi) (?:dizer )?que)"
)
_HEARSAY_UNSPACED = re.compile(
    "と聞きました|と聞いた|だそうです|と書いてあ|ということですが|とのことです|\u542c\u8bf4|\u807d\u8aaa|\u636e\u8bf4|\u65e2\u7136\u4f60"
)


def is_background(tokens: Sequence[str]) -> bool:
    """Whether a clause tells of the customer and asks nothing: "I live in Berlin", "since my son is ill"."""
    at = 1 if tokens and (tokens[0] in _SINCE or tokens[0] in ("and", "but", "so")) else 0
    return at < len(tokens) and tokens[at] in _OWN


def presumes(tokens: Sequence[str]) -> bool:
    """Whether a line takes something about the shop for granted: "since you ship free …", "I heard that you …".

    What nobody can check must not be confirmed by an answer to the rest; "since I live in Berlin" is the customer's.
    """
    line = " ".join(tokens)
    if _HEARSAY.search(line) or _HEARSAY_UNSPACED.search(line):
        return True
    return any(_grants(tokens, at) for at in range(len(tokens) - 1))


def _grants(tokens: Sequence[str], at: int) -> bool:
    one, two, three = tokens[at], tokens[at + 1], tokens[at + 2] if at + 2 < len(tokens) else ""
    if one in _GIVEN:
        return two in _GIVEN_WHAT
    return one in _SINCE and (two in _YOU or (two == "the" and three in ("shop", "store")))
