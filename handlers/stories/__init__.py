"""The owner's stories: planned by chat, previewed, listed, posted once."""

from __future__ import annotations

from handlers.stories.listing import first_words, stories
from handlers.stories.planning import awaited, is_awaited, pressed, story
from handlers.stories.posting import due

__all__ = ["awaited", "due", "first_words", "is_awaited", "pressed", "stories", "story"]
