"""The benchmark of the whole pipeline runs, and both sides answer every message once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.echo import Bench, Failed, Round, bench, table


@pytest.fixture(scope="module", params=["telegram", "discord"])
def both(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with bench(messages=12, customers=5, platform=request.param) as ready:
        yield ready


def test_both_sides_answer_every_message_once(both: Bench) -> None:
    few = both.load.few
    assert few.messages < both.load.messages
    assert both.bare(few) > 0  # cpu_seconds raises Failed for an answer too many or too few
    assert both.ours(both.load) > 0


@pytest.mark.parametrize("both", ["telegram"], indirect=True)
def test_a_bot_that_ends_early_fails_the_benchmark(both: Bench) -> None:
    with pytest.raises(Failed, match="0 answers to 12 messages"):
        both.ours(both.load, "--no-such-option")


def test_the_table_takes_the_ratio_pair_by_pair() -> None:
    lines = table([Round(10.0, 100.0), Round(40.0, 200.0), Round(30.0, 300.0)])
    assert lines[1].split()[-3:] == ["10", "30", "40"]
    assert lines[2].split()[-3:] == ["100", "200", "300"]
    assert lines[3].split()[-3:] == ["0.100", "0.100", "0.200"]
