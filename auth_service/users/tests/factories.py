"""People, roles and sessions for tests, made in a scope of all companies."""

from functools import cache
from typing import Any
from uuid import UUID

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from auth_service.users.models import Membership, Role, User
from auth_service.users.models.people import name_columns
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.roles import company_roles_create
from auth_service.users.services.sessions import Device, SignedIn, session_open
from common.security.tenancy import all_companies

PASSWORD = "a long enough sentence"


@cache
def password_hash() -> str:
    """The hash of PASSWORD, computed once a run."""
    return make_password(PASSWORD)


class UserFactory(DjangoModelFactory[User]):
    """An active person without a company, whose password is PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    first_name = "Mona"
    last_name = "Saleh"
    password = factory.LazyFunction(password_hash)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        kwargs |= name_columns(kwargs["first_name"], kwargs["last_name"])
        with all_companies("test data"):
            user: User = super()._create(model_class, *args, **kwargs)
            return user


def person(**fields: Any) -> User:
    """A person without a company."""
    user: User = UserFactory.create(**fields)
    return user


def member(company_id: UUID | None, role: str = "worker", **fields: Any) -> User:
    """A person with a role in a company, whose default roles are made when they are missing."""
    user = person(**fields)
    join(user, company_id, role)
    return user


def join(user: User, company_id: UUID | None, role: str = "worker", *, is_active: bool = True) -> Membership:
    """Give a person one more role, without an event."""
    with all_companies("test data"):
        if company_id is not None:
            company_roles_create([company_id])
        row = Role.objects.get(company_id=company_id, name=role)
        return Membership.objects.create(user=user, company_id=company_id, role=row, is_active=is_active)


def sign_in(user: User, company_id: UUID | None = None) -> SignedIn:
    """Sign a person in with PASSWORD."""
    found = user_authenticate(email=user.email, password=PASSWORD)
    return session_open(user=found, company_id=company_id, device=Device("192.0.2.7", "Test browser"))
