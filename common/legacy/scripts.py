"""Which script a name is written in."""

import re

_ARABIC = re.compile("[\u0600-\u06ff]")


def is_arabic(name: str) -> bool:
    """Whether ``name`` has Arabic letters."""
    return _ARABIC.search(name) is not None
