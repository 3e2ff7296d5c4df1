"""How accounts, places and roles are written out, in lists and alone."""

from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Func, JSONField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, JSONObject

from auth_service.users import selectors
from auth_service.users.api.serializers import ACCOUNT_FIELDS, user_data
from auth_service.users.models import Membership, Role, RolePermission, User
from auth_service.users.services.role_catalogue import DEFAULT_NAMES
from common.api.rows import Row
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader

Json = dict[str, Any]


def _document(**fields: str) -> Func:
    """A JSON object of columns, without those that are null."""
    return Func(JSONObject(**fields), function="jsonb_strip_nulls", output_field=JSONField())


_ROLE = {
    "id": "role_id",
    "name": "role__name",
    "level": "role__level",
    "company_id": "company_id",
    "created_at": "role__created_at",
}


def _held_roles(user_id: str) -> Coalesce:
    """The roles that a row's person has, as far as they are in scope."""
    held = (
        Membership.objects.filter(user_id=OuterRef(user_id), is_active=True)
        .order_by()
        .values("user_id")
        .annotate(held=JSONBAgg(_document(**_ROLE), order_by=("created_at", "id")))
        .values("held")
    )
    return Coalesce(Subquery(held), Value([], JSONField()))


USER = Row(
    {**{name: name for name in (*ACCOUNT_FIELDS, "last_login")}, "roles": _held_roles("id")},
    required=ACCOUNT_FIELDS,
)
# The same row, read from somebody's place in a company. Only what is added to a row may join other tables.
MEMBER = Row({}).also(
    {**{name: f"user__{name}" for name in (*ACCOUNT_FIELDS, "last_login")}, "roles": _held_roles("user_id")}
)
_MEMBERSHIP = Row(
    {
        "id": "id",
        "company_id": "company_id",
        "is_active": "is_active",
        "created_at": "created_at",
        "updated_at": "updated_at",
        "role": Subquery(
            Role.objects.filter(pk=OuterRef("role_id")).values(
                brief=_document(
                    **{name: name for name in ("id", "name", "level", "company_id", "created_at")}
                )
            )
        ),
    }
)
ROLE = Row(
    {
        "id": "id",
        "name": "name",
        "description": "description",
        "company_id": "company_id",
        "level": "level",
        "is_default": Case(
            When(name__in=sorted(DEFAULT_NAMES), then=True), default=False, output_field=BooleanField()
        ),
        "permissions": ArraySubquery(
            RolePermission.objects.filter(role_id=OuterRef("id"))
            .order_by("permission__code")
            .values("permission__code")
        ),
        "created_at": "created_at",
    }
)


def membership_row() -> Row:
    """A person's place in a company, with its name in the reader's language."""
    named = CompanyRef.objects.filter(company_id=OuterRef("company_id")).values(found=name_for_reader())
    return _MEMBERSHIP.also({"company_name": Subquery(named)})


def account_data(user: User) -> Json:
    """An account with the roles that are in sight."""
    body = user_data(user, selectors.role_list_of(user.id))
    return body | ({"last_login": user.last_login} if user.last_login else {})


def membership_data(place: Membership) -> Json:
    """A person's place in a company."""
    return _given(
        {
            "id": place.id,
            "company_id": place.company_id,
            "role": role_data(place.role),
            "is_active": place.is_active,
            "created_at": place.created_at,
            "updated_at": place.updated_at,
        }
    )


def permissions_data(place: Membership) -> Json:
    """What a person may do by one place."""
    return _given(
        {
            "company_id": place.company_id,
            "all_companies": place.company_id is None,
            "role": role_data(place.role),
            "permissions": [permission.code for permission in place.role.permissions.all()],
        }
    )


def role_data(role: Role) -> Json:
    """A role in brief."""
    return _given({name: getattr(role, name) for name in ("id", "name", "level", "company_id", "created_at")})


def _given(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}
