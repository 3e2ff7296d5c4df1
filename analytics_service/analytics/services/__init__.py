"""Writes of the analytics service: what the consumers keep, and the reports that people ask for."""
