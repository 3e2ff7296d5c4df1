"""The company that a request is about, and its transaction where a view opens that itself."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.api.serializers import UNKNOWN
from common.errors import PermissionDeniedError, ValidationError
from common.security.principal import Principal
from common.security.scopes import open_scope


@contextmanager
def scope_of(person: Principal) -> Iterator[None]:
    """A transaction that sees what the person's company has."""
    with transaction.atomic(), open_scope(person.tenant_scope()):
        yield


def company_of(person: Principal, given: Mapping[str, Any]) -> UUID:
    """The person's company, or the one that a super administrator names.

    Raises ValidationError, and PermissionDeniedError for somebody who acts for no company.
    """
    refuse_company(person, given)
    company_id: UUID | None = given.get("company_id") or person.company_id
    if company_id is None:
        if not person.all_companies:
            raise PermissionDeniedError
        raise ValidationError(details={"company_id": [_("Name the company.")]})
    return company_id


def refuse_company(person: Principal, given: Mapping[str, Any]) -> None:
    """Raise ValidationError when somebody who serves one company names another."""
    named = given.get("company_id")
    if named is not None and named != person.company_id and not person.all_companies:
        raise ValidationError(details={"company_id": [UNKNOWN]})
