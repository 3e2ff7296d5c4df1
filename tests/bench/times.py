"""Percentiles of measured times."""

from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` percent of the values do not exceed; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else 0.0


def described(seconds: Sequence[float]) -> str:
    """p50, p99 and the longest, in milliseconds."""
    p50, p99, longest = (percentile(seconds, share) * 1000 for share in (50, 99, 100))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, longest {longest:.0f} ms ({len(seconds)} measured)"
