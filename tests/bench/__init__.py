"""Measurements of the whole system. They assert nothing: a busy machine must fail no test."""
