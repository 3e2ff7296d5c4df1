"""Who the ids in records about people are, as far as the service's own rows and its copies know."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils.translation import get_language

import common.search  # noqa: F401  (registers the lookup used below)
from common.privacy.choices import SubjectKind
from common.privacy.plan import Named, service_plan
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader

MOST_FOUND = 500


def _copy_found(term: str) -> Q:
    return Q(name_folded__folded_prefix=term) | Q(name_ar_folded__folded_prefix=term)


def account_found(term: str) -> Q:
    """Accounts whose name begins with the term, or whose address it is."""
    return Q(name_folded__folded_prefix=term) | Q(email=term.lower())


COPIES = {
    SubjectKind.EMPLOYEE: Named("reference.EmployeeRef", "employee_id", _copy_found),
    SubjectKind.ACCOUNT: Named("reference.UserRef", "user_id", account_found),
}


def subject_name(kind: str = "subject_kind", column: str = "subject_id") -> Combinable:
    """The name of whom ``column`` is the id of, where ``kind`` names a SubjectKind; null when unknown."""
    whens = [When(**{kind: each}, then=name_of(each, column)) for each in COPIES]
    return Case(*whens, output_field=TextField())


def company_name(column: str = "company_id") -> Combinable:
    """The name of the company with the id in ``column``, in the reader's language; null when unknown."""
    return Subquery(CompanyRef.objects.filter(pk=OuterRef(column)).values_list(name_for_reader())[:1])


def name_of(kind: SubjectKind, column: str) -> Combinable:
    """The name of the employee or account with the id in ``column``, in the reader's language; null when unknown."""
    named = _named(kind)
    rows = apps.get_model(named.model)._default_manager.filter(**{named.key: OuterRef(column)})
    return Subquery(rows.values_list(_SHOWN[kind]())[:1], output_field=TextField())


def ids_of(term: str, *kinds: SubjectKind) -> list[UUID]:
    """The ids of those of ``kinds`` whose name begins with the term, as far as the open scope sees them."""
    ids: set[UUID] = set()
    for kind in kinds:
        named = _named(kind)
        rows: QuerySet[Any] = apps.get_model(named.model)._default_manager.filter(named.found(term))
        ids.update(rows.values_list(named.key, flat=True)[:MOST_FOUND])
    return sorted(ids)


def _named(kind: SubjectKind) -> Named:
    return service_plan().names.get(kind, COPIES[kind])


def _employee_shown() -> Combinable:
    arabic, latin = NullIf("full_name_ar", Value("")), NullIf("full_name_en", Value(""))
    if get_language() == "ar":
        return Coalesce(arabic, latin, _in_two_parts(), "number")
    return Coalesce(latin, _in_two_parts(), arabic, "number")


def _account_shown() -> Combinable:
    return Coalesce(_in_two_parts(), "email")


def _in_two_parts() -> Combinable:
    return NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value(""))


_SHOWN = {
    SubjectKind.EMPLOYEE: _employee_shown,
    SubjectKind.ACCOUNT: _account_shown,
}
