"""The lists of the auth service cost the same at any size."""

from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from django.utils import timezone

from auth_service.users.choices import RoleName
from auth_service.users.models import Membership, Permission, Role, Session, User
from auth_service.users.models.people import name_columns
from auth_service.users.services.roles import company_roles_create
from auth_service.users.tests.factories import member, person
from common.testing.lists import Asking, ListRules, More


def sessions(asking: Asking) -> More:
    user = member(asking.company_id)
    asking.user_id = user.pk
    soon = timezone.now() + timedelta(days=1)
    return lambda count: Session.objects.bulk_create(
        Session(user=user, company_id=asking.company_id, expires_at=soon) for _ in range(count)
    )


def roles(asking: Asking) -> More:
    return lambda count: [new_role(asking.company_id) for _ in range(count)]


def users(asking: Asking) -> More:
    company_roles_create([asking.company_id])
    role = Role.objects.get(company_id=asking.company_id, name=RoleName.WORKER)
    names = name_columns("Mona", "Saleh")

    def more(count: int) -> None:
        people = User.objects.bulk_create(
            User(id=uuid4(), email=f"{uuid4().hex}@example.com", **names) for _ in range(count)
        )
        Membership.objects.bulk_create(
            Membership(user=each, company_id=asking.company_id, role=role) for each in people
        )

    return more


def places(asking: Asking) -> More:
    """Somebody's roles in many companies, of which only the group's administrators see all."""
    asking.role, user = "super_admin", person()
    asking.path = {"user_id": user.pk}

    def more(count: int) -> None:
        for role in [new_role(uuid4()) for _ in range(count)]:
            Membership.objects.create(user=user, company_id=role.company_id, role=role)

    return more


def new_role(company_id: UUID) -> Role:
    role = Role.objects.create(company_id=company_id, name=uuid4().hex, level=1)
    role.permissions.add(Permission.objects.all()[0])
    return role


class TestLists(ListRules):
    makers: ClassVar = {
        "sessions": sessions,
        "roles": roles,
        "users": users,
        "memberships": places,
        "user-roles": places,
        "user-permissions": places,
    }
