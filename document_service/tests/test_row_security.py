"""Nobody reads another company's rows, by whatever way they come to the document service's database."""

from typing import ClassVar
from uuid import UUID

from common.testing.row_security import RowSecurityRules
from document_service.documents.tests.factories import (
    AccessCountFactory,
    CategoryFactory,
    DocumentFactory,
    DocumentPermissionFactory,
    DocumentVersionFactory,
    DownloadFactory,
    ExpiryNoticeFactory,
    QuarantinedFileFactory,
    SearchTermFactory,
    StorageQuotaFactory,
)


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "documents", "document_versions", "document_permissions", "document_categories",
            "document_downloads", "document_access_counts", "document_expiry_notices", "document_terms",
            "stored_files", "quarantined_files", "storage_quotas",
        }
    )  # fmt: skip

    def fill(self, company_id: UUID) -> None:
        document = DocumentFactory(company_id=company_id)
        DocumentVersionFactory(document=document)
        DocumentPermissionFactory(document=document)
        DownloadFactory(document=document)
        ExpiryNoticeFactory(document=document)
        SearchTermFactory(document=document)
        AccessCountFactory(document_id=document.id, company_id=company_id)
        CategoryFactory(company_id=company_id)
        QuarantinedFileFactory(company_id=company_id)
        StorageQuotaFactory(company_id=company_id)
