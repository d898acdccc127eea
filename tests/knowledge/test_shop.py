from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.errors import InputError
from knowledge.shop import Owner, Shop, read_shop

WHOLE = """\
name = "Hana's Egg Farm"
timezone = "Asia/Tokyo"            # IANA
languages = ["en", "ja"]
currency = "JPY"
[owner]
name = "Hana"
voice = "warm, short, a little proud of the hens"
[hours]
mon = "09:00-18:00"
sat = "09:00-12:00, 13:00-15:00"   # a day that is left out is closed
[hours.special]
"2026-12-24" = "closed"
[privacy]
keep_messages_days = 30
[handoff]
silence_hours = 2.5
[media]
keep_mb_at_most = 5
keep_days = 90
[stories]
ask_at = "20:30"
[policies]
returns = "Fresh food can't come back, but we replace every broken egg."
[circle]
a_later = "version"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return folder


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_shop(write(folder, text))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(folder / "shop.toml"))


def test_every_setting_of_the_contract_is_read(tmp_path: Path) -> None:
    shop = read_shop(write(tmp_path, WHOLE))
    assert (shop.name, shop.timezone, shop.languages, shop.currency) == (
        "Hana's Egg Farm",
        "Asia/Tokyo",
        ("en", "ja"),
        "JPY",
    )
    assert shop.owner == Owner("Hana", "warm, short, a little proud of the hens")
    assert shop.owner_name == "Hana" and shop.ask_story_at == 20 * 60 + 30
    assert shop.hours.weekly == {0: ((540, 1080),), 5: ((540, 720), (780, 900))}
    assert shop.hours.special == {date(2026, 12, 24): ()}
    assert shop.hours.zone is shop.zone
    assert (shop.keep_messages_days, shop.handoff_silence_h) == (30, 2.5)
    assert (shop.media_mb_at_most, shop.keep_media_days) == (5, 90)
    assert list(shop.policies) == ["returns"]
    assert shop.directory == tmp_path


def test_only_the_name_is_needed(tmp_path: Path) -> None:
    shop = read_shop(write(tmp_path, 'name = "Eggs"\n'))
    assert shop == Shop(name="Eggs", directory=tmp_path)
    assert (shop.timezone, shop.languages, shop.owner_name) == ("UTC", ("en",), "the owner")
    assert (shop.keep_messages_days, shop.handoff_silence_h, shop.hours.known) == (365, 4.0, False)


def test_a_file_from_windows_is_read(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes(b'\xef\xbb\xbfname = "Eggs"\r\ncurrency = "EUR"\r\n')
    assert read_shop(tmp_path).currency == "EUR"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": “name” is missing."),
        ('name = ""', ":1: “name” is missing."),
        ("name = 5", ":1: “name” must be text."),
        ('name = "Eggs"\ntimezone = "Tokio"', ":2: “Tokio” is no time zone."),
        ('name = "Eggs"\ntimezone = "../../etc/passwd"', ":2: “../../etc/passwd” is no time zone."),
        ('name = "Eggs"\ntimezone = "Asia"', ":2: “Asia” is no time zone."),
        ('name = "Eggs"\nlanguages = "en"', ":2: “languages” must be a list"),
        ('name = "Eggs"\nlanguages = [\n  "en",\n  3,\n]', ":2: “languages” must be a list"),
        ('name = "Eggs"\nlanguages = []', ":2: “languages” must be a list"),
        ('name = "Eggs"\n\ncurrency = "€"', ":3: “€” is no currency code."),
        ('name = "Eggs"\ncurency = "EUR"', ":2: “curency” is no setting that is known. Did you mean “currency”?"),
        ('name = "Eggs"\nopen = true', ":2: “open” is no setting that is known. Take it out"),
        ('name = "Eggs"\n[owner]\nnmae = "Hana"', ":3: “nmae” is no setting that is known in [owner]. Did you mean"),
        ('name = "Eggs"\n[owner]\ncurrency = "EUR"', ":3: “currency” is no setting that is known in [owner]. Move it"),
        ('name = "Eggs"\n[hour]\nmon = "closed"', ":2: “hour” is no setting that is known. Did you mean “hours”?"),
        ('name = "Eggs"\nowner = "Hana"', ":2: “owner” must be a section."),
        ('name = "Eggs"\n[hours]\nmonday = "closed"', ":3: “monday” is no setting that is known in [hours]."),
        ('name = "Eggs"\n[hours]\n# weekend\nsat = "9-12"', ":4: “9-12” is not a time such as 09:00-18:00."),
        ('name = "Eggs"\n[hours]\nsat = 9', ":3: “sat” must be text."),
        ('name = "Eggs"\n[stories]\nask_at = "25:00"', ":3: “25:00” is not a time"),
        ('name = "Eggs"\n[hours.special]\n"24.12.2026" = "closed"', ":3: “24.12.2026” is no date"),
        ('name = "Eggs"\n[hours.special]\n"2026-02-30" = "closed"', ":3: “2026-02-30” is no date"),
        ('name = "Eggs"\n[hours.special]\n2026-12-24 = "open"', ":3: “open” is not a time"),
        (
            'name = "Eggs"\n[privacy]\nkeep_messages_days = 0',
            ":3: “keep_messages_days” must be a whole number above 0.",
        ),
        ('name = "Eggs"\n[privacy]\nkeep_messages_days = true', ":3: “keep_messages_days” must be a whole number"),
        ('name = "Eggs"\n[handoff]\nsilence_hours = "4"', ":3: “silence_hours” must be a number above 0."),
        ('name = "Eggs"\n[handoff]\nsilence_hours = nan', ":3: “silence_hours” must be a number above 0."),
        ('name = "Eggs"\n[media]\nkeep_mb_at_most = "20"', ":3: “keep_mb_at_most” must be a number above 0."),
        (
            'name = "Eggs"\n[media]\nkeep_day = 20',
            ":3: “keep_day” is no setting that is known in [media].",
        ),
        ('name = "Eggs"\n[policies]\nreturns = 14', ":3: “returns” must be text."),
        ('name = "Eggs"\ncurrency = EUR', ":2: this is no valid TOML"),
        ('name = "Eggs"\nname = "Hens"', ":2: this is no valid TOML"),
        ('name = "Eggs"\nlanguages = ["en",', ":2: this is no valid TOML"),
        ('name = "Eggs"\nlanguages = ' + "[" * 5000 + "]" * 5000, ": is nested too deeply."),
        ('name = "Eggs"\nopen = ' + "1" * 5000, ": this is no valid TOML ("),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert complaint(tmp_path, text).startswith(said)


def test_a_key_that_looks_alike_within_a_long_text_does_not_mislead_the_line(tmp_path: Path) -> None:
    text = 'name = "Eggs"\n[policies]\nreturns = """\ncurrency = 5\n"""\n[handoff]\nsilence_hours = -1\n'
    assert complaint(tmp_path, text).startswith(":7: “silence_hours”")


def test_a_folder_without_a_shop_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"shop\.toml: there is no such file\."):
        read_shop(tmp_path)
    with pytest.raises(InputError, match=r"nowhere: there is no such folder\."):
        read_shop(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is a file, where a folder is needed"):
        read_shop(write(tmp_path, WHOLE) / "shop.toml")


def test_a_folder_in_the_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").mkdir()
    with pytest.raises(InputError, match=r"shop\.toml: is a folder, where a file is needed\."):
        read_shop(tmp_path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('name = "Eier"\n'.encode("utf-16"), ": is saved as UTF-16."),
        ('name = "Eier"\n'.encode("utf-16-be"), ":1: has bytes in it that no text has"),
        ('name = "Eier"\nvoice = "schön"\n'.encode("latin-1"), ":2: is not UTF-8: byte 0xF6 can't be read."),
        (b'name = "Eggs"\n\xff', ":2: is not UTF-8: byte 0xFF"),
    ],
)
def test_a_wrong_encoding_is_told(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "shop.toml").write_bytes(body)
    with pytest.raises(InputError) as caught:
        read_shop(tmp_path)
    assert str(caught.value).removeprefix(str(tmp_path / "shop.toml")).startswith(said)
