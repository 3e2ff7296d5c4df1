from typing import Any
from uuid import UUID, uuid4

import pytest

from common.messaging.models import EventRecord
from common.reference.models import EmployeeRef
from common.security.tenancy import company_scope
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import docx, send, send_version, sent

pytestmark = pytest.mark.django_db


def test_a_newer_version_takes_the_place_of_the_one_before(manager: Any, company_id: UUID) -> None:
    document = sent(manager)
    content = docx()
    answer = send_version(manager, document["id"], content, change_log="in Word")
    assert answer.status_code == 201
    version = answer.json()["version"]
    assert version["version"] == 2
    assert (version["filename"], version["change_log"]) == ("newer.pdf", "in Word")
    assert version["file_size"] == len(content)
    assert version["document_id"] == document["id"]
    listed = manager.get(f"/documents/{document['id']}/versions").json()["versions"]
    assert [row["version"] for row in listed] == [2, 1]
    assert listed[0] == version
    now = manager.get(f"/documents/{document['id']}").json()["document"]
    assert (now["version"], now["filename"], now["file_size"]) == (2, "newer.pdf", len(content))
    with company_scope(company_id):
        event = EventRecord.objects.get(type="document.versioned")
    assert (event.payload["version"], event.payload["size"]) == (2, len(content))


def test_a_document_is_about_an_employee_of_the_company(manager: Any, company_id: UUID) -> None:
    employee_id = uuid4()
    answer = send(manager, employee_id=str(employee_id))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "UNKNOWN_EMPLOYEE")
    with company_scope(other := uuid4()):
        EmployeeRef.objects.create(employee_id=employee_id, company_id=other, user_id=uuid4())
    assert send(manager, employee_id=str(employee_id)).status_code == 422
    with company_scope(company_id):
        EmployeeRef.objects.create(employee_id=(own := uuid4()), company_id=company_id, user_id=uuid4())
    document = sent(manager, employee_id=str(own), document_type="passport", document_number="P1234567")
    assert document["employee_id"] == str(own)
    assert document["document_type"] == "passport"
    assert document["document_number"] == "••••567"
    assert "P1234567" not in str(manager.get("/documents").json())
    assert len(manager.get(f"/documents?employee_id={own}").json()["documents"]) == 1
    address = f"/documents/{document['id']}"
    changed = manager.put(address, {"employee_id": None, "document_type": ""}).json()["document"]
    assert not {"employee_id", "document_type"} & changed.keys()


def test_what_is_said_about_a_document_is_changed(manager: Any, as_role: Client) -> None:
    document = sent(manager, title="Old", tags="a,b", description="x")
    address = f"/documents/{document['id']}"
    change = {
        "title": "جواز سفر",
        "tags": ["c", "C", " "],
        "is_archived": True,
        "permissions": {"read": ["hr", "admin"]},
    }
    answer = manager.put(address, change)
    assert answer.status_code == 422
    change["tags"] = ["c", "C"]
    changed = manager.put(address, change).json()["document"]
    assert (changed["title"], changed["tags"], changed["description"]) == ("جواز سفر", ["c"], "x")
    assert changed["is_archived"] is True
    assert changed["permissions"] == {"read": ["admin", "hr"], "write": [], "delete": []}
    assert changed["updated_at"] > document["updated_at"]
    assert manager.put(address, {}).json()["document"]["updated_at"] == changed["updated_at"]
    assert [row["id"] for row in manager.get("/search?q=جواز").json()["documents"]] == [document["id"]]
    assert manager.get("/search?q=old").json()["documents"] == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"tags": "a,b"}, "tags"),
        ({"tags": ["x" * 101]}, "tags"),
        ({"permissions": {"own": ["all"]}}, "permissions"),
        ({"permissions": {"read": ["everybody"]}}, "permissions"),
        ({"is_archived": "perhaps"}, "is_archived"),
        ({"version": 3}, "version"),
        ({"uploaded_by": "me"}, "uploaded_by"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name(manager: Any, change: Any, wrong: str) -> None:
    answer = manager.put(f"/documents/{sent(manager)['id']}", change)
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (422, [wrong])


def test_a_deleted_document_is_gone_and_told_of(manager: Any, company_id: UUID) -> None:
    document = sent(manager)
    address = f"/documents/{document['id']}"
    assert manager.delete(address).json()["success"] is True
    assert manager.get(address).status_code == 404
    assert manager.delete(address).status_code == 404
    assert manager.get("/search?q=contract").json()["documents"] == []
    with company_scope(company_id):
        event = EventRecord.objects.get(type="document.deleted")
    assert event.payload["document_id"] == document["id"]
