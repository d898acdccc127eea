"""Telegram as a platform. Its library is imported by the modules that speak with Telegram, not by this package."""
