"""Articles of a Zendesk help centre, as its API gives them: `{"articles": [...]}`, a list, or one article a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge.entry import Entry
from knowledge.errors import InputError
from knowledge.importers.found import Placed, Say, id_of, left_out, place
from knowledge.importers.html_text import line_of, text_of
from knowledge.importers.json_stream import elements
from knowledge.values import slug


def articles(path: Path, say: Say) -> Iterator[Placed]:
    """An entry for each published article; one that only some may read is a draft, for the owner to give or not."""
    for article, line in elements(path, "articles"):
        where = place(path, line)
        if not isinstance(article, dict) or not {"title", "name", "body"} & set(article):
            raise InputError(path, line, "is no Zendesk article", "It needs a title and a body.")
        title, body = _text(article, "title") or _text(article, "name"), text_of(_text(article, "body"))
        reason = _kept_back(article, title, body)
        if reason:
            say(left_out(where, line_of(title), reason))
            continue
        yield _entry(article, line_of(title), body), where


def _kept_back(article: dict[str, Any], title: str, body: str) -> str:
    if article.get("draft") is True:
        return "it is a draft"
    if not title.strip():
        return "it has no title"
    return "" if body else "it has no text"


def _entry(article: dict[str, Any], title: str, body: str) -> Entry:
    labels = article.get("label_names")
    return Entry(
        id=id_of(f"zendesk-{article['id']}") if isinstance(article.get("id"), int | str) else slug(title, "zendesk-"),
        questions=(title,),
        answer=body,
        tags=tuple(filter(None, (line_of(str(label)) for label in labels))) if isinstance(labels, list) else (),
        language=_text(article, "locale").replace("_", "-").partition("-")[0].casefold(),
        mode="draft" if article.get("user_segment_id") is not None else "auto",
    )


def _text(article: dict[str, Any], key: str) -> str:
    value = article.get(key)
    return value if isinstance(value, str) else ""
