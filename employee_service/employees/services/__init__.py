"""Writes of the employee service: one transaction each, with the events that tell of it."""
