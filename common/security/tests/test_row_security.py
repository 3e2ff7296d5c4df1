"""What the policies let through, made today or by an older version, tried on tables of their own as their owner."""

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from common.conf import env
from common.security.row_security import ConditionPolicy, ReadScopeOnce, TenantPolicy

OURS, THEIRS, SOMEBODY = UUID(int=1), UUID(int=2), UUID(int=3)
TABLE = """
    CREATE TABLE notes (company_id uuid{limits}, user_id uuid, word text);
    INSERT INTO notes VALUES ('{ours}', '{somebody}', 'ours'), ('{theirs}', NULL, 'theirs'){more};
"""
# As the first version wrote them: what the settings say was read for every row.
EVERY = "coalesce(current_setting('app.all_companies', true), '') = 'on'"
COMPANY = "nullif(current_setting('app.company_id', true), '')::uuid"
PERSON = "nullif(current_setting('app.user_id', true), '')::uuid"
OLD = {
    "per row": f"{EVERY} OR company_id = {COMPANY}",
    "per statement": f"(select {EVERY}) OR company_id = (select {COMPANY})",
}


@pytest.fixture
def owner(db: None) -> Iterator[BaseDatabaseWrapper]:
    """A connection of the tables' owner, whom FORCE binds too, in a transaction that leaves nothing behind."""
    url = urlsplit(env.required("DATABASE_OWNER_URL"))
    wrapper = connection.copy()
    wrapper.settings_dict = connection.settings_dict | {"USER": url.username, "PASSWORD": url.password or ""}
    with closing(wrapper):
        wrapper.set_autocommit(False)
        yield wrapper
        wrapper.rollback()


def make(owner: BaseDatabaseWrapper, *statements: str, nullable: bool) -> None:
    more = ", (NULL, NULL, 'nobody''s')" if nullable else ""
    limits = "" if nullable else " NOT NULL"
    table = TABLE.format(limits=limits, ours=OURS, theirs=THEIRS, somebody=SOMEBODY, more=more)
    with owner.cursor() as cursor:
        for statement in (table, *statements):
            cursor.execute(statement)


def seen(owner: BaseDatabaseWrapper, company_id: str = "", every: str = "", user_id: str = "") -> set[str]:
    settings = {"app.company_id": company_id, "app.all_companies": every, "app.user_id": user_id}
    with owner.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        cursor.execute("SELECT word FROM notes")
        return {word for (word,) in cursor.fetchall()}


def seen_by_each(owner: BaseDatabaseWrapper) -> list[set[str]]:
    """By the company, by another, by nobody, and by who sees every company."""
    return [seen(owner, str(OURS)), seen(owner, str(THEIRS)), seen(owner), seen(owner, every="on")]


def plan(owner: BaseDatabaseWrapper) -> str:
    with owner.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT FROM notes WHERE company_id = %s", [OURS])
        return "\n".join(line for (line,) in cursor.fetchall())


def old_policy(condition: str) -> list[str]:
    made = ConditionPolicy("notes", condition)
    return [str(made.sql)]


def upgrade(owner: BaseDatabaseWrapper) -> None:
    with owner.schema_editor(atomic=False) as editor:
        ReadScopeOnce().database_forwards("security", editor, None, None)


@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize("before", [None, *OLD])
def test_a_company_sees_its_rows_and_nobodys_are_seen_by_those_who_see_every_company(
    owner: BaseDatabaseWrapper, before: str | None, nullable: bool
) -> None:
    policy = old_policy(OLD[before]) if before else [str(TenantPolicy("notes").sql)]
    make(owner, *policy, nullable=nullable)
    if before:
        upgrade(owner)
    everything = {"ours", "theirs", "nobody's"} if nullable else {"ours", "theirs"}
    assert seen_by_each(owner) == [{"ours"}, {"theirs"}, set(), everything]


@pytest.mark.parametrize("before", [None, *OLD])
def test_rows_of_no_company_are_everybodys_where_that_is_said(
    owner: BaseDatabaseWrapper, before: str | None
) -> None:
    made = str(TenantPolicy("notes", nullable=True).sql)
    make(owner, *(old_policy(f"{OLD[before]} OR company_id IS NULL") if before else [made]), nullable=True)
    if before:
        upgrade(owner)
    shared = "nobody's"
    assert seen_by_each(owner) == [
        {"ours", shared},
        {"theirs", shared},
        {shared},
        {"ours", "theirs", shared},
    ]


def test_rows_that_come_to_belong_to_no_company_later_are_nobodys_until_the_policy_is_made_anew(
    owner: BaseDatabaseWrapper,
) -> None:
    make(owner, str(TenantPolicy("notes").sql), nullable=False)
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE notes ALTER company_id DROP NOT NULL")
        cursor.execute("SELECT set_config('app.all_companies', 'on', true)")
        cursor.execute("ALTER TABLE notes NO FORCE ROW LEVEL SECURITY")
        cursor.execute("INSERT INTO notes VALUES (NULL, NULL, 'nobody''s')")
        cursor.execute("ALTER TABLE notes FORCE ROW LEVEL SECURITY")
    assert seen_by_each(owner) == [{"ours"}, {"theirs"}, set(), {"ours", "theirs"}]
    with owner.cursor() as cursor:
        cursor.execute(str(TenantPolicy("notes").sql))
    assert seen_by_each(owner) == [{"ours"}, {"theirs"}, set(), {"ours", "theirs", "nobody's"}]


@pytest.mark.parametrize("before", [None, *OLD])
def test_the_scope_is_read_once_a_statement_and_by_one_subquery(
    owner: BaseDatabaseWrapper, before: str | None
) -> None:
    make(owner, *(old_policy(OLD[before]) if before else [str(TenantPolicy("notes").sql)]), nullable=False)
    if before:
        upgrade(owner)
    assert plan(owner).count("InitPlan") == 1
    assert "current_setting" not in plan(owner)


def test_what_belongs_to_a_person_stays_theirs_and_is_read_once_a_statement(
    owner: BaseDatabaseWrapper,
) -> None:
    make(owner, *old_policy(f"{EVERY} OR user_id = {PERSON}"), nullable=False)
    upgrade(owner)
    assert "current_setting" not in plan(owner)
    assert seen(owner, str(OURS)) == seen(owner) == set()
    assert seen(owner, user_id=str(SOMEBODY)) == {"ours"}
    assert seen(owner, every="on") == {"ours", "theirs"}
