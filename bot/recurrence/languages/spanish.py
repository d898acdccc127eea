"""Spanish."""

from __future__ import annotations

from bot.recurrence.phrases import Language

WEEKDAYS = (
    ("lunes",), ("martes",), ("miércoles", "miercoles"), ("jueves",), ("viernes",),
    ("sábado", "sabado", "sábados", "sabados"), ("domingo", "domingos"),
)  # fmt: skip

SPANISH = Language(
    code="es",
    now=("ahora", "ahora mismo", "ya"),
    days={"hoy": 0, "mañana": 1, "pasado mañana": 2},
    parts={
        "esta mañana": (0, 0), "esta tarde": (0, 12), "esta noche": (0, 12), "mañana por la mañana": (1, 0),
        "mañana por la tarde": (1, 12), "mañana por la noche": (1, 12),
    },
    every_part={"cada mañana": 0, "todas las mañanas": 0, "todas las tardes": 12, "todas las noches": 12},
    after=("en", "dentro de"),
    units={
        "minuto": "minutes", "minutos": "minutes", "min": "minutes", "hora": "hours", "horas": "hours",
        "día": "days", "dia": "days", "días": "days", "dias": "days", "semana": "weeks", "semanas": "weeks",
        "mes": "months", "meses": "months",
    },
    numbers={"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "diez": 10, "doce": 12},
    weekdays=WEEKDAYS,
    repeated=tuple(tuple(f"los {name}" for name in names) for names in WEEKDAYS),
    months=(
        ("enero",), ("febrero",), ("marzo",), ("abril",), ("mayo",), ("junio",), ("julio",), ("agosto",),
        ("septiembre", "setiembre"), ("octubre",), ("noviembre",), ("diciembre", "dic"),
    ),
    at=("a las", "a la", "alas"),
    on=("el", "este", "el día", "el dia"),
    following=("el próximo", "próximo", "proximo", "el proximo"),
    next_week=("la próxima semana el", "la próxima semana", "la semana que viene", "la semana que viene el"),
    every=("cada", "todos los"),
    other=("segundo",),
    daily=("diario", "a diario", "diariamente", "todos los días", "todos los dias", "cada día", "cada dia"),
    workdays=("entre semana", "días laborables", "los días laborables", "cada día laborable"),
    weekends=("los fines de semana", "cada fin de semana", "todos los fines de semana"),
    weekly=("semanalmente", "cada semana", "todas las semanas"),
    fortnightly=("cada dos semanas", "semana sí semana no"),
    monthly=("mensualmente", "cada mes", "todos los meses"),
    yearly=("anualmente", "cada año", "todos los años"),
    ordinals={
        "primer": 1, "primero": 1, "segundo": 2, "tercer": 3, "tercero": 3, "cuarto": 4, "último": -1, "ultimo": -1,
    },
    of_month=("del mes", "de cada mes", "de todos los meses", "cada mes"),
    day_marks=("º", "°"),
    month_leads=("de", "del"),
    also=("y", "e"),
    ranges=("a", "al"),
    range_leads=("de", "del"),
    until=("hasta", "hasta el"),
    times=("veces",),
    half_days={
        "am": 0, "a.m.": 0, "a. m.": 0, "pm": 12, "p.m.": 12, "p. m.": 12, "de la mañana": 0, "por la mañana": 0,
        "de la tarde": 12, "por la tarde": 12, "de la noche": 12, "por la noche": 12,
    },
    half_past=("y media",),
    hour_marks=("h", "hrs", "horas"),
    named_hours={"mediodía": 12, "mediodia": 12, "al mediodía": 12, "al mediodia": 12},
)  # fmt: skip
