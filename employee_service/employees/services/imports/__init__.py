"""Rows of the old system, brought in, changed and taken away again with a few statements for thousands."""
