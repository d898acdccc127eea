"""The sentences and labels that people read."""

from __future__ import annotations

import re

import pytest

from handlers.texts import catalogue, say

PLACE = re.compile(r"{(\w+)}")


def test_no_button_of_the_bots_own_is_taken_for_the_pages_button_that_sends() -> None:
    labels = {str(m.id): str(m.string) for m in catalogue("en") if str(m.id).endswith("_button")}
    assert labels
    sending = {name: label for name, label in labels.items() if label.startswith("Send")}
    assert sending == {"send_anyway_button": "Send anyway"}


@pytest.mark.parametrize(
    ("count", "said"),
    [("0", "0 more wait."), ("1", "One more waits."), ("2", "2 more wait."), ("21", "21 more wait.")],
)
def test_a_sentence_that_counts_is_said_in_the_form_of_its_number(count: str, said: str) -> None:
    assert say("en", "live_answer_how", count=count).plain.endswith(said)


def test_both_forms_of_a_sentence_ask_for_nothing_that_the_other_does_not_know() -> None:
    counted = [m for m in catalogue("en") if m.pluralizable]
    assert counted
    for message in counted:
        one, many = (set(PLACE.findall(form)) for form in tuple(message.string or ()))
        assert one <= many and "count" in many, message.id
