"""Platforms: each folder is one adapter, and none knows of another."""
