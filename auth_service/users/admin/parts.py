"""What the pages have in common: who asks, and how companies and roles are called."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

import common.search  # noqa: F401  (registers the lookup used below)
from auth_service.users.access import NO_ACCESS, Access
from auth_service.users.choices import role_title
from auth_service.users.models import User
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader

BY_ADMINISTRATOR = "by_administrator"


def asking(request: HttpRequest) -> Access:
    """What the administrator may do who sent the request; nothing for anybody else."""
    user: object = request.user
    return user.access if isinstance(user, User) else NO_ACCESS


def with_company_name(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with the name of their company as the company service last told it, in the reader's language."""
    names = CompanyRef.objects.filter(company_id=OuterRef("company_id")).values_list(name_for_reader())[:1]
    named: QuerySet[Any] = rows.annotate(company_name=Subquery(names))
    return named


@admin.display(description=_("company"), ordering="company_id")
def company(row: Any) -> str:
    """The name of a row's company, or its id while the name is not known here."""
    if row.company_id is None:
        return str(_("all companies"))
    return row.company_name or str(row.company_id)


class RoleNameFilter(admin.AllValuesFieldListFilter):
    """By a role's name, in the reader's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(_("role"))

    def choices(self, changelist: Any) -> Any:
        return [
            {**choice, "display": role_title(str(choice["display"]))}
            for choice in super().choices(changelist)
        ]
