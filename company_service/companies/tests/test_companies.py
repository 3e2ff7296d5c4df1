from uuid import uuid4

import pytest

from common.security.tenancy import all_companies
from common.testing.threads import run_all
from company_service.companies import selectors, services
from company_service.companies.exceptions import CompanyNameTakenError, CompanyNotFoundError
from company_service.companies.models import Company, CompanySetting
from company_service.companies.tests.factories import CompanyFactory, events_of, payloads


def test_creating_a_company_publishes_it(company: Company) -> None:
    assert events_of(company.id) == [("company.created", 1)]
    assert payloads("company.created")[-1]["name"] == company.name
    assert company.created_at.tzinfo is not None


def test_two_new_companies_cannot_have_one_name(company: Company) -> None:
    with pytest.raises(CompanyNameTakenError):
        services.company_create(name=company.name.upper())
    other = CompanyFactory()
    with pytest.raises(CompanyNameTakenError):
        services.company_update(company_id=other.id, name=company.name)


def test_of_companies_created_at_once_with_one_name_one_stays(committed_db: None) -> None:
    def create() -> bool:
        try:
            with all_companies("test"):
                services.company_create(name="Twin")
        except CompanyNameTakenError:
            return False
        return True

    assert sorted(run_all([create] * 4)) == [False, False, False, True]


def test_a_change_raises_the_version_and_publishes_the_state_after_it(company: Company) -> None:
    services.company_update(company_id=company.id, name="New name", name_ar="اسم جديد")
    assert events_of(company.id)[1:] == [("company.updated", 2)]
    assert payloads("company.updated")[-1] == {
        "company_id": str(company.id),
        "name": "New name",
        "name_ar": "اسم جديد",
        "is_active": True,
    }
    company.refresh_from_db()
    assert company.version == 2
    assert company.updated_at > company.created_at


def test_a_change_that_changes_nothing_publishes_nothing(company: Company) -> None:
    services.company_update(company_id=company.id, name=company.name, is_active=True)
    assert len(events_of(company.id)) == 1


def test_deactivating_publishes_once_and_again_nothing(company: Company) -> None:
    services.company_deactivate(company_id=company.id)
    services.company_deactivate(company_id=company.id)
    assert events_of(company.id)[1:] == [("company.deactivated", 2)]
    assert not selectors.company_get(company.id).is_active


def test_changing_and_deactivating_together_publishes_both(company: Company) -> None:
    services.company_update(company_id=company.id, name="Last name", is_active=False)
    assert events_of(company.id)[1:] == [("company.updated", 2), ("company.deactivated", 3)]
    services.company_update(company_id=company.id, is_active=True)
    assert events_of(company.id)[3:] == [("company.updated", 4)]


def test_an_unknown_company_is_not_changed(group: None) -> None:
    with pytest.raises(CompanyNotFoundError):
        services.company_update(company_id=uuid4(), name="x")
    with pytest.raises(CompanyNotFoundError):
        services.setting_set(company_id=uuid4(), key="a", value="b")


def test_a_setting_is_made_then_changed_then_left_alone(company: Company) -> None:
    services.setting_set(company_id=company.id, key="currency", value="KWD", description="Money")
    services.setting_set(company_id=company.id, key="currency", value="USD", is_public=True)
    services.setting_set(company_id=company.id, key="currency", value="USD")
    setting = CompanySetting.objects.get(company=company)
    assert (setting.value, setting.description, setting.is_public) == ("USD", "Money", True)
    assert events_of(company.id)[1:] == [("company.updated", 2), ("company.updated", 3)]


@pytest.mark.parametrize("search", ["النور", "شركة النور", "شركه النو", "النُّور", "nour", "Nour Trad", "NÓUR"])
def test_a_company_is_found_by_the_beginning_of_either_name(group: None, search: str) -> None:
    wanted = CompanyFactory(name="Nour Trading Company", name_ar="شركة النور للتجارة")
    CompanyFactory(name="Pearl", name_ar="شركة اللؤلؤة")
    assert list(selectors.company_list(search=search)) == [wanted]


def test_the_word_company_alone_finds_every_company(group: None) -> None:
    CompanyFactory.create_batch(2)
    assert selectors.company_list(search="شركة").count() == 2
    assert selectors.company_list(search="no such name").count() == 0


def test_companies_are_filtered(group: None) -> None:
    cloth = CompanyFactory(industry="أقمشة", size="small")
    idle = CompanyFactory(industry="gold", is_active=False)
    assert list(selectors.company_list(industry="أقمشة")) == [cloth]
    assert list(selectors.company_list(size="small")) == [cloth]
    assert list(selectors.company_list(is_active=False)) == [idle]
    assert list(selectors.company_list()) == [idle, cloth]
