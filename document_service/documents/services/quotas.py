"""What companies may store."""

from uuid import UUID

from document_service.documents.models import StorageQuota


def quota_set(*, company_id: UUID, limit: int) -> StorageQuota:
    """Let a company store ``limit`` bytes; what it stores beyond that already stays."""
    quota, _created = StorageQuota.objects.update_or_create(company_id=company_id, defaults={"limit": limit})
    return quota
