"""The base is asked its own phrasings, each without the help of itself; and what was asked in vain, put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.checking import rehearsed, unanswered
from knowledge.clusters import Cluster, clusters
from knowledge.entry import Entry
from knowledge.rehearsal import Confusion, Rehearsal, rehearse

TODAY = date(2026, 3, 9)
FEED = Entry("feed", ("What do the hens eat?", "What do hens eat here?", "What are the hens fed?"), "Maize.")
PAY = Entry("pay", ("Can I pay by card?", "Do you take card payment?", "Is paying by card possible?"), "Yes.")
REFUND = Entry(
    "refund", ("Can I pay by cheque?", "Do you take cheque payment?", "Is paying by cheque possible?"), "No."
)


def test_entries_that_speak_alike_are_found_to_be_taken_for_each_other() -> None:
    found = rehearse([FEED, PAY, REFUND], [], TODAY)
    assert found.asked == 9
    assert {frozenset((one.asked, one.taken)) for one in found.confusions} == {frozenset(("pay", "refund"))}
    assert found.right + found.wrong <= found.asked


def test_a_rehearsal_is_the_same_every_time() -> None:
    assert rehearse([FEED, PAY, REFUND], [], TODAY) == rehearse([FEED, PAY, REFUND], [], TODAY)


@pytest.mark.parametrize(
    "entry",
    [replace(FEED, mode="draft"), replace(FEED, valid_until=date(2026, 3, 8)), replace(FEED, questions=("Feed?",))],
)
def test_what_cannot_answer_or_has_one_phrasing_is_not_asked(entry: Entry) -> None:
    assert rehearse([entry], [], TODAY) == Rehearsal()
    assert rehearse([entry, PAY], [], TODAY).asked == 3


def test_no_more_is_asked_than_is_wished() -> None:
    many = [replace(FEED, id=f"e{n}", questions=(f"thing {n}", f"matter {n}", f"case {n}")) for n in range(30)]
    assert rehearse(many, [], TODAY, at_most=12).asked == 12


def test_pairs_become_findings_when_an_answer_was_wrong_or_they_come_twice() -> None:
    once = Confusion("a", "b", "Q?", 1, 0)
    found = rehearsed(Rehearsal(100, 50, 1, (replace(once, wrong=1), replace(once, asked="c", times=2), once)), {})
    assert [finding.where for finding in found] == ["a", "c"]
    assert found[0].problem == "“Q?” of “a” is taken for “b”"


def test_a_high_rate_of_wrong_answers_is_a_finding_of_its_own() -> None:
    (found,) = rehearsed(Rehearsal(100, 50, 5), {})
    assert found.problem == "about 5% of questions would be answered wrongly"
    assert rehearsed(Rehearsal(100, 50, 3), {}) == []


def test_questions_that_ask_alike_are_one_group() -> None:
    asked = [
        "Do you have duck eggs?",
        "Where is my parcel?",
        "any duck eggs today",
        "do you have quail eggs?",
        "duck eggs",
    ]
    first, *others = clusters(asked)
    assert (first.count, sorted(first.places)) == (3, [0, 2, 4])
    assert sorted(group.example for group in others) == ["Where is my parcel?", "do you have quail eggs?"]


@pytest.mark.parametrize("asked", [[], [""], ["?", "!"], ["a" * 100_000], ["卵"] * 3])
def test_any_questions_can_be_put_together(asked: list[str]) -> None:
    assert sum(group.count for group in clusters(asked)) == len(asked)


def test_what_was_asked_in_vain_is_a_finding_with_its_count() -> None:
    found = unanswered([Cluster("Duck\neggs?", (0, 2)), Cluster("Why?", (1,))])
    assert found[0].problem == "“Duck eggs?” was asked 2 times and nothing answers it"
    assert "asked once" in found[1].problem
