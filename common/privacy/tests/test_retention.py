"""What is past its time goes by night; how long that is can be decided, and tried without a change."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from common.privacy.choices import AccessAction, Door, SubjectKind
from common.privacy.models import Access, Erasure, KeptFor, RetentionRun
from common.privacy.retention import rules
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in

pytestmark = pytest.mark.django_db


def access(company_id: UUID, days_ago: int) -> Access:
    with company_scope(company_id):
        return Access.objects.create(
            company_id=company_id,
            subject_kind=SubjectKind.EMPLOYEE,
            subject_id=uuid4(),
            actor_id=uuid4(),
            action=AccessAction.VIEWED,
            door=Door.API,
            place="/employees",
            at=timezone.now() - timedelta(days=days_ago),
        )


def left() -> set[int]:
    with all_companies("test"):
        return set(Access.objects.values_list("pk", flat=True))


def retention(*options: str) -> str:
    out = StringIO()
    call_command("retention", *options, stdout=out)
    return out.getvalue()


def test_old_accesses_go_and_young_ones_stay(company_id: UUID) -> None:
    access(company_id, 731)
    young = access(company_id, 729)
    carry_out_retention()
    assert left() == {young.pk}
    run = RetentionRun.objects.get(rule="access_log")
    assert (run.rows, run.days, run.error) == (1, 730, "")
    assert run.finished_at is not None


def test_a_dry_run_counts_and_changes_nothing(company_id: UUID) -> None:
    old = access(company_id, 731)
    told = retention("--dry-run")
    line = next(line for line in told.splitlines() if line.startswith("access_log"))
    assert line.split()[-1] == "1"
    assert "Nothing was changed." in told
    assert left() == {old.pk}
    assert not RetentionRun.objects.exists()
    assert {line.split()[0] for line in told.splitlines()[:-1]} == {rule.name for rule in rules()}


def test_staff_decide_on_another_time_and_the_settings_on_the_usual_one(
    company_id: UUID, settings: Any
) -> None:
    access(company_id, 400)
    settings.RETENTION_DAYS = {"access_log": 500}
    retention("--rule", "access_log")
    assert len(left()) == 1
    KeptFor.objects.create(rule="access_log", days=365, reason="Decision 12 of the board")
    retention("--rule", "access_log")
    assert left() == set()


def test_however_short_the_time_a_months_accesses_stay(company_id: UUID) -> None:
    young = access(company_id, 20)
    KeptFor.objects.create(rule="access_log", days=1, reason="To hide what I read")
    retention("--rule", "access_log")
    assert left() == {young.pk}


def test_a_rule_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(CommandError, match=r"no rule moonlight; there are .*access_log"):
        retention("--rule", "moonlight")


@pytest.mark.parametrize(
    "statement", ["UPDATE person_accesses SET actor_name = 'nobody'", "DELETE FROM person_accesses"]
)
def test_nobody_edits_the_access_log(company_id: UUID, statement: str) -> None:
    access(company_id, 1)
    with (
        all_companies("test"),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_events_that_come_late_about_erased_people_are_emptied(company_id: UUID) -> None:
    from common.messaging.models import EventRecord

    erased = uuid4()
    with all_companies("test"):
        Erasure.objects.create(
            company_id=company_id,
            kind=SubjectKind.EMPLOYEE,
            subject_id=erased,
            ids=[erased],
            done_at=timezone.now() - timedelta(days=2),
        )
        EventRecord.objects.bulk_create(
            [
                EventRecord(
                    type="employee.updated",
                    aggregate_id=uuid4(),
                    company_id=company_id,
                    payload={"employee_id": str(about), "first_name": "Noura", "row": {"a": 1}, "days": 3},
                )
                for about in (erased, uuid4())
            ]
        )
    carry_out_retention()
    with all_companies("test"):
        payloads = list(EventRecord.objects.order_by("id").values_list("payload", flat=True))
    assert [payload["first_name"] for payload in payloads] == ["", "Noura"]
    assert (payloads[0]["row"], payloads[0]["days"]) == ({}, 3)


def test_periods_are_decided_in_the_admin_by_the_groups_own_staff(company_id: UUID) -> None:
    browser = Client()
    sign_in(browser, role="super_admin", name="Group Admin")
    form = {"rule": "access_log", "days": "900", "reason": "Decision 12 of the board"}
    assert browser.post("/admin/privacy/keptfor/add/", form).status_code == 302
    kept = KeptFor.objects.get()
    assert (kept.days, kept.changed_by) == (900, "Group Admin")
    unknown = browser.post("/admin/privacy/keptfor/add/", {**form, "rule": "moonlight"})
    assert unknown.status_code == 200
    for page in ("access", "keptfor", "retentionrun", "erasure"):
        assert browser.get(f"/admin/privacy/{page}/").status_code == 200
    manager = Client()
    sign_in(manager, role="company_manager", company_id=company_id)
    assert manager.get("/admin/privacy/keptfor/").status_code == 403
    assert manager.get("/admin/privacy/access/").status_code == 200
