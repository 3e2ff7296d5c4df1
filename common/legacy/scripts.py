"""Which script a name is written in."""


def is_arabic(name: str) -> bool:
    """Whether ``name`` has Arabic letters."""
    return any("\u0600" <= letter <= "\u06ff" for letter in name)
