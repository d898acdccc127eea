"""The sentences and labels that people read."""

from __future__ import annotations

from handlers.texts import catalogue


def test_no_button_of_the_bots_own_is_taken_for_the_pages_button_that_sends() -> None:
    labels = {str(m.id): str(m.string) for m in catalogue("en") if str(m.id).endswith("_button")}
    assert labels
    sending = {name: label for name, label in labels.items() if label.startswith("Send")}
    assert sending == {"send_anyway_button": "Send anyway"}
