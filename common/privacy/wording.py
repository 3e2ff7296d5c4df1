"""What people read of an erasure, in their own language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import format_html_join

from common.privacy.choices import Because, Fate, Holding


def lines_told(lines: Iterable[Mapping[str, Any]]) -> str:
    """What became of each kind of data, a line each, from lines as they are stored."""
    return format_html_join("", "<div>{}</div>", ((_sentence(line),) for line in lines)) or "—"


def _sentence(line: Mapping[str, Any]) -> str:
    told = f"{Holding(line['holding']).label}: {line['rows']} {Fate(line['fate']).label}"
    if line.get("until"):
        told += f" ({line['until']})"
    return f"{told}. {Because(line['because']).label}" if line.get("because") else told
