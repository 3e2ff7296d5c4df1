"""Reads of the employee service, always limited to what the reader may see."""
