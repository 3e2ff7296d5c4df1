from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.security.tenancy import company_scope
from common.testing.staff import sign_in
from document_service.documents.tests.factories import DocumentFactory, DocumentVersionFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/documents/document/"


@pytest.fixture
def document(company_id: UUID) -> Any:
    with company_scope(company_id):
        return DocumentVersionFactory(document__company_id=company_id, document__title="Passport").document


def test_a_manager_sees_the_companys_documents_with_their_versions(
    client: Client, company_id: UUID, document: Any
) -> None:
    with company_scope(other := uuid4()):
        DocumentFactory(company_id=other, title="Foreign")
    sign_in(client, role="company_manager", company_id=company_id)
    page = client.get(ADDRESS, {"q": "pass"})
    assert page.status_code == 200
    assert "Passport" in page.content.decode()
    assert "Foreign" not in client.get(ADDRESS).content.decode()
    assert document.filename in client.get(f"{ADDRESS}{document.pk}/change/").content.decode()


def test_another_companys_document_has_no_page(client: Client, document: Any) -> None:
    sign_in(client, role="company_manager", company_id=uuid4())
    assert client.get(f"{ADDRESS}{document.pk}/change/", follow=True).redirect_chain


def test_documents_are_not_edited_by_hand(client: Client, document: Any) -> None:
    sign_in(client, role="super_admin")
    assert client.get(f"{ADDRESS}add/").status_code == 403
    assert client.post(f"{ADDRESS}{document.pk}/change/", {"title": "x"}).status_code == 403
    assert client.post(f"{ADDRESS}{document.pk}/delete/", {"post": "yes"}).status_code == 403
