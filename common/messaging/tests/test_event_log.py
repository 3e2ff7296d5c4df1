"""Writing events."""

from uuid import uuid4

import pytest
from django.db import transaction

from common.contracts.company import CompanyDeactivated
from common.contracts.employee import EmployeeArchived
from common.messaging.models import EventRecord
from common.messaging.services import publish
from common.messaging.tests.events import write_event
from common.security.tenancy import all_companies, company_scope

pytestmark = pytest.mark.usefixtures("committed_db")


def stored() -> int:
    with all_companies("test"):
        return EventRecord.objects.count()


def test_an_event_outside_a_transaction_is_refused() -> None:
    company = uuid4()
    with pytest.raises(RuntimeError, match="transaction"):
        publish(
            EmployeeArchived(employee_id=uuid4(), company_id=company),
            aggregate_id=company,
            company_id=company,
        )


def test_an_event_of_another_service_is_refused() -> None:
    company = uuid4()
    with all_companies("test"), pytest.raises(ValueError, match="belongs to company"):
        publish(CompanyDeactivated(company_id=company), aggregate_id=company, company_id=company)


def test_an_event_of_a_rolled_back_transaction_never_was() -> None:
    with transaction.atomic():
        write_event()
        transaction.set_rollback(True)
    assert stored() == 0


def test_a_committed_change_has_its_event() -> None:
    write_event()
    assert stored() == 1


def test_a_companys_request_sees_only_its_own_events() -> None:
    ours, theirs = uuid4(), uuid4()
    write_event(ours)
    write_event(theirs)
    with company_scope(ours):
        assert list(EventRecord.objects.values_list("company_id", flat=True)) == [ours]
    with transaction.atomic():
        assert not EventRecord.objects.exists()


def test_a_companys_request_may_write_but_not_read_events_about_people() -> None:
    company, person = uuid4(), uuid4()
    with company_scope(company):
        publish(
            EmployeeArchived(employee_id=person, company_id=company), aggregate_id=person, company_id=None
        )
        assert not EventRecord.objects.exists()
    assert stored() == 1
