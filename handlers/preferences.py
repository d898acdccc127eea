"""What each customer wants to hear: the one door for everything that the bot says without being asked just then."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.database.tables import Customer

Contact = Literal["restock"]
"""What somebody may be written for: `restock`, that a product is back for which they pressed the button."""


def may_contact(customer: Customer, kind: Contact, now: datetime) -> bool:
    """Whether the customer may be written to for that, now: nobody who said /stop and has asked for nothing since, and
    nobody who can't be reached."""
    stopped = customer.stopped_at is not None and customer.stopped_at <= now
    return customer.reachable and not stopped


def asks_again(customer: Customer) -> None:
    """The customer has asked for something to be sent to them: from now on that may be."""
    customer.stopped_at = None
