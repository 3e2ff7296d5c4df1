from uuid import UUID, uuid4

import pytest
from django.utils import translation

from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader
from common.security.tenancy import all_companies


@pytest.fixture
def companies(db: None) -> tuple[UUID, UUID]:
    """One with an Arabic name, and one whose Arabic name is not known."""
    pearl, falcon = uuid4(), uuid4()
    with all_companies("test"):
        CompanyRef.objects.create(company_id=pearl, name="Pearl", name_ar="اللؤلؤة")
        CompanyRef.objects.create(company_id=falcon, name="Falcon")
    return pearl, falcon


@pytest.mark.parametrize(("language", "names"), [("ar", ["اللؤلؤة", "Falcon"]), ("en", ["Pearl", "Falcon"])])
def test_a_company_is_called_as_the_reader_calls_it(
    companies: tuple[UUID, UUID], language: str, names: list[str]
) -> None:
    with translation.override(language), all_companies("test"):
        found = dict(CompanyRef.objects.values_list("company_id", name_for_reader()))
    assert [found[company] for company in companies] == names
