"""Fields of JSON bodies that take no text which reads as something else than it is."""

import unicodedata
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.search import fold

# They turn the direction of what follows: a name could then read as another.
_DIRECTION_OVERRIDES = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class Name(serializers.CharField):
    """A name or a number in one line, of which something can be seen; empty only where ``allow_blank`` says so."""

    default_error_messages = {
        "unprintable": _("Control characters are not allowed."),
        "invisible": _("Nothing of this can be seen."),
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if any(unicodedata.category(c) == "Cc" or c in _DIRECTION_OVERRIDES for c in text):
            self.fail("unprintable")
        if text and not fold(text):
            self.fail("invisible")
        return text
