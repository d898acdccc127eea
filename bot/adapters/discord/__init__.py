"""Discord: the adapter and what it is made of."""
