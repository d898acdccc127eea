"""`python -m bot` is `concierge`."""

from bot.cli import main

main()
