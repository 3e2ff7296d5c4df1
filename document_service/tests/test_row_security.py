"""Nobody reads another company's rows, by whatever way they come to the document service's database."""

from typing import ClassVar
from uuid import UUID

from common.testing.row_security import RowSecurityRules
from document_service.documents.tests.factories import (
    DocumentFactory,
    DocumentPermissionFactory,
    DocumentVersionFactory,
)


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset({"documents", "document_versions", "document_permissions"})

    def fill(self, company_id: UUID) -> None:
        document = DocumentFactory(company_id=company_id)
        DocumentVersionFactory(document=document)
        DocumentPermissionFactory(document=document)
