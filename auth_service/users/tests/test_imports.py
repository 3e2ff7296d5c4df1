from typing import Any
from uuid import UUID, uuid4

import pytest

from auth_service.users.exceptions import UnknownRoleError
from auth_service.users.models import Membership, User
from auth_service.users.services.imports import ImportedUser, users_import
from auth_service.users.tests.conftest import Events
from common.security.tenancy import all_companies

OLD_HASH = "$2b$12$/ikeLP2jjDhMHabSTHYkeuJfUkiOLicfBlcUCIGIAEuUunFSxInhK"


def person(**fields: Any) -> ImportedUser:
    values: dict[str, Any] = {
        "id": uuid4(),
        "email": f"{uuid4()}@example.com",
        "first_name": "محمد",
        "last_name": "أحمد",
        "is_active": True,
        "old_id": "user-1",
    }
    return ImportedUser(**{**values, **fields})


@pytest.mark.django_db
def test_imported_accounts_keep_id_role_password_and_state(company_id: UUID, events: Events) -> None:
    manager = person(role="company_manager", company_id=company_id, password_hash=OLD_HASH)
    inactive = person(is_active=False, email="Inactive@Example.com")
    administrator = person(role="super_admin")
    assert users_import([manager, inactive, administrator]) == set()
    with all_companies("test"):
        users = User.objects.in_bulk()
        roles = dict(Membership.objects.values_list("user_id", "role__name"))
    assert users[manager.id].password == f"bcrypt${OLD_HASH}"
    assert not users[inactive.id].has_usable_password()
    assert (users[inactive.id].is_active, users[inactive.id].email) == (False, "inactive@example.com")
    assert roles == {manager.id: "company_manager", administrator.id: "super_admin"}
    (created,) = events("user.created", manager.id)
    assert (created["old_id"], created["company_ids"]) == ("user-1", [str(company_id)])
    assert [event["company_id"] for event in events("role.assigned", administrator.id)] == [None]


@pytest.mark.django_db
def test_an_import_can_run_again_and_takes_no_address_twice(events: Events) -> None:
    first = person(email="same@example.com")
    second = person(email="Same@example.com")
    assert users_import([first, second]) == {second.id}
    assert users_import([first, second]) == {second.id}
    assert len(events("user.created")) == 1


def test_an_unknown_role_stops_the_import(committed_db: None, company_id: UUID) -> None:
    with pytest.raises(UnknownRoleError):
        users_import([person(), person(role="owner", company_id=company_id)])
    with all_companies("test"):
        assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_thousand_accounts_take_a_few_statements(
    company_id: UUID, django_assert_max_num_queries: Any
) -> None:
    people = [person(role="worker", company_id=company_id) for _ in range(1_000)]
    with django_assert_max_num_queries(30):
        users_import(people)
