"""Names of people and companies beside rows that have their ids only."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

from common.reference.models import CompanyRef, UserRef
from common.reference.selectors import name_for_reader

MOST_FOUND = 500


def with_person(rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` with ``person``: who ``user_id`` is, as far as auth has told."""
    full_name = Trim(Concat("first_name", Value(" "), "last_name"))
    known = UserRef.objects.filter(pk=OuterRef("user_id")).values(
        shown=Coalesce(NullIf(full_name, Value("")), "email")
    )
    named: QuerySet[Any] = rows.annotate(person=Subquery(known[:1]))
    return named


def with_company(rows: QuerySet[Any]) -> QuerySet[Any]:
    """``rows`` with ``company``: what ``company_id`` is called in the reader's language."""
    known = CompanyRef.objects.filter(pk=OuterRef("company_id")).values(shown=name_for_reader())
    named: QuerySet[Any] = rows.annotate(company=Subquery(known[:1]))
    return named


def of_people(term: str) -> Q | None:
    """The rows of people whose name or address begins with ``term``, or whose id it is; None without a term."""
    term = term.strip()
    if not term:
        return None
    try:
        return Q(user_id=UUID(term))
    except ValueError:
        found = UserRef.objects.filter(Q(name_folded__folded_prefix=term) | Q(email=term.lower()))
        return Q(user_id__in=list(found.values_list("pk", flat=True)[:MOST_FOUND]))
