"""The yardstick: the smallest bot that python-telegram-bot's own tutorial leads to.

python benchmarks/echo_bare.py TOKEN URL
"""

from __future__ import annotations

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Says what was said."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def main(token: str, url: str) -> None:
    """Polls and echoes until SIGTERM."""
    application = Application.builder().token(token).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:])
