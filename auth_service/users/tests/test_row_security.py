from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from auth_service.users.models import AccountMail, Membership, Role, RolePermission, Session, User
from auth_service.users.tests.factories import join, member, person, sign_in
from common.security.tenancy import all_companies, company_scope, person_scope
from common.testing.row_security import RowSecurityRules


class TestRowSecurity(RowSecurityRules):
    tables = frozenset({"roles", "user_roles", "sessions"})
    open_to_all = frozenset({"roles"})

    def fill(self, company_id: UUID) -> None:
        user = person()
        role = Role.objects.create(company_id=company_id, name="auditor", level=3)
        Membership.objects.create(user=user, company_id=company_id, role=role)
        Session.objects.create(user=user, company_id=company_id, expires_at=timezone.now())


@pytest.mark.django_db
def test_without_a_scope_there_are_no_people() -> None:
    member(uuid4())
    assert [model.objects.count() for model in (User, Membership, Session, AccountMail)] == [0, 0, 0, 0]


@pytest.mark.django_db
def test_a_companys_manager_never_sees_the_people_of_another() -> None:
    ours, theirs = uuid4(), uuid4()
    here, there, both = member(ours), member(theirs), member(ours)
    join(both, theirs)
    lonely = person()
    with company_scope(ours):
        assert set(User.objects.values_list("pk", flat=True)) == {here.pk, both.pk}
        assert User.objects.filter(email__in=[there.email, lonely.email]).count() == 0
        assert set(Membership.objects.values_list("company_id", flat=True)) == {ours}
        assert User.objects.filter(pk=there.pk).update(first_name="x") == 0
        assert User.objects.filter(pk=there.pk).delete()[0] == 0
    with all_companies("test"):
        assert User.objects.get(pk=there.pk).first_name == "Mona"


@pytest.mark.django_db
def test_a_person_sees_their_own_account_memberships_roles_and_sessions() -> None:
    first, second = uuid4(), uuid4()
    user = member(first)
    join(user, second, "supervisor")
    member(first, "company_manager")
    session = sign_in(user).session
    with person_scope(user.pk):
        assert list(User.objects.values_list("pk", flat=True)) == [user.pk]
        assert set(Membership.objects.values_list("company_id", flat=True)) == {first, second}
        own_roles = Role.objects.filter(company_id__isnull=False)
        assert set(own_roles.values_list("name", flat=True)) == {"worker", "supervisor"}
        assert RolePermission.objects.filter(role__in=own_roles).exists()
        assert list(Session.objects.values_list("pk", flat=True)) == [session.pk]
        assert session.refresh_tokens.count() == 1


@pytest.mark.django_db
def test_a_person_cannot_write_themselves_a_role() -> None:
    company = uuid4()
    user = member(company)
    with all_companies("test"):
        manager = Role.objects.get(company_id=company, name="company_manager")
        super_admin = Role.objects.get(company_id=None)
    with person_scope(user.pk):
        for role in (manager, super_admin):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Membership.objects.create(user=user, company_id=role.company_id, role=role)
        assert Membership.objects.filter(user=user).update(role=manager) == 0


@pytest.mark.django_db
def test_a_membership_cannot_have_the_role_of_another_company() -> None:
    ours, theirs = uuid4(), uuid4()
    user = member(ours)
    join(user, theirs)
    with all_companies("test"):
        foreign = Role.objects.get(company_id=theirs, name="company_manager")
        Membership.objects.filter(user=user, company_id=ours).update(role=foreign)
        with (
            pytest.raises(Exception, match="user_roles_role_of_the_same_company"),
            connection.cursor() as cursor,
        ):
            cursor.execute("set constraints all immediate")


@pytest.mark.django_db
def test_an_address_is_found_by_an_index_whatever_the_policy() -> None:
    with company_scope(uuid4()), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        for condition in ("email = 'a@example.com'", "email ~>=~ 'a' and email ~<~ 'b'"):
            cursor.execute(f"explain select 1 from users where {condition}")
            assert "Index Cond: (" in "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_whether_old_passwords_are_left_is_read_from_their_own_small_index() -> None:
    query = str(User.objects.filter(password__startswith="bcrypt$").values("pk").query).replace(
        "bcrypt$%", "'bcrypt$%'"
    )
    with all_companies("test"), connection.cursor() as cursor:
        # In a table of a few rows every plan costs the same: leave only the one that a large table gets.
        cursor.execute("set local enable_seqscan = off; set local enable_indexscan = off")
        cursor.execute(f"explain {query} limit 1")
        assert "users_with_old_password" in "\n".join(row[0] for row in cursor.fetchall())
