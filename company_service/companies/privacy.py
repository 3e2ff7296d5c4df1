"""Personal data in the company service: companies that ended long ago, and who was counted."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from common.privacy.choices import Because, Fate, Holding, SubjectKind
from common.privacy.models import Erasure
from common.privacy.plan import Plan, Rule, Share
from common.privacy.subjects import Erased, Line, Order, Subject
from company_service.companies.models import Company, HeadcountEntry
from company_service.companies.services import company_update

PIECE = 50
# What says who a company is, and how its people are reached.
IDENTIFYING = (
    "name_ar", "description", "website", "phone", "email", "logo_url", "street", "zip_code",
    "commercial_file_number", "commercial_file_name", "commercial_registration_number", "department", "location",
    "tax_number", "chambers", "import_export_license",
)  # fmt: skip


def _headcount(subject: Subject) -> QuerySet[HeadcountEntry]:
    return HeadcountEntry.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id)


def erase(order: Order) -> Erased:
    """Nothing goes: the ledger counts ids, and nobody here says whose they are."""
    kept = _headcount(order.subject).count()
    line = Line(holding=Holding.HEADCOUNT, fate=Fate.KEPT, rows=kept, because=Because.NO_NAME)
    return Erased(lines=[line] if kept else [])


def _ended(before: datetime) -> QuerySet[Company]:
    """Companies that have been inactive and unchanged since the moment."""
    erased = Erasure.objects.filter(kind=SubjectKind.COMPANY, subject_id=OuterRef("pk"))
    return Company.objects.filter(is_active=False, updated_at__lt=before).exclude(Exists(erased))


def _ended_due(before: datetime) -> int:
    return _ended(before).count()


def _ended_mask(before: datetime) -> int:
    ids = list(_ended(before).values_list("pk", flat=True)[:PIECE])
    for company_id in ids:
        company_mask(company_id)
    Erasure.objects.bulk_create(
        [
            Erasure(kind=SubjectKind.COMPANY, company_id=company_id, subject_id=company_id)
            for company_id in ids
        ]
    )
    return len(ids)


def company_mask(company_id: UUID) -> None:
    """Take from a company what says who it is, and tell the others; what it was and when stays for figures."""
    company_update(
        company_id=company_id,
        name=f"— {company_id}",
        partnerships=[],
        special_permits=[],
        **dict.fromkeys(IDENTIFYING, ""),  # type: ignore[arg-type]
    )


plan = Plan(
    shares=(Share(Holding.HEADCOUNT, _headcount),),
    erase=erase,
    rules=(
        Rule(
            "inactive_companies",
            _("Inactive companies, after their last change"),
            10 * 365,
            _ended_due,
            _ended_mask,
        ),
    ),
)
