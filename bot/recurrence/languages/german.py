"""German."""

from __future__ import annotations

from bot.recurrence.phrases import Language

GERMAN = Language(
    code="de",
    now=("jetzt", "sofort"),
    days={"heute": 0, "morgen": 1, "übermorgen": 2, "uebermorgen": 2},
    parts={
        "heute morgen": (0, 0), "heute früh": (0, 0), "heute vormittag": (0, 0), "heute nachmittag": (0, 12),
        "heute abend": (0, 12), "morgen früh": (1, 0), "morgen vormittag": (1, 0), "morgen nachmittag": (1, 12),
        "morgen abend": (1, 12),
    },
    every_part={"jeden morgen": 0, "jeden vormittag": 0, "jeden nachmittag": 12, "jeden abend": 12},
    after=("in",),
    units={
        "minute": "minutes", "minuten": "minutes", "stunde": "hours", "stunden": "hours", "std": "hours",
        "tag": "days", "tagen": "days", "tage": "days", "woche": "weeks", "wochen": "weeks",
        "monat": "months", "monaten": "months", "monate": "months",
    },
    numbers={"einer": 1, "einem": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "zehn": 10, "zwölf": 12},
    weekdays=(
        ("montag", "mo"), ("dienstag", "di"), ("mittwoch", "mi"), ("donnerstag", "do"), ("freitag", "fr"),
        ("samstag", "sonnabend", "sa"), ("sonntag", "so"),
    ),
    repeated=(
        ("montags",), ("dienstags",), ("mittwochs",), ("donnerstags",), ("freitags",), ("samstags", "sonnabends"),
        ("sonntags",),
    ),
    months=(
        ("januar", "jänner", "jan"), ("februar", "feb"), ("märz", "maerz", "mrz"), ("april", "apr"), ("mai",),
        ("juni", "jun"), ("juli", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("oktober", "okt"),
        ("november", "nov"), ("dezember", "dez"),
    ),
    at=("um", "ab"),
    on=("am", "diesen", "kommenden", "den", "dem"),
    following=("nächsten", "nächster", "naechsten"),
    next_week=("nächste woche", "naechste woche", "kommende woche", "nächste woche am"),
    every=("jeden", "jeder", "immer", "alle", "immer am"),
    other=("zweiten", "2."),
    daily=("täglich", "taeglich", "jeden tag"),
    workdays=("werktags", "wochentags", "jeden werktag", "jeden wochentag"),
    weekends=("jedes wochenende", "am wochenende"),
    weekly=("wöchentlich", "woechentlich", "jede woche"),
    fortnightly=("alle zwei wochen", "alle 14 tage", "vierzehntägig", "14-tägig", "jede zweite woche"),
    monthly=("monatlich", "jeden monat"),
    yearly=("jährlich", "jaehrlich", "jedes jahr"),
    ordinals={
        "ersten": 1, "erster": 1, "zweiten": 2, "dritten": 3, "vierten": 4, "letzten": -1, "letzter": -1,
        "1.": 1, "2.": 2, "3.": 3, "4.": 4, "vorletzten": -2,
    },
    of_month=("im monat", "des monats", "jedes monats", "jeden monat", "eines jeden monats", "in jedem monat"),
    day_marks=(".",),
    also=("und",),
    ranges=("bis",),
    range_leads=("von",),
    until=("bis", "bis zum", "bis einschließlich"),
    times=("mal",),
    half_days={
        "morgens": 0, "früh": 0, "vormittags": 0, "nachmittags": 12, "abends": 12, "am morgen": 0, "am abend": 12,
        "am nachmittag": 12,
    },
    hour_marks=("uhr", "h"),
    named_hours={"mittags": 12},
)  # fmt: skip
