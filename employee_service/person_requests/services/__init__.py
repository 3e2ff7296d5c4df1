"""Writes of requests about personal data."""
