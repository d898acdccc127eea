"""`concierge setup`: questions, one at a time, that end in an `.env`, a shop's folder and the next step."""
