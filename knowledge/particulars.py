"""The particulars of a line: its numbers, sizes, units, currencies, countries and days, each in one form.

"Ten", "10" and "a dozen" are compared as numbers, "€" and "euros" as a currency, "Deutschland" and "Germany" as one
country. What differs in a particular is another question, however alike the words are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from babel import Locale, UnknownLocaleError

from knowledge import words

KINDS = ("number", "size", "unit", "currency", "country", "date")
LONGEST_NAME = 4
FALLBACK = "en"

Named = Mapping[str, frozenset[str]]
"""For each kind the particulars that are named."""

_NUMBERS = {
    2: "two zwei deux dos twee dois två два iki dua",
    3: "three drei trois tres tre drie três tre три üç tiga",
    4: "four vier quatre cuatro quattro quatro fyra четыре dört empat",
    5: "five fünf cinq cinco cinque vijf fem пять beş lima",
    6: "six half-dozen sechs seis zes sex seks шесть altı enam",
    7: "seven sieben siete sette zeven sete sju syv семь yedi tujuh",
    8: "eight acht huit ocho otto oito åtta otte восемь sekiz delapan",
    9: "nine neun neuf nueve nove negen nio девять dokuz sembilan",
    10: "ten zehn dix diez dieci tien dez десять sepuluh",
    11: "eleven onze undici elva elleve",
    12: "twelve dozen zwölf dutzend douze douzaine doce docena dodici dozzina twaalf dozijn doze dúzia tolv dusin",
    15: "fifteen fünfzehn quinze quince quindici vijftien femton",
    20: "twenty zwanzig vingt veinte venti twintig vinte tjugo tyve двадцать yirmi",
    24: "twenty-four",
    30: "thirty dreißig trente treinta trenta dertig trinta trettio tredive тридцать otuz",
    40: "forty vierzig quarante cuarenta quaranta veertig quarenta",
    50: "fifty fünfzig cinquante cincuenta cinquanta vijftig cinquenta пятьдесят elli",
    60: "sixty sechzig soixante sesenta sessanta zestig",
    100: "hundred hundert cent cien cento honderd cem hundra hundrede сто yüz seratus",
    1000: "thousand tausend mille duizend tusen тысяча seribu",
}
_SIZES = {
    "xs": "xs",
    "s": "s small klein petit petite pequeño pequeña piccolo piccola",
    "m": "m medium mittel moyen moyenne mediano mediana medio media middel",
    "l": "l large big groß gross grand grande groot",
    "xl": "xl extra-large",
    "xxl": "xxl 2xl",
    "xxxl": "xxxl 3xl",
}
_UNITS = {
    "kg": "kg kilo kilos kilogram kilograms kilogramm",
    "g": "g gram grams gramm gramme grammes",
    "lb": "lb lbs pound-weight",
    "oz": "oz ounce ounces",
    "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "m": "metre metres meter meters",
    "in": "inch inches zoll",
    "ft": "foot feet",
    "l": "litre litres liter liters",
    "ml": "ml millilitre millilitres",
    "km": "km kilometre kilometres kilometer kilometers",
    "mi": "mile miles",
    "hour": "hour hours hr hrs stunde stunden",
    "minute": "minute minutes min mins minuten",
    "day": "day days tag tage tagen",
    "week": "week weeks woche wochen",
    "month": "month months monat monate monaten",
    "year": "year years jahr jahre jahren",
}
_CURRENCIES = {
    "EUR": "eur euro euros",
    "USD": "usd dollar dollars buck bucks",
    "GBP": "gbp sterling quid pound pounds",
    "JPY": "jpy yen 円",
    "CHF": "chf franken francs franc",
    "SEK": "sek kronor",
    "NOK": "nok",
    "DKK": "dkk",
    "PLN": "pln zloty złoty",
    "CNY": "cny yuan rmb",
    "INR": "inr rupee rupees",
    "CAD": "cad",
    "AUD": "aud",
    "BTC": "btc bitcoin bitcoins crypto",
}
_COUNTRIES = {
    "GB": "uk|england|scotland|wales|britain|great britain",
    "US": "usa|america|the states|united states of america",
    "NL": "holland|the netherlands",
    "AE": "uae|emirates|dubai",
    "CZ": "czech republic",
    "KR": "korea",
    "RU": "russia",
    "TR": "turkey",
    "CH": "schweiz|suisse|svizzera",
    "150": "europe|eu|european union",
}
_DATES = {
    "today": "today tonight heute aujourd'hui hoy oggi vandaag hoje 今日",
    "tomorrow": "tomorrow demain mañana domani amanhã 明日",
    "yesterday": "yesterday gestern hier ayer ieri gisteren ontem 昨日",
    "weekend": "weekend weekends wochenende",
    "christmas": "christmas xmas weihnachten noël navidad natale kerst natal クリスマス",
    "easter": "easter ostern pâques pascua pasqua pasen páscoa",
}
_MAY_BE_A_VERB = frozenset({"may", "march", "mai", "mars", "sept", "mo", "mi", "so", "sat", "sun", "mar", "dim", "do"})
_BEFORE_A_DATE = frozenset("in on until till by since from to of this next last every im am bis ab seit en el".split())
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?:\D|$))")
_COUNTED = re.compile(r"(\d+(?:[.,]\d+)*)([^\W\d_]{1,3})")


def named(tokens: Sequence[str], languages: Iterable[str] = (FALLBACK,)) -> Named:
    """The particulars that a line, as tokens, names; names of countries and days are known in those languages."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for _, kind, value in _walk(tokens, languages):
        found[kind].add(value)
    return {kind: frozenset(values) for kind, values in found.items()}


def names_of(tokens: Sequence[str], languages: Iterable[str] = (FALLBACK,)) -> list[tuple[slice, str, str]]:
    """Where in a line its particulars stand, each with its kind and its one form."""
    return list(_walk(tokens, languages))


def _walk(tokens: Sequence[str], languages: Iterable[str]) -> Iterator[tuple[slice, str, str]]:
    known_in = tuple(dict.fromkeys((*languages, FALLBACK)))
    table, first_words = _names(known_in), _first_words(known_in)
    at = 0
    while at < len(tokens):
        if tokens[at] not in first_words and not words.is_number(tokens[at]):
            at += 1
            continue
        for length in range(min(LONGEST_NAME, len(tokens) - at), 0, -1):
            known = table.get(" ".join(tokens[at : at + length]))
            if known and not _is_a_verb(tokens, at, length):
                yield slice(at, at + length), *known
                at += length - 1
                break
        else:
            for kind, value in _counted(tokens[at]):
                yield slice(at, at + 1), kind, value
        at += 1


def differs(asked: Named, own: Sequence[Named], answer: Named) -> str | None:
    """The first kind in which a question names what an entry doesn't, where its phrasings agree on another.

    `own` are the entry's phrasings: at least half of them must name one and the same particular of that kind, and
    three quarters of those that name any. "A table for 4", "for 6 on the 4th", "for 8" agree on none.
    """
    for kind in KINDS:
        each = [names[kind] for names in own]
        every = frozenset().union(*each)
        agreeing = max((sum(value in one for one in each) for value in every), default=0)
        fixed = agreeing * 2 >= len(each) and agreeing * 4 >= sum(map(bool, each)) * 3
        if fixed and asked[kind] - every - answer[kind]:
            return kind
    return None


def _counted(token: str) -> Iterable[tuple[str, str]]:
    """A token with digits as a number, or as a number and its unit."""
    if not words.is_number(token):
        return
    if (both := _COUNTED.fullmatch(token)) and both[2] in _units():
        yield "number", number(both[1])
        yield "unit", _units()[both[2]]
    else:
        yield "number", number(token)


def number(token: str) -> str:
    """A number in one form: without marks between thousands, and with a decimal point."""
    return _THOUSANDS.sub("", token).replace(",", ".")


def _is_a_verb(tokens: Sequence[str], at: int, length: int) -> bool:
    """Whether "may" is no month: a month has a number beside it or a word such as "in" before it."""
    if length > 1 or tokens[at] not in _MAY_BE_A_VERB:
        return False
    before, after = tokens[at - 1] if at else "", tokens[at + 1] if at + 1 < len(tokens) else ""
    return not (before in _BEFORE_A_DATE or words.is_number(before) or words.is_number(after))


@cache
def _units() -> dict[str, str]:
    return {form: unit for unit, forms in _UNITS.items() for form in _forms(forms)}


@cache
def _names(languages: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Everything that has a name, folded as `words.read` folds it, with its kind and its one form."""
    found: dict[str, tuple[str, str]] = {}
    for language in reversed(languages):
        found |= _of_language(language)
    tables = (("date", _DATES), ("currency", _CURRENCIES), ("unit", _UNITS), ("size", _SIZES))
    for kind, table in tables:
        found |= {form: (kind, value) for value, forms in table.items() for form in _forms(forms)}
    found |= {form: ("number", str(value)) for value, forms in _NUMBERS.items() for form in _forms(forms)}
    for code, names in _COUNTRIES.items():
        found |= {" ".join(words.read(name)): ("country", code) for name in names.split("|")}
    return found


@cache
def _first_words(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.partition(" ")[0] for name in _names(languages))


@cache
def _of_language(language: str) -> dict[str, tuple[str, str]]:
    """The countries, weekdays and months of a language; nothing for one that nobody knows."""
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return {}
    found = {}
    for code, name in locale.territories.items():
        if len(code) == 2:
            found[" ".join(words.read(name))] = ("country", code)
    # As they stand in a date as well: with Babel 2.18 those that stand alone may be of the language asked first.
    for context, width in product(("format", "stand-alone"), ("wide", "abbreviated")):
        for day, name in locale.days[context][width].items():
            for form in _plural(name):
                found[form] = ("date", f"day-{day}")
        for month, name in locale.months[context][width].items():
            found[" ".join(words.read(name))] = ("date", f"month-{month}")
    return {name: value for name, value in found.items() if len(name) > 1}


def _plural(name: str) -> list[str]:
    form = " ".join(words.read(name))
    return [form, f"{form}s"]


def _forms(text: str) -> list[str]:
    return [" ".join(words.read(form)) for form in text.split()]
