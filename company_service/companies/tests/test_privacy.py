"""Companies that ended ten years ago say no longer who they were."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.messaging.models import EventRecord
from common.privacy.models import Erasure
from common.privacy.retention import retention_run
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies
from company_service.companies.models import Company
from company_service.companies.tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db
TEN_YEARS = 10 * 365


def company(*, days: int, is_active: bool = False) -> Company:
    with all_companies("test"):
        made: Company = CompanyFactory(
            name_ar="شركة اللؤلؤة", phone="22223333", tax_number="T-1", city="Kuwait", is_active=is_active
        )
        Company.objects.filter(pk=made.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return made


def reread(made: Company) -> Company:
    with all_companies("test"):
        return Company.objects.get(pk=made.pk)


def test_an_inactive_company_is_masked_after_ten_years_and_others_are_not() -> None:
    ended = company(days=TEN_YEARS + 1)
    others = [company(days=TEN_YEARS - 1), company(days=TEN_YEARS + 1, is_active=True)]
    assert next(done.rows for done in retention_run(only="inactive_companies", dry_run=True)) == 1
    carry_out_retention()
    after = reread(ended)
    assert (after.name, after.name_ar, after.phone, after.tax_number) == (f"— {ended.pk}", "", "", "")
    assert after.city == "Kuwait"
    assert [reread(other).name for other in others] == [other.name for other in others]
    with all_companies("test"):
        told = EventRecord.objects.filter(aggregate_id=ended.pk, type="company.updated").get()
        assert told.payload["name"] == f"— {ended.pk}"
        assert [erasure.subject_id for erasure in Erasure.objects.all()] == [ended.pk]
    carry_out_retention()
    with all_companies("test"):
        assert Erasure.objects.count() == 1
