"""A restored backup brings nobody back who was erased: the ledger knows them, and every service is asked again."""

import json
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from common.days import today
from common.privacy.models import Erasure
from common.security.tenancy import all_companies
from employee_service.employees.models import Employee, EmployeeProfile
from employee_service.employees.tests.http import done
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.tasks import advance_person_requests
from employee_service.person_requests.tests.neighbours import OTHERS, Others
from employee_service.person_requests.tests.test_erasures import gone_since
from employee_service.person_requests.tests.test_exports import ADDRESS, asked_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(settings: Any, tmp_path: Path) -> Path:
    file = tmp_path / "beside" / "erasures.jsonl"
    settings.ERASURE_LEDGER_FILE = str(file)
    return file


def reapplied(*options: str) -> str:
    out = StringIO()
    call_command("reapply_erasures", *options, stdout=out)
    return out.getvalue()


def profile_restored(employee: Employee) -> None:
    """What a restored table of profiles has again."""
    with all_companies("test"):
        EmployeeProfile.objects.create(company_id=employee.company_id, employee=employee, notes="Left-handed")


def profiles(employee: Employee) -> int:
    with all_companies("test"):
        return EmployeeProfile.objects.filter(employee=employee).count()


def erased(manager: APIClient, company_id: UUID) -> tuple[Employee, str]:
    employee = gone_since(company_id, today())
    request = asked_for(manager, employee.id, "erasure")
    advance_person_requests()
    assert done(manager.get(f"{ADDRESS}/{request}"))["request"]["state"] == "done"
    return employee, request


def test_an_erasure_is_noted_by_ids_and_days_before_anybody_is_asked(
    manager: APIClient, company_id: UUID, others: Others, ledger: Path
) -> None:
    others.down = set(OTHERS)
    employee = gone_since(company_id, today(), first_name="Unmistakable")
    request = asked_for(manager, employee.id, "erasure")
    advance_person_requests()
    assert others.asked == []
    [line] = [json.loads(line) for line in ledger.read_text().splitlines() if line]
    assert line.pop("keep_until")
    assert line == {
        "request_id": request,
        "company_id": str(company_id),
        "employee_id": str(employee.id),
        "user_id": str(employee.user_id),
        "kind": "erasure",
        "date": str(today()),
    }
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_noted_is_not_carried_out(
    manager: APIClient, company_id: UUID, others: Others, ledger: Path
) -> None:
    ledger.mkdir(parents=True)
    employee = gone_since(company_id, today())
    request = asked_for(manager, employee.id, "erasure")
    advance_person_requests()
    assert others.asked == []
    parts = done(manager.get(f"{ADDRESS}/{request}"))["request"]["parts"]
    assert any(str(ledger) in part.get("error", "") for part in parts)
    assert profiles(employee) == 1
    ledger.rmdir()
    with all_companies("test"):
        RequestPart.objects.filter(finished_at=None).update(due_at=timezone.now())
    advance_person_requests()
    assert profiles(employee) == 0


def test_after_a_restore_from_before_the_erasure_everybody_is_asked_again(
    manager: APIClient, company_id: UUID, others: Others, ledger: Path
) -> None:
    employee, request = erased(manager, company_id)
    profile_restored(employee)
    with all_companies("test"):
        RequestPart.objects.all().delete()
        PersonRequest.objects.all().delete()
        Erasure.objects.all().delete()
    others.asked.clear()
    assert "1 erasures are asked for again" in reapplied("--dry-run")
    assert not others.asked
    assert "1 erasures are asked for again, 0 were under way, 0 are of people" in reapplied()
    assert "0 erasures are asked for again, 1 were under way" in reapplied()
    advance_person_requests()
    assert profiles(employee) == 0
    assert sorted(service for service, _what, _body in others.asked) == sorted(OTHERS)
    assert {body["request_id"] for _service, _what, body in others.asked} == {request}
    assert done(manager.get(f"{ADDRESS}/{request}"))["request"]["state"] == "done"


def test_a_service_that_still_knows_the_erasure_does_nothing_again(
    manager: APIClient, company_id: UUID, others: Others, ledger: Path
) -> None:
    """Where only another service was restored, requests are known to be done, and are asked for all the same."""
    _employee, request = erased(manager, company_id)
    with all_companies("test"):
        before = Erasure.objects.get(pk=request).done_at
    others.asked.clear()
    reapplied()
    advance_person_requests()
    assert len(others.asked) == len(OTHERS)
    with all_companies("test"):
        assert Erasure.objects.get(pk=request).done_at == before
    assert done(manager.get(f"{ADDRESS}/{request}"))["request"]["state"] == "done"


def test_a_line_that_was_cut_off_is_passed_over_and_spoils_no_other(
    manager: APIClient, company_id: UUID, others: Others, ledger: Path
) -> None:
    ledger.parent.mkdir(parents=True)
    ledger.write_text('{"request_id": "0b8f')
    erased(manager, company_id)
    assert "1 erasures" in reapplied("--dry-run")


def test_somebody_unknown_here_is_erased_elsewhere(company_id: UUID, others: Others, ledger: Path) -> None:
    ids = {name: str(uuid4()) for name in ("request_id", "company_id", "employee_id", "user_id")}
    ledger.parent.mkdir(parents=True)
    ledger.write_text(json.dumps({**ids, "kind": "retention", "keep_until": None, "date": "2026-11-23"}))
    assert "1 are of people whom this service does not know" in reapplied()
    advance_person_requests()
    assert sorted(service for service, _what, _body in others.asked) == sorted(OTHERS)


def test_without_a_ledger_the_command_says_so(settings: Any, tmp_path: Path) -> None:
    settings.ERASURE_LEDGER_FILE = ""
    with pytest.raises(CommandError, match="--ledger"):
        reapplied()
    with pytest.raises(CommandError, match="cannot be read"):
        reapplied("--ledger", str(tmp_path / "none"))
