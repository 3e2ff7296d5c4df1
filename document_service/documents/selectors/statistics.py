"""Numbers about a company's documents, over those that the reader may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Max, Q, Sum
from django.utils import timezone

from common.days import today
from common.security.principal import Principal
from document_service.documents.models import Document, StorageQuota, StoredFile
from document_service.documents.selectors.visibility import documents_visible_to

MOST_DOWNLOADED = 10


@dataclass(frozen=True)
class DocumentStatistics:
    """Sizes in bytes. ``used`` counts the same bytes once, whoever may see what has them."""

    company_id: UUID
    total_documents: int
    total_size: int
    documents_this_month: int
    most_downloaded: Sequence[Document]
    category_distribution: dict[str, int]
    used: int
    limit: int
    last_updated: datetime

    @property
    def percentage(self) -> float:
        """Of the limit that is used; 100 when nothing may be stored."""
        return round(self.used * 100 / self.limit, 2) if self.limit else 100.0


def document_statistics(person: Principal, company_id: UUID) -> DocumentStatistics:
    """The numbers of one company as of now."""
    documents = documents_visible_to(person).filter(company_id=company_id)
    month = datetime.combine(today().replace(day=1), time.min, timezone.get_default_timezone())
    numbers = documents.aggregate(
        total=Count("id"),
        size=Sum("file_size"),
        new=Count("id", filter=Q(created_at__gte=month)),
        latest=Max("updated_at"),
    )
    downloaded = documents.filter(download_count__gt=0).order_by("-download_count", "-id")
    return DocumentStatistics(
        company_id=company_id,
        total_documents=numbers["total"],
        total_size=numbers["size"] or 0,
        documents_this_month=numbers["new"],
        most_downloaded=list(downloaded.only("id", "title", "download_count")[:MOST_DOWNLOADED]),
        category_distribution=_by_category(person, company_id),
        used=storage_used(company_id),
        limit=storage_limit(company_id),
        last_updated=numbers["latest"] or timezone.now(),
    )


def _by_category(person: Principal, company_id: UUID) -> dict[str, int]:
    documents = documents_visible_to(person).filter(company_id=company_id).exclude(category="")
    counted = documents.order_by().values("category").annotate(count=Count("id"))
    return dict(counted.order_by(F("count").desc(), "category").values_list("category", "count"))


def storage_used(company_id: UUID) -> int:
    """The bytes that a company's files take; the same bytes count once."""
    files = StoredFile.objects.filter(company_id=company_id)
    return files.aggregate(used=Sum("size"))["used"] or 0


def storage_room(company_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """The limit of each of these companies and what its files take of it, both in bytes."""
    files = StoredFile.objects.filter(company_id__in=company_ids).order_by().values("company_id")
    used = dict(files.annotate(used=Sum("size")).values_list("company_id", "used"))
    quotas = StorageQuota.objects.filter(company_id__in=company_ids)
    limits = dict(quotas.values_list("company_id", "limit"))
    usual = int(settings.DOCUMENT_STORAGE_LIMIT)
    return {each: (limits.get(each, usual), used.get(each, 0)) for each in company_ids}


def storage_limit(company_id: UUID) -> int:
    """The bytes that a company may store."""
    quota = StorageQuota.objects.filter(company_id=company_id).values_list("limit", flat=True).first()
    return int(settings.DOCUMENT_STORAGE_LIMIT if quota is None else quota)
