from typing import Any
from uuid import UUID, uuid4

import pytest

from common.reference.models import EmployeeRef, UserRef
from common.security.tenancy import all_companies, company_scope
from document_service.documents.models import DocumentPermission
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.factories import DocumentFactory, DocumentPermissionFactory
from document_service.documents.tests.files import send, send_version, sent

pytestmark = pytest.mark.django_db
EVERYONE = {"public", "for all", "for employees"}


@pytest.fixture
def person_id() -> UUID:
    return uuid4()


@pytest.fixture
def shelf(company_id: UUID, person_id: UUID) -> None:
    """One document of each kind, for one person."""
    employee_id = uuid4()
    with company_scope(company_id):
        EmployeeRef.objects.create(employee_id=employee_id, company_id=company_id, user_id=person_id)

        def make(title: str, **values: Any) -> Any:
            return DocumentFactory(company_id=company_id, title=title, **values)

        make("own", uploaded_by=person_id, read_audiences=["admin"])
        make("about them", employee_id=employee_id)
        make("about them, for HR", employee_id=employee_id, read_audiences=["hr"])
        make("public", is_public=True)
        make("others'")
        for audience in ("all", "employees", "managers", "hr", "admin"):
            make(f"for {audience}", read_audiences=[audience])
        given = make("given", read_audiences=["admin"])
        DocumentPermissionFactory(document=given, user_id=person_id)
        make("may be changed by all", write_audiences=["all"])
    with company_scope(other := uuid4()):
        DocumentFactory(company_id=other, title="foreign", is_public=True, uploaded_by=person_id)


FOUND = {
    "worker": {"own", "about them", "given", *EVERYONE},
    "supervisor": {"own", "about them", "given", *EVERYONE, "for managers"},
    "employee": {
        "own", "about them", "about them, for HR", "given", *EVERYONE, "for managers", "for hr", "others'",
        "may be changed by all",
    },
    "company_manager": {
        "own", "about them", "about them, for HR", "given", *EVERYONE, "for managers", "for hr", "others'",
        "may be changed by all", "for admin",
    },
}  # fmt: skip


@pytest.mark.parametrize("role", FOUND)
def test_one_rule_says_what_a_person_sees_wherever_they_look(
    as_role: Client, shelf: None, person_id: UUID, role: str
) -> None:
    client, found = as_role(role, user_id=person_id), FOUND[role]
    listed = client.get("/documents?limit=100").json()
    assert {document["title"] for document in listed["documents"]} == found
    assert listed["pagination"]["total"] == len(found)
    searched = client.get("/search?limit=100").json()
    assert {document["title"] for document in searched["documents"]} == found
    assert searched["facets"] == {
        "categories": {"contract": len(found)},
        "tags": {"hr": len(found), "2026": len(found)},
    }
    if role != "worker":
        numbers = client.get("/statistics").json()["statistics"]
        assert numbers["total_documents"] == len(found)
        assert numbers["category_distribution"] == {"contract": len(found)}


@pytest.mark.parametrize("role", FOUND)
def test_what_a_person_may_not_see_does_not_exist_for_them(
    as_role: Client, manager: Any, shelf: None, person_id: UUID, role: str
) -> None:
    client = as_role(role, user_id=person_id)
    hidden = [
        document["id"]
        for document in manager.get("/documents?limit=100").json()["documents"]
        if document["title"] not in FOUND[role]
    ]
    with all_companies("test"):
        hidden += [str(DocumentFactory(is_public=True).id), str(uuid4())]
    for document_id in hidden:
        address = f"/documents/{document_id}"
        answers = [
            client.get(address),
            client.put(address, {"title": "stolen"}),
            client.delete(address),
            client.get(f"{address}/download"),
            client.post(f"{address}/link", {}),
            client.get(f"{address}/versions"),
            send_version(client, document_id),
            client.get(f"{address}/rights"),
            client.get(f"{address}/downloads"),
            client.put(f"{address}/rights/{uuid4()}", {"actions": ["read"]}),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["error"]["code"] for answer in answers} == {"DOCUMENT_NOT_FOUND"}


def test_changing_and_deleting_go_by_role_unless_the_document_says_otherwise(
    as_role: Client, company_id: UUID
) -> None:
    worker, staff, manager = as_role("worker"), as_role("employee"), as_role("company_manager")
    with company_scope(company_id):
        plain = DocumentFactory(company_id=company_id, is_public=True)
        open_ = DocumentFactory(company_id=company_id, is_public=True, write_audiences=["all"])
        closed = DocumentFactory(company_id=company_id, write_audiences=["admin"], delete_audiences=["hr"])
    assert worker.put(f"/documents/{plain.id}", {"title": "x"}).status_code == 403
    assert staff.put(f"/documents/{plain.id}", {"title": "x"}).status_code == 200
    assert worker.put(f"/documents/{open_.id}", {"title": "x"}).status_code == 200
    assert staff.put(f"/documents/{closed.id}", {"title": "x"}).status_code == 403
    assert manager.put(f"/documents/{closed.id}", {"title": "x"}).status_code == 200
    assert staff.delete(f"/documents/{plain.id}").status_code == 403
    assert staff.delete(f"/documents/{closed.id}").status_code == 200
    assert manager.delete(f"/documents/{plain.id}").status_code == 200


def test_who_may_only_change_a_document_does_not_open_it_to_others(as_role: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        document = DocumentFactory(company_id=company_id, read_audiences=["all"], write_audiences=["all"])
    worker, address = as_role("worker"), f"/documents/{document.id}"
    changes: list[dict[str, Any]] = [{"is_public": True}, {"permissions": {"write": []}}]
    for change in changes:
        assert worker.put(address, change).status_code == 403
    assert worker.put(f"{address}/rights/{uuid4()}", {"actions": ["read"]}).status_code == 403
    assert worker.get(f"{address}/rights").status_code == 403
    assert worker.get(f"{address}/downloads").status_code == 403


def test_a_right_of_a_person_is_given_changed_and_taken_away(
    manager: Any, as_role: Client, company_id: UUID, person_id: UUID
) -> None:
    document = sent(manager, permissions='{"read": ["admin"]}')
    assert document["permissions"] == {"read": ["admin"], "write": [], "delete": []}
    address, rights = f"/documents/{document['id']}", f"/documents/{document['id']}/rights/{person_id}"
    worker = as_role("worker", user_id=person_id)
    assert manager.put(rights, {"actions": ["read"]}).json()["error"]["code"] == "UNKNOWN_PERSON"
    with all_companies("test"):
        UserRef.objects.create(
            user_id=person_id, email="n@example.com", first_name="Noura", company_ids=[company_id]
        )
    assert worker.get(address).status_code == 404
    answer = manager.put(rights, {"actions": ["read", "write"]}).json()
    assert answer["rights"] == [{"user_id": str(person_id), "name": "Noura", "actions": ["read", "write"]}]
    assert worker.put(address, {"title": "Changed"}).status_code == 200
    assert worker.delete(address).status_code == 403
    manager.put(rights, {"actions": ["read"]})
    assert worker.put(address, {"title": "Again"}).status_code == 403
    assert manager.delete(rights).status_code == 200
    assert worker.get(address).status_code == 404
    assert manager.get(f"{address}/rights").json()["rights"] == []
    with company_scope(company_id):
        assert not DocumentPermission.objects.exists()


@pytest.mark.parametrize("body", [{}, {"actions": []}, {"actions": ["own"]}, {"actions": "read"}])
def test_a_right_that_does_not_exist_is_refused(manager: Any, person_id: UUID, body: Any) -> None:
    document = sent(manager)
    answer = manager.put(f"/documents/{document['id']}/rights/{person_id}", body)
    assert answer.status_code == 422


def test_an_administrator_of_all_companies_says_for_which_one(as_role: Client, company_id: UUID) -> None:
    group = as_role("super_admin", company_id=None)
    assert send(group).status_code == 422
    assert sent(group, company_id=str(company_id))["company_id"] == str(company_id)
    assert group.get("/statistics").status_code == 422
    assert group.get(f"/statistics?company_id={company_id}").status_code == 200
    assert group.get(f"/documents?company_id={uuid4()}").json()["documents"] == []
    assert as_role("company_manager").get(f"/documents?company_id={uuid4()}").status_code == 422
