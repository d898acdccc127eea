"""What must be true of the stories after a storm, by what is to be seen on the platform."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from bot.database import Database
from bot.database.tables import OutboxRow, Post
from tests.reliability.boards import Shown
from tests.reliability.story_storm import FOLLOWERS, Crossing, Plan, StoryStorm
from tests.reliability.verdict import Truth
from tests.simulators.loopback import CHANNEL, ROOM

PLACES = (CHANNEL, *FOLLOWERS)
COPY = re.compile(r"post:(\d+):\d+")
EPISODE = re.compile(r"Diary s\d+ (\d+)")


@dataclass(frozen=True)
class StoryFigures:
    """One storm in numbers."""

    seed: int
    acts: int
    kills: int
    by_its_own_hand: int
    posts: int
    copies: int
    missed: int
    unsure: int
    empty: int
    edits: int
    recalls: int


async def judge_stories(storm: StoryStorm, database: Database) -> StoryFigures:
    """Asserts every promise; returns the figures."""
    async with database.read() as session:
        truth = await Truth.of(storm, session)
        posts = {post.id: post for post in await session.scalars(select(Post))}
    verdict = StoryTruth(storm, truth, posts)
    truth.each_update_has_one_outcome()
    truth.each_row_went_out_once()
    truth.lanes_kept_their_order(but=storm.resent)
    verdict.nothing_was_posted_twice()
    verdict.each_slot_was_posted_or_told_of()
    verdict.episodes_are_in_order_with_their_pictures()
    verdict.copies_say_what_the_owner_wrote_last()
    verdict.what_was_recalled_is_gone_or_named()
    return verdict.figures()


class StoryTruth:
    """Everything that is known of the stories after a storm."""

    def __init__(self, storm: StoryStorm, truth: Truth, posts: dict[int, Post]) -> None:
        self.storm, self.truth, self.posts = storm, truth, posts
        self.by_key = {row.key: row for row in truth.outbox.values()}
        self.room = storm.platform.board(ROOM)
        calls = [call for call in storm.platform.calls if call.op == "send"]
        rows = {(call.chat_id, call.message_id): truth.row_of(call) for call in calls}
        self.copies: dict[int, list[tuple[OutboxRow, Shown]]] = defaultdict(list)
        """What stands or stood of each post: the rows that it was sent for, and the messages."""
        for place in PLACES:
            for shown in storm.platform.board(place):
                row = rows.get((place, shown.message_id))
                if row and (named := COPY.fullmatch(row.key)):
                    self.copies[int(named[1])].append((row, shown))

    def of(self, plan: Plan) -> list[Post]:
        """The posts of a plan that went out, recalled ones too."""
        return [p for p in self.posts.values() if p.series_id == plan.id and p.state in ("posted", "recalled")]

    def nothing_was_posted_twice(self) -> None:
        """One copy of a post in a place; a story that is told once is there once; and nothing comes from nowhere."""
        for post_id, copies in self.copies.items():
            places = Counter(shown.chat_id for _, shown in copies)
            assert max(places.values()) == 1, (post_id, places, copies)
        for plan in self.storm.plans:
            for place in PLACES:
                seen = [s for s in self.storm.platform.board(place) if plan.token in s.text]
                assert len(seen) <= len(self.of(plan)), (plan, place, seen)
        days = Counter((post.series_id, post.local_date) for post in self.posts.values())
        assert max(days.values()) == 1

    def each_slot_was_posted_or_told_of(self) -> None:
        """In time, or the owner was asked; a story that was due at once too."""
        for crossing in self.storm.crossings:
            found = [p for p in self.posts.values()
                     if p.series_id == crossing.plan.id and p.local_date == crossing.day]  # fmt: skip
            assert len(found) == 1, (crossing, found)
            self._was_seen_to(crossing, found[0])
        for plan in self.storm.plans:
            expected = sum(c.plan is plan for c in self.storm.crossings) + (plan.kind == "once")
            known = [p for p in self.posts.values() if p.series_id == plan.id and p.state not in ("planned", "paused")]
            assert len(known) == expected, (plan, [(p.local_date, p.state) for p in known])

    def _was_seen_to(self, crossing: Crossing, post: Post) -> None:
        assert post.due_at == crossing.due_at, (crossing, post.due_at)
        asked = self.by_key.get(f"missed:{post.id}")
        if crossing.missed:
            assert asked and asked.state == "sent", (crossing, post.state)
            assert f"story {crossing.plan.id} was due" in self._said(asked)
        else:
            assert asked is None, (crossing, post.state)
        empty = self.by_key.get(f"empty:{post.id}")
        if post.state == "skipped" and not crossing.missed:
            assert crossing.plan.kind == "series" and empty and self._said(empty), crossing
        elif post.state in ("posted", "recalled"):
            self._reached_everybody(post)
        else:
            assert crossing.missed and post.state in ("missed", "skipped"), (crossing, post.state)

    def _reached_everybody(self, post: Post) -> None:
        """Three copies, but for those of which nobody could tell, and the owner was asked."""
        places = {shown.chat_id for _, shown in self.copies[post.id]}
        for number in range(1 + len(FOLLOWERS)):
            row = self.by_key.get(f"post:{post.id}:{number}")
            if row is None or row.state == "cancelled":
                told = any(key.startswith(f"undelivered:post:{post.id}:{number}:") for key in self.by_key)
                assert post.state == "recalled" or told, (post.id, number, post.state, row and row.error)
            else:
                assert row.state == "sent", (row.key, row.state)
        if post.state == "posted":
            assert len(places) == 3, (post.id, places)

    def _said(self, row: OutboxRow) -> str:
        return next((shown.text for shown in self.room if shown.message_id == row.message_id), "")

    def episodes_are_in_order_with_their_pictures(self) -> None:
        """Numbers from 1 without a gap or a repeat, each with the picture that came for it."""
        plan = self.storm.plans[1]
        told = sorted((post for post in self.of(plan) if post.number), key=lambda post: post.number or 0)
        assert [post.number for post in told] == list(range(1, len(told) + 1))
        assert [p.posted_at for p in told] == sorted(p.posted_at for p in told if p.posted_at)
        assert len(told) <= len(plan.fillings)
        for post, width in zip(told, plan.fillings, strict=False):
            for _, shown in self.copies[post.id]:
                number = EPISODE.match(shown.text)
                assert number and int(number[1]) == post.number, (post.number, shown)
                assert shown.width == width, (post.number, width, shown)

    def copies_say_what_the_owner_wrote_last(self) -> None:
        """Each copy that stands and that the bot knows of says the words of its post now, with the plan's picture."""
        for plan in self.storm.plans:
            for post in self.of(plan):
                for row, shown in self.copies[post.id]:
                    if shown.deleted or row.state != "sent":
                        continue
                    self._says(plan, post, shown, resent=row.id in self.storm.resent)

    def _says(self, plan: Plan, post: Post, shown: Shown, *, resent: bool) -> None:
        text = shown.text.partition("\n")[2] if plan.kind == "series" else shown.text
        if plan.kind == "series":
            usual = [f"e{shown.width:03} hens", f"e{shown.width:03} an answer"]
        else:
            assert shown.width == plan.width, (plan, shown)
            usual = plan.said
        words = self.storm.edits.get(post.id)
        if words is None:
            assert text in usual, (post.id, usual, shown)
        elif resent:  # it says what the plan said when it was sent once more, which may be newer than its post's words
            assert text in plan.said[plan.said.index(words) :], (post.id, words, plan.said, shown)
        else:
            assert text == words, (post.id, words, shown)

    def what_was_recalled_is_gone_or_named(self) -> None:
        """No copy of it stands, or the receipt names whose."""
        for post_id in self.storm.recalled:
            assert self.posts[post_id].state == "recalled"
            for row, shown in self.copies[post_id]:
                whose = "story channel" if shown.chat_id == CHANNEL else shown.chat_id
                left = [s.text for s in self.room if "Could not be taken back" in s.text and whose in s.text]
                assert shown.deleted or left or self._was_asked_about(row), (row.key, row.state, shown)

    def _was_asked_about(self, row: OutboxRow) -> bool:
        return any(key.startswith(f"undelivered:{row.key}:") for key in self.by_key)

    def figures(self) -> StoryFigures:
        """The storm in numbers."""
        own = [death for death in self.storm.deaths if ":" in death.event]
        return StoryFigures(
            seed=self.storm.seed,
            acts=len(self.storm.done),
            kills=len(self.storm.deaths),
            by_its_own_hand=len(own),
            posts=sum(post.state in ("posted", "recalled") for post in self.posts.values()),
            copies=sum(map(len, self.copies.values())),
            missed=sum(crossing.missed for crossing in self.storm.crossings),
            unsure=sum(key.startswith("undelivered:post:") for key in self.by_key),
            empty=sum(key.startswith("empty:") for key in self.by_key),
            edits=len(self.storm.edits),
            recalls=len(self.storm.recalled),
        )
