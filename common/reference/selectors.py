"""Names from the copies."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language


def name_for_reader() -> Any:
    """The name of a copied company or department in the reader's language, as far as it is known."""
    if get_language() == "ar":
        return Coalesce(NullIf("name_ar", Value("")), F("name"))
    return F("name")
