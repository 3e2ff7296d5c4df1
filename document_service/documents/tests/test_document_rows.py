from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from common.security.tenancy import all_companies, company_scope
from document_service.documents.tests.factories import (
    DocumentFactory,
    DocumentPermissionFactory,
    DocumentVersionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [({"title": ""}, "a_document_has_a_title"), ({"version": 0}, "versions_count_from_one")],
)
def test_the_database_refuses_a_document_that_makes_no_sense(
    company_id: UUID, values: dict[str, Any], constraint: str
) -> None:
    with company_scope(company_id), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DocumentFactory(company_id=company_id, **values)


def test_a_version_number_is_used_once_a_document(company_id: UUID) -> None:
    with company_scope(company_id):
        version = DocumentVersionFactory(document__company_id=company_id)
        with pytest.raises(IntegrityError, match="a_version_number_is_used_once"), transaction.atomic():
            DocumentVersionFactory(document=version.document)


@pytest.mark.parametrize("factory", [DocumentVersionFactory, DocumentPermissionFactory])
def test_nothing_refers_to_another_companys_document(factory: Any) -> None:
    with all_companies("two companies in one test"):
        document = DocumentFactory()
        with pytest.raises(IntegrityError, match="document_id_in_company"), transaction.atomic():
            write(factory, document=document, company_id=uuid4())


def write(factory: Any, **values: Any) -> None:
    factory(**values)
    connection.check_constraints()
