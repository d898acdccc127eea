"""What must be true after a storm: the platform's ground truth and the database, held against each other.

A row of the outbox is one platform call, and its id stands in the call's nonce. A row may have been taken twice only
where the send itself was cut: the process died while the row was `sending`, or the connection broke before the answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database import Database
from bot.database.tables import Conversation, DeskRow, InboxRow, OutboxRow
from tests.reliability.storm import ANSWER, ASKED, Said, Storm
from tests.simulators.loopback import CHANNEL, ROOM, Accepted

AGAIN = "You asked this a moment ago"
TOKEN = re.compile(r"\b[qans]\d{3}\b")


@dataclass(frozen=True)
class Figures:
    """One storm in numbers. `doubled` are calls beyond a row's first, each of them cut; `orphaned` are owner's words
    in a thread whose opening was cut, so that no bot can know whose it is."""

    seed: int
    messages: int
    kills: int
    cut_calls: int
    calls: int
    doubled: int
    second_threads: int
    uncertain_posts: int
    orphaned: int


async def judge(storm: Storm, database: Database) -> Figures:
    """Asserts every promise; returns the figures."""
    async with database.read() as session:
        truth = await Truth.of(storm, session)
    truth.each_update_has_one_outcome()
    truth.each_row_went_out_once()
    truth.lanes_kept_their_order()
    truth.customers_words_arrived()
    truth.owners_words_arrived()
    truth.answers_came_once()
    truth.stories_went_out_once_at_most()
    truth.nobody_read_anothers_words()
    return truth.figures()


@dataclass
class Truth:
    """Everything that is known after a storm."""

    storm: Storm
    inbox: dict[str, InboxRow]
    outbox: dict[int, OutboxRow]
    customer_of: dict[str, str]
    desks: dict[str, str | None]

    @classmethod
    async def of(cls, storm: Storm, session: AsyncSession) -> Truth:
        """Reads the database."""
        inbox = {row.update_id: row for row in await session.scalars(select(InboxRow))}
        outbox = {row.id: row for row in await session.scalars(select(OutboxRow))}
        joined = select(Conversation, DeskRow).join(DeskRow, DeskRow.conversation_id == Conversation.id)
        desks = {owner.chat_id: desk.thread_id for owner, desk in await session.execute(joined)}
        return cls(storm, inbox, outbox, dict(storm.platform.threads), desks)

    # What follows is asked again and again below.

    def row_of(self, call: Accepted) -> OutboxRow:
        """The row for which a call was made."""
        return self.outbox[int(call.nonce.partition("-")[0], 16)]

    def heard(self) -> Iterator[Accepted]:
        """The accepted calls, each row's first only. A card that is edited says again what was asked; words stand in
        the threads by what was sent."""
        known: set[str] = set()
        for call in self.storm.platform.calls:
            if call.nonce not in known:
                known.add(call.nonce)
                if self.row_of(call).op != "edit":
                    yield call

    def in_thread_of(self, customer: str) -> list[str]:
        """What was put into a customer's threads, in order, no row twice."""
        return [c.text for c in self.heard() if c.thread_id and self.customer_of[c.thread_id] == customer]

    def in_chat(self, chat_id: str) -> list[str]:
        """What was put into a chat, in order, no row twice."""
        return [c.text for c in self.heard() if c.chat_id == chat_id and c.thread_id is None]

    def outcome(self, said: Said) -> str | None:
        """What became of somebody's words."""
        return self.inbox[str(said.update_id)].outcome

    def of_kind(self, kind: str) -> list[Said]:
        """Everything of one kind that was said, in order."""
        return [said for said in self.storm.said if said.step.kind == kind]

    def story_of(self, customer: str) -> str:
        """Everything that concerns a customer, for whoever reads a failure."""
        said = [(s.update_id, s.step.kind, s.step.text, self.outcome(s), s.thread_id)
                for s in self.storm.said if s.step.who == customer]  # fmt: skip
        calls = [(c.number, c.nonce, c.chat_id, c.thread_id, c.text) for c in self.storm.platform.calls
                 if customer in (c.chat_id, self.customer_of.get(c.thread_id or ""))]  # fmt: skip
        return "\n".join(["", *map(str, said), *map(str, calls)])

    def orphaned(self, said: Said) -> bool:
        """Whether it was written in a thread whose opening was cut."""
        return said.thread_id is not None and said.thread_id not in self.desks.values()

    def cuts(self, row_id: int) -> int:
        """How often a row's call was cut: by a death, or by the weather."""
        by_death = sum(row_id in death.sending for death in self.storm.deaths)
        return by_death + sum(self.row_of(self.storm.platform.calls[n]).id == row_id for n in self.storm.cut)

    # The promises.

    def each_update_has_one_outcome(self) -> None:
        """Nothing is pending, nothing failed, nothing is missing."""
        told = {str(update["update_id"]) for update in self.storm.platform.updates}
        assert told <= set(self.inbox) <= told | self.storm.platform.may_be_missing()
        orphans = {str(said.update_id) for said in self.storm.said if self.orphaned(said)}
        for row in self.inbox.values():
            fine = ("done", "failed") if row.update_id in orphans else ("done",)
            assert row.state in fine and row.outcome, (row.update_id, row.state, row.outcome, row.error)

    def each_row_went_out_once(self) -> None:
        """Once, and again only for each time that the send was cut."""
        taken = Counter(self.row_of(call).id for call in self.storm.platform.calls)
        for row in self.outbox.values():
            # It was deleted before the cut, or Telegram lets go of it no more, which the owner reads.
            gone = row.op == "delete" and row.error.startswith(("target_gone", "too_old"))
            assert gone or row.state in ("sent", "cancelled", "uncertain"), (row.key, row.state, row.error)
            assert taken[row.id] <= 1 + self.cuts(row.id), f"{row.key} was taken {taken[row.id]} times"
            if row.state == "sent" and row.op != "mark":  # a tag that is there already needs no call
                assert taken[row.merged_into or row.id] >= 1, f"{row.key} was never taken"
            if row.kind == "post" and row.op == "send":
                assert taken[row.id] <= 1, f"{row.key} was posted {taken[row.id]} times"

    def lanes_kept_their_order(self, but: Collection[int] = ()) -> None:
        """The calls of a lane came in the order of its places, repeated ones too, `but` for these rows."""
        last: dict[str, int] = {}
        for call in self.storm.platform.calls:
            row = self.row_of(call)
            if row.id in but:
                continue
            assert last.get(row.lane, 0) <= row.place, f"{row.key} came after a later one"
            last[row.lane] = row.place

    def customers_words_arrived(self) -> None:
        """Handed over or relayed means: in the customer's thread, once, in the order in which they were said."""
        for customer in sorted({said.step.who for said in self.of_kind("customer")}):
            calls = [c for c in self.heard() if c.thread_id and self.customer_of[c.thread_id] == customer]
            tokens = [t for call in calls for t in TOKEN.findall(call.text) if t.startswith("q")]
            said = [s for s in self.of_kind("customer") if s.step.who == customer and s.step.text != ASKED]
            words = {t: s for s in said for t in TOKEN.findall(s.step.text)}
            for token, line in words.items():
                least = 1 if self.outcome(line) in ("handed_over", "relayed") else 0
                assert least <= tokens.count(token) <= 1, (token, self.outcome(line), tokens)
                assert self.outcome(line) in ("handed_over", "relayed", "answered", "suggested")
            assert tokens == [token for token in words if token in tokens], self.story_of(customer)

    def owners_words_arrived(self) -> None:
        """Each came to its customer once, in order; a note nowhere."""
        for customer in sorted({said.step.who for said in self.of_kind("owner")}):
            tokens = [t for text in self.in_chat(customer) for t in TOKEN.findall(text)]
            said = [s for s in self.of_kind("owner") if s.step.who == customer and not self.orphaned(s)]
            assert tokens == [t for s in said for t in TOKEN.findall(s.step.text)], self.story_of(customer)
        everything = " ".join(call.text for call in self.storm.platform.calls)
        notes = [t for s in self.of_kind("note") for t in TOKEN.findall(s.step.text)]
        assert [t for t in notes if t in everything] == []

    def answers_came_once(self) -> None:
        """As many answers as questions that were answered, in the chat of whoever asked; who asked the same twice may
        read the answer again, with the word that it was handed over."""
        for customer in sorted({said.step.who for said in self.of_kind("customer")}):
            asked = [s for s in self.of_kind("customer") if s.step.who == customer and s.step.text == ASKED]
            answered = [s for s in asked if self.outcome(s) == "answered"]
            relayed = [s for s in asked if self.outcome(s) in ("relayed", "handed_over")]
            given = [text for text in self.in_chat(customer) if ANSWER in text]
            again = [text for text in given if AGAIN in text]
            assert len(given) - len(again) == len(answered) and len(again) <= len(relayed), (
                given,
                self.story_of(customer),
            )
            told = sum(text.count(ASKED) for text in self.in_thread_of(customer))
            assert len(relayed) <= told <= len(asked), (told, [self.outcome(s) for s in asked])

    def stories_went_out_once_at_most(self) -> None:
        """Once, or never where the send was cut, and then the owner was asked."""
        shown = [t for text in self.in_chat(CHANNEL) for t in TOKEN.findall(text)]
        assert max(Counter(shown).values(), default=0) <= 1
        posts = [row for row in self.outbox.values() if row.kind == "post"]
        assert len(posts) == len(self.of_kind("confirm"))
        for row in posts:
            assert row.state == "sent" or (row.state == "uncertain" and self._told(row))

    def _told(self, row: OutboxRow) -> bool:
        return any(other.key.startswith(f"undelivered:{row.key}:") for other in self.outbox.values())

    def nobody_read_anothers_words(self) -> None:
        """A customer's chat holds the words of the owner to them alone, a thread those of its customer alone."""
        speakers = {t: s.step.who for s in self.storm.said for t in TOKEN.findall(s.step.text)}
        for call in self.storm.platform.calls:
            if call.chat_id == CHANNEL or (call.chat_id == ROOM and call.thread_id is None):
                continue
            reader = self.customer_of[call.thread_id] if call.thread_id else call.chat_id
            assert {speakers[t] for t in TOKEN.findall(call.text)} <= {reader}, f"{reader} read {call.text!r}"

    def second_threads(self) -> int:
        """How many customers' threads were opened again; each of them because its opening was cut.

        On Telegram a thread is made by one call and gets its first message by the next: where that one was cut before
        the platform took it, and the process died before its next try, the cut is to be seen in no row.
        """
        opened = Counter(self.storm.platform.threads.values())
        opens = [call for call in self.storm.platform.calls if call.op == "open_thread"]
        for customer, count in opened.items():
            rows = {self.row_of(c).id for c in opens if c.thread_id and self.customer_of[c.thread_id] == customer}
            cuts = self.storm.unheard + sum(map(self.cuts, rows))
            assert len(rows) == 1 and count <= 1 + cuts, f"{customer} has {count} threads"
        return sum(count - 1 for count in opened.values())

    def figures(self) -> Figures:
        """The storm in numbers."""
        calls = self.storm.platform.calls
        return Figures(
            seed=self.storm.seed,
            messages=len(self.storm.said),
            kills=len(self.storm.deaths),
            cut_calls=len(self.storm.cut) + sum(len(death.sending) for death in self.storm.deaths),
            calls=len(calls),
            doubled=len(calls) - len({call.nonce for call in calls}),
            second_threads=self.second_threads(),
            uncertain_posts=sum(row.state == "uncertain" for row in self.outbox.values()),
            orphaned=sum(self.orphaned(said) for said in self.of_kind("owner")),
        )
