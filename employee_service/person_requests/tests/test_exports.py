"""Everything held on a person, from six services, downloaded once."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from common.privacy.models import Access
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.models import EmployeeProfile
from employee_service.employees.tests.http import code, done, hired
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.tasks import advance_person_requests
from employee_service.person_requests.tests.neighbours import OTHERS, Others

pytestmark = pytest.mark.django_db
ADDRESS = "/privacy-requests"


def asked_for(client: APIClient, employee_id: UUID, kind: str = "export") -> str:
    body = {"employee_id": str(employee_id), "kind": kind, "reason": "They asked for it"}
    request: str = done(client.post(ADDRESS, body), 202)["request"]["id"]
    return request


def package_of(answer: Any) -> zipfile.ZipFile:
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(answer.getvalue()))


def test_an_export_holds_the_shares_of_six_services_and_is_downloaded_once(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    employee = hired(company_id, civil_id="286010112344")
    with company_scope(company_id):
        EmployeeProfile.objects.create(company_id=company_id, employee=employee, notes="Left-handed")
    request = asked_for(manager, employee.id)
    advance_person_requests()
    shown = done(manager.get(f"{ADDRESS}/{request}"))["request"]
    assert shown["state"] == "ready"
    assert {part["service"] for part in shown["parts"]} == {"employee", *OTHERS}
    package = package_of(manager.post(f"{ADDRESS}/{request}/download"))
    assert set(package.namelist()) == {
        "manifest.json", "index.html", "employee.json", *(f"{name}.json" for name in OTHERS)
    }  # fmt: skip
    own = json.loads(package.read("employee.json"))
    assert own["employment"][0]["civil_id"] == "286010112344"
    assert own["profile"][0]["notes"] == "Left-handed"
    assert json.loads(package.read("auth.json"))["events"][0]["about"] == str(employee.id)
    page = package.read("index.html").decode()
    assert "Left-handed" in page
    assert "held by document" in page
    assert "<script" not in page
    assert code(manager.post(f"{ADDRESS}/{request}/download")) == (410, "PACKAGE_GONE")
    with all_companies("test"):
        assert set(RequestPart.objects.values_list("content", flat=True)) == {""}
        exported = Access.objects.get(subject_id=employee.id, action="exported")
    assert exported.company_id == company_id


def test_the_files_of_documents_are_in_the_package_and_those_that_are_not_are_listed(
    manager: APIClient, company_id: UUID, others: Others, settings: Any
) -> None:
    settings.PERSON_PACKAGE_MB = 1
    contract, small, large, gone, infected, cut = (str(uuid4()) for _file in range(6))
    others.files = {
        contract: b"%PDF contract" * 1000,
        large: b"x" * (1024 * 1024 - 5),
        small: b"photo",
        gone: (404, "FILE_MISSING"),
        infected: (403, "FILE_QUARANTINED"),
        cut: (500, "INTERNAL_ERROR"),
    }
    request = asked_for(manager, hired(company_id).id)
    advance_person_requests()
    package = package_of(manager.post(f"{ADDRESS}/{request}/download"))
    assert package.testzip() is None
    told = json.loads(package.read("manifest.json"))["files"]
    by_id = {file["version_id"]: file for file in told}
    assert {key: file.get("left_out") for key, file in by_id.items()} == {
        contract: None,
        large: "too_large",
        small: None,
        gone: "gone",
        infected: "not_safe",
        cut: "no_answer",
    }
    assert package.read(by_id[contract]["path"]) == others.files[contract]
    assert package.read(by_id[small]["path"]) == b"photo"
    files = [name for name in package.namelist() if "." in name and name.startswith("files/")]
    assert len(files) == 2
    assert all(name.count("/") == 1 and "نص" in name for name in files)
    page = package.read("index.html").decode()
    assert "The package would have become too large with it." in page
    assert "The file was not found to be safe." in page


def test_without_the_document_service_the_package_is_kept_for_later(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    version_id = str(uuid4())
    others.files = {version_id: b"contract"}
    request = asked_for(manager, hired(company_id).id)
    advance_person_requests()
    others.down = {"document"}
    assert code(manager.post(f"{ADDRESS}/{request}/download")) == (503, "FILES_NOT_READY")
    others.down = set()
    package = package_of(manager.post(f"{ADDRESS}/{request}/download"))
    assert package.read(f"files/001-_{version_id[:4]} نص.txt") == b"contract"


def test_what_was_collected_is_sealed_until_the_download(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    asked_for(manager, hired(company_id, first_name="Unmistakable").id)
    advance_person_requests()
    from django.db import connection

    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT content FROM person_request_parts WHERE service = 'employee'")
        stored: str = cursor.fetchone()[0]
    assert stored.startswith("v1:")
    assert "Unmistakable" not in stored


def test_a_service_that_is_down_is_asked_again_and_the_others_only_once(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    others.down = {"document"}
    request = asked_for(manager, hired(company_id).id)
    advance_person_requests()
    waiting = done(manager.get(f"{ADDRESS}/{request}"))["request"]
    assert waiting["state"] == "running"
    by_name = {part["service"]: part for part in waiting["parts"]}
    assert by_name["document"]["error"] == "document answered 503"
    assert code(manager.post(f"{ADDRESS}/{request}/download")) == (409, "PACKAGE_NOT_READY")
    others.down = set()
    with all_companies("test"):
        RequestPart.objects.filter(finished_at=None).update(due_at=timezone.now())
    advance_person_requests()
    assert done(manager.get(f"{ADDRESS}/{request}"))["request"]["state"] == "ready"
    assert sorted(service for service, _what, _body in others.asked) == sorted(OTHERS)


def test_only_who_asked_may_download(
    manager: APIClient, api: Any, person_token: Callable[..., str], company_id: UUID, others: Others
) -> None:
    request = asked_for(manager, hired(company_id).id)
    advance_person_requests()
    colleague = api(person_token(role="company_manager", company_id=company_id))
    assert code(colleague.post(f"{ADDRESS}/{request}/download")) == (403, "NOT_YOUR_PACKAGE")
    stranger = api(person_token(role="company_manager", company_id=uuid4()))
    assert code(stranger.post(f"{ADDRESS}/{request}/download"))[0] == 404
    assert code(stranger.get(f"{ADDRESS}/{request}"))[0] == 404


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_only_managers_may_ask(
    api: Any, person_token: Callable[..., str], company_id: UUID, role: str
) -> None:
    client = api(person_token(role=role, company_id=company_id))
    body = {"employee_id": str(hired(company_id).id), "kind": "export", "reason": "Curious"}
    assert code(client.post(ADDRESS, body)) == (403, "FORBIDDEN")
    assert code(client.get(ADDRESS)) == (403, "FORBIDDEN")


def test_people_of_another_company_do_not_exist(manager: APIClient) -> None:
    body = {"employee_id": str(hired(uuid4()).id), "kind": "export", "reason": "Curious"}
    assert code(manager.post(ADDRESS, body))[0] == 404


def test_the_same_is_not_asked_for_twice_at_a_time(manager: APIClient, company_id: UUID) -> None:
    employee = hired(company_id)
    asked_for(manager, employee.id)
    body = {"employee_id": str(employee.id), "kind": "export", "reason": "Again"}
    assert code(manager.post(ADDRESS, body)) == (409, "REQUEST_UNDER_WAY")


def test_nobody_exports_a_whole_company_person_by_person(
    manager: APIClient, company_id: UUID, settings: Any
) -> None:
    settings.PERSON_EXPORTS_PER_DAY = 2
    for _person in range(2):
        asked_for(manager, hired(company_id).id)
    body = {"employee_id": str(hired(company_id).id), "kind": "export", "reason": "One more"}
    assert code(manager.post(ADDRESS, body)) == (429, "TOO_MANY_EXPORTS")


def test_a_package_that_nobody_fetches_is_forgotten(
    manager: APIClient, company_id: UUID, others: Others
) -> None:
    request = asked_for(manager, hired(company_id).id)
    advance_person_requests()
    with all_companies("test"):
        PersonRequest.objects.filter(pk=request).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code(manager.post(f"{ADDRESS}/{request}/download")) == (410, "PACKAGE_GONE")
    advance_person_requests()
    with all_companies("test"):
        assert set(RequestPart.objects.values_list("content", flat=True)) == {""}
    assert done(manager.get(ADDRESS))["requests"][0]["state"] == "expired"
