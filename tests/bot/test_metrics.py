"""The figures: the names that the outside may count on, and what each of them counts."""

from __future__ import annotations

import math

from bot.messages import Outcome
from bot.metrics import Metrics
from tests.bot.shopfront import samples


def figures(metrics: Metrics, waiting: float = 0, oldest_s: float = 0) -> dict[str, float]:
    """The figures as they are exposed."""
    return samples(metrics.exposed(waiting, oldest_s).decode())


def test_the_names_are_those_of_the_contract_and_no_others() -> None:
    metrics = Metrics(["telegram"])
    metrics.delivered("telegram", "reply", "sent", 0.3)
    names = {name.partition("{")[0] for name in figures(metrics)}
    assert names == {
        "concierge_messages_received_total",
        "concierge_outcomes_total",
        "concierge_deliveries_total",
        "concierge_outbox_waiting",
        "concierge_oldest_unhandled_seconds",
        "concierge_reply_seconds_bucket",
        "concierge_reply_seconds_count",
        "concierge_reply_seconds_sum",
    }


def test_what_has_not_happened_yet_stands_there_as_zero() -> None:
    shown = figures(Metrics(["telegram"]))
    assert shown['concierge_messages_received_total{platform="telegram"}'] == 0
    assert {name for name in shown if name.startswith("concierge_outcomes_total")} == {
        f'concierge_outcomes_total{{outcome="{outcome}"}}' for outcome in Outcome
    }


def test_each_event_is_counted_under_its_labels() -> None:
    metrics = Metrics()
    metrics.received("telegram", 3)
    metrics.ended("answered")
    metrics.ended("answered")
    metrics.delivered("telegram", "reply", "sent", 0.4)
    metrics.delivered("telegram", "post", "uncertain", None)
    shown = figures(metrics, 7, 1.5)
    assert shown['concierge_messages_received_total{platform="telegram"}'] == 3
    assert shown['concierge_outcomes_total{outcome="answered"}'] == 2
    assert shown['concierge_deliveries_total{kind="reply",platform="telegram",state="sent"}'] == 1
    assert shown['concierge_deliveries_total{kind="post",platform="telegram",state="uncertain"}'] == 1
    assert (shown["concierge_outbox_waiting"], shown["concierge_oldest_unhandled_seconds"]) == (7, 1.5)
    assert (shown["concierge_reply_seconds_count"], shown["concierge_reply_seconds_sum"]) == (1, 0.4)


def test_a_clock_that_was_set_back_makes_no_reply_arrive_before_its_question() -> None:
    metrics = Metrics()
    metrics.delivered("telegram", "reply", "sent", -5.0)
    assert figures(metrics)["concierge_reply_seconds_sum"] == 0


def test_what_nobody_knows_is_no_number() -> None:
    assert math.isnan(figures(Metrics(), math.nan)["concierge_outbox_waiting"])


def test_two_houses_in_one_process_do_not_share_their_figures() -> None:
    first, second = Metrics(), Metrics()
    first.ended("done")
    assert figures(second)['concierge_outcomes_total{outcome="done"}'] == 0
