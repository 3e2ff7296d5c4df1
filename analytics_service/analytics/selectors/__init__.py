"""Reads of the analytics service. They see what the scope of the transaction shows."""
