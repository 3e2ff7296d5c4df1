"""Company names as they are searched: nearly every one begins with the same word, which finds nothing."""

from common.search import fold

KINDS = frozenset(fold(word) for word in ("شركة", "شركه", "مؤسسة", "مجموعة", "مصنع", "the", "company"))


def company_name_folded(name: str) -> str:
    """``name`` folded for search, without a leading word for "company"; empty when there is nothing else."""
    words = fold(name).split()
    while words and words[0] in KINDS:
        words = words[1:]
    return " ".join(words)
