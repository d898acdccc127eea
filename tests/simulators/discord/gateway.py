"""The gateway: a session for each IDENTIFY, its events in order, and RESUME with what was missed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMsgType, web

from tests.simulators.discord.accounts import application_flags, guild_as_json
from tests.simulators.discord.channels import Channel
from tests.simulators.discord.describing import news_of
from tests.simulators.discord.messages import Message
from tests.simulators.discord.state import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
REQUEST_MEMBERS, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 8, 9, 10, 11
NOT_AUTHENTICATED, BAD_TOKEN, TWICE, DISALLOWED_INTENTS = 4003, 4004, 4005, 4014

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS, DIRECT_MESSAGES, DIRECT_REACTIONS = 1 << 9, 1 << 10, 1 << 12, 1 << 13
MESSAGE_CONTENT, SCHEDULED_EVENTS = 1 << 15, 1 << 16
PRIVILEGED = {"members": MEMBERS, "presences": PRESENCES, "message_content": MESSAGE_CONTENT}
CHANNEL_NEWS = ("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE")
RESUMABLE_FOR = timedelta(minutes=3)
"""How long a session outlives its connection, by the clock."""
HEARTBEAT_MS = 41_250


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began. `sent` keeps every event with its number, for RESUME."""

    id: str
    intents: int
    sent: list[dict[str, Any]] = field(default_factory=list)
    connection: Connection | None = None
    lost_at: datetime | None = None
    invalid: bool = False

    def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """Sends an event, or keeps it for RESUME while the connection is down."""
        frame = {"op": DISPATCH, "t": name, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        if self.connection:
            self.connection.send(frame)

    def wants(self, name: str, about: Message | Channel | None) -> bool:
        """Whether its intents ask for such an event."""
        direct = (about.channel if isinstance(about, Message) else about) if about else None
        in_dm = direct is not None and direct.kind == "dm"
        if name.startswith("MESSAGE_REACTION"):
            return bool(self.intents & (DIRECT_REACTIONS if in_dm else GUILD_REACTIONS))
        if name.startswith("MESSAGE_") or name == "CHANNEL_PINS_UPDATE":
            return bool(self.intents & (DIRECT_MESSAGES if in_dm else GUILD_MESSAGES))
        if name.startswith("GUILD_SCHEDULED_EVENT"):
            return bool(self.intents & SCHEDULED_EVENTS)
        if name.startswith(("CHANNEL_", "THREAD_", "GUILD_")):
            return bool(self.intents & GUILDS)
        return True


@dataclass(eq=False)
class Connection:
    """One socket. Frames wait in `waiting` for the task that writes them."""

    socket: web.WebSocketResponse
    compress: bool
    abort: Callable[[], None]
    """Cuts the connection without a word."""
    session: Session | None = None
    waiting: asyncio.Queue[dict[str, Any] | int | None] = field(default_factory=asyncio.Queue)
    beats: int = 0

    def send(self, frame: dict[str, Any]) -> None:
        """A frame, in order."""
        self.waiting.put_nowait(frame)

    def close(self, code: int) -> None:
        """Closes behind the frames that wait."""
        self.waiting.put_nowait(code)

    async def write(self) -> None:
        """Writes what waits until the socket is closed."""
        packer = zlib.compressobj()
        while (frame := await self.waiting.get()) is not None:
            if isinstance(frame, int):
                await self.socket.close(code=frame)
                return
            text = json.dumps(frame, ensure_ascii=False)
            if self.compress:
                raw = packer.compress(text.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
                await self.socket.send_bytes(raw)
            else:
                await self.socket.send_str(text)


@dataclass
class Gateway:
    """All sessions of the bot. `identifies` and `resumes` count what came, `beats` the heartbeats."""

    world: World
    token: Callable[[], str]
    sessions: list[Session] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    identifies: int = 0
    resumes: int = 0
    beats: int = 0
    properties: dict[str, Any] = field(default_factory=dict)
    """What the last IDENTIFY said."""
    silent: bool = False
    """While true, heartbeats get no answer."""

    def tell(self, name: str, data: dict[str, Any], about: Message | Channel | None) -> None:
        """An event for every session that asks for such and may see it."""
        place = about.channel if isinstance(about, Message) else about
        if place and place.guild_id and not self._seen(name, place):
            return
        for session in self.sessions:
            session.invalid = session.invalid or self._too_old(session)
            if not session.invalid and session.wants(name, about):
                session.dispatch(name, self._for(session, name, data, about))

    def _seen(self, name: str, place: Channel) -> bool:
        """A bot is told of every channel that comes and goes, but of what happens there only where it may look."""
        in_guild = self.world.guild.bot_is_in
        return in_guild and (self.world.may(place, "view_channel") or name in CHANNEL_NEWS)

    def _for(self, session: Session, name: str, data: dict[str, Any], about: Any) -> dict[str, Any]:
        hidden = not session.intents & MESSAGE_CONTENT
        if hidden and name in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and isinstance(about, Message):
            nonce = {"nonce": data["nonce"]} if "nonce" in data else {}
            return news_of(self.world, about, content=False) | nonce
        return data

    @property
    def connected(self) -> bool:
        """Whether the bot has a session that is connected now."""
        return any(session.connection for session in self.sessions)

    def drop(self, *, resumable: bool = True, how: str = "cut") -> None:
        """Ends all connections: `cut` without a word, `reconnect` by op 7, `invalid` by op 9."""
        for session in self.sessions:
            session.invalid = session.invalid or not resumable
        for connection in list(self.connections):
            self._lose(connection)
            if how == "reconnect":
                connection.send({"op": RECONNECT, "d": None})
            elif how == "invalid":
                connection.send({"op": INVALID_SESSION, "d": resumable})
            else:
                connection.abort()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection of the bot, from HELLO to its end."""
        socket = web.WebSocketResponse(max_msg_size=0, timeout=0.1)
        await socket.prepare(request)
        transport = request.transport
        abort = transport.abort if transport else lambda: None
        connection = Connection(socket, request.query.get("compress") == "zlib-stream", abort)
        self.connections.append(connection)
        writing = asyncio.create_task(connection.write())
        connection.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(connection, json.loads(message.data))
        finally:
            self._end(connection, socket.close_code)
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writing
        return socket

    def _take(self, connection: Connection, frame: dict[str, Any]) -> None:
        op, data = frame["op"], frame.get("d") or {}
        if op == HEARTBEAT:
            self.beats += 1
            if not self.silent:
                connection.send({"op": HEARTBEAT_ACK})
        elif op == IDENTIFY:
            self._identify(connection, data)
        elif op == RESUME:
            self._resume(connection, data)
        elif connection.session is None:
            connection.close(NOT_AUTHENTICATED)
        elif op == REQUEST_MEMBERS:
            self._tell_members(connection.session, data)

    def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        self.identifies += 1
        self.properties = data
        now = self.world.now()
        if connection.session:
            connection.close(TWICE)
        elif data["token"].removeprefix("Bot ") != self.token() or self.world.starts.remaining(now) == 0:
            connection.close(BAD_TOKEN)
        elif any(data["intents"] & bit for name, bit in PRIVILEGED.items() if name not in self.world.allowed_intents):
            connection.close(DISALLOWED_INTENTS)
        else:
            self.world.starts.at.append(now)
            self._begin(connection, data["intents"])

    def _begin(self, connection: Connection, intents: int) -> None:
        session = Session(f"{self.world.new_id():032x}", intents, connection=connection)
        connection.session = session
        self.sessions.append(session)
        guild = self.world.guild
        ready = {
            "v": 10,
            "user": self.world.bot.as_me(),
            "guilds": [{"id": str(guild.id), "unavailable": True}] if guild.bot_is_in else [],
            "session_id": session.id,
            "resume_gateway_url": self.world.gateway_url,
            "session_type": "normal",
            "private_channels": [],
            "application": {"id": str(self.world.bot.id), "flags": application_flags(self.world)},
        }
        session.dispatch("READY", ready)
        if intents & GUILDS and guild.bot_is_in:
            session.dispatch("GUILD_CREATE", self.guild())

    def guild(self) -> dict[str, Any]:
        """The guild with all its channels, those included that the bot can't look into, and the threads it sees."""
        world, guild = self.world, self.world.guild
        awake = [t for t in world.threads.values() if not t.archived and world.may(t, "view_channel")]
        return guild_as_json(world) | {
            "joined_at": guild.members[world.bot.id].joined_at.isoformat(),
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [member.as_json() for member in guild.members.values()],
            "channels": [c.as_json() for c in world.channels.values() if c.guild_id and not c.is_thread],
            "threads": [thread.as_json() for thread in awake],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "soundboard_sounds": [],
            "guild_scheduled_events": list(world.scheduled_events.values()),
        }

    def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        self.resumes += 1
        session = next((s for s in self.sessions if s.id == data["session_id"]), None)
        if data["token"].removeprefix("Bot ") != self.token():
            connection.close(BAD_TOKEN)
            return
        if session is None or session.invalid or self._too_old(session):
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        session.connection, session.lost_at, connection.session = connection, None, session
        for frame in session.sent[data["seq"] or 0 :]:
            connection.send(frame)
        session.dispatch("RESUMED", {})

    def _too_old(self, session: Session) -> bool:
        return session.lost_at is not None and self.world.now() - session.lost_at > RESUMABLE_FOR

    def _tell_members(self, session: Session, data: dict[str, Any]) -> None:
        found = [member.as_json() for member in self.world.guild.members.values()]
        chunk = {"guild_id": str(self.world.guild.id), "members": found, "chunk_index": 0, "chunk_count": 1}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"not_found": [], "nonce": data.get("nonce")})

    def _end(self, connection: Connection, code: int | None) -> None:
        """A connection that its client closed with 1000 or 1001 ends its session with it."""
        if connection.session and connection.session.connection is connection and code in (1000, 1001):
            connection.session.invalid = True
        self._lose(connection)

    def _lose(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        session = connection.session
        if session and session.connection is connection:
            session.connection, session.lost_at = None, self.world.now()
