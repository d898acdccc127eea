"""All tables, on one metadata. Rows that concern a person carry the customer's id, so that erase is complete."""

from __future__ import annotations

from bot.database.tables.accounts import AccountRow, FileRemark
from bot.database.tables.base import Base
from bot.database.tables.broadcasts import Broadcast, BroadcastRecipient
from bot.database.tables.complaints import EarlyAlert, HeldWords
from bot.database.tables.owners import Block, Note, OwnerRow, Snippet
from bot.database.tables.people import Conversation, Customer, DeskRow, RestockWish, Ticket
from bot.database.tables.privacy import BarredPrint, Erasure
from bot.database.tables.promises import Consent, Promise, Rating
from bot.database.tables.shop import Blob, Change, EntryRow, Image, Phrasing, ProductRow, Revision, TableMapping
from bot.database.tables.stories import Episode, Post, PostReaction, Series, Story
from bot.database.tables.talk import LiveHour, LiveQuestion, PostReply, StoryTalk
from bot.database.tables.traffic import Attachment, ButtonRow, ChatMove, FileId, InboxRow, Lane, OutboxRow, SentPart

__all__ = [
    "AccountRow",
    "Attachment",
    "BarredPrint",
    "Base",
    "Blob",
    "Block",
    "Broadcast",
    "BroadcastRecipient",
    "ButtonRow",
    "Change",
    "ChatMove",
    "Consent",
    "Conversation",
    "Customer",
    "DeskRow",
    "EarlyAlert",
    "EntryRow",
    "Episode",
    "Erasure",
    "FileId",
    "FileRemark",
    "HeldWords",
    "Image",
    "InboxRow",
    "Lane",
    "LiveHour",
    "LiveQuestion",
    "Note",
    "OutboxRow",
    "OwnerRow",
    "Phrasing",
    "Post",
    "PostReaction",
    "PostReply",
    "ProductRow",
    "Promise",
    "Rating",
    "RestockWish",
    "Revision",
    "SentPart",
    "Series",
    "Snippet",
    "Story",
    "StoryTalk",
    "TableMapping",
    "Ticket",
]
