"""Events of other services become notices: once, to the right people, in their words."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.contracts.auth import RoleAssigned, RoleRevoked, UserDeleted
from common.contracts.base import Event, catalogue, owner_of, to_wire, wire_name
from common.contracts.company import LicenseExpired, LicenseExpiring
from common.contracts.document import DocumentExpiring, DocumentUploaded
from common.contracts.employee import (
    DeductionCreated,
    EmployeeHired,
    EmployeeTransferred,
    LeaveApproved,
    LeaveRequested,
)
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.reference.models import DepartmentRef
from common.security.tenancy import all_companies
from common.testing.contracts import sample_envelope
from common.testing.samples import sample, sample_payload
from notification_service.notifications.choices import Channel, Priority, Status
from notification_service.notifications.models import HeardEvent, Membership, Notification, Template
from notification_service.notifications.rules import EVENTS, RULES, To
from notification_service.notifications.tasks import compose_notices
from notification_service.notifications.tests.factories import (
    CompanyRefFactory,
    EmployeeRefFactory,
    PreferenceFactory,
    UserRefFactory,
)

pytestmark = pytest.mark.django_db
Published = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def company(company_id: UUID) -> UUID:
    """A company that is known here, with a manager."""
    with all_companies("test"):
        CompanyRefFactory(company_id=company_id, name="Pearl", name_ar="اللؤلؤة")
    return company_id


@pytest.fixture
def manager_id(company: UUID) -> UUID:
    with all_companies("test"):
        person: UUID = UserRefFactory(company_ids=[company]).user_id
    hear(RoleAssigned(user_id=person, role="company_manager", company_id=company))
    return person


def envelope(event: Event, **values: Any) -> Envelope:
    given: dict[str, Any] = {
        "id": uuid4(),
        "type": wire_name(type(event)),
        "position": 1,
        "aggregate_id": uuid4(),
        "version": 1,
        "company_id": getattr(event, "company_id", None),
        "occurred_at": timezone.now(),
        "payload": to_wire(event),
    }
    return Envelope(**given | values)


def hear(*events: Event | Envelope) -> None:
    """The events arrive in one batch."""
    envelopes = [event if isinstance(event, Envelope) else envelope(event) for event in events]
    with all_companies("as the inbox runs"):
        dispatch(registry, owner_of(envelopes[0].type), envelopes)


def tell(*events: Event | Envelope) -> None:
    """The events arrive and their notices are made."""
    hear(*events)
    compose_notices()


def notices(**filters: Any) -> list[Notification]:
    with all_companies("test"):
        return list(Notification.objects.filter(**filters).select_related("template").order_by("type"))


def hired(company_id: UUID, **values: Any) -> EmployeeHired:
    given: dict[str, Any] = {
        "employee_id": uuid4(),
        "employee_number": "E1",
        "company_id": company_id,
        "user_id": uuid4(),
        "first_name": "Sara",
        "last_name": "Ahmad",
        "full_name_ar": "سارة الأحمد",
        "position": "محاسبة",
        "hire_date": date(2026, 12, 1),
    }
    return EmployeeHired(**given | values)


def leave_requested(company_id: UUID, **values: Any) -> LeaveRequested:
    given: dict[str, Any] = {
        "leave_id": uuid4(),
        "company_id": company_id,
        "employee_id": uuid4(),
        "user_id": uuid4(),
        "leave_type": "annual",
        "start_date": date(2026, 12, 1),
        "end_date": date(2026, 12, 7),
        "days": 5,
    }
    return LeaveRequested(**given | values)


def license_expiring(company_id: UUID, days_left: int = 30) -> LicenseExpiring:
    return LicenseExpiring(
        license_id=uuid4(),
        company_id=company_id,
        number="CR-7",
        name="Trade",
        expires_on=date(2026, 12, 22),
        days_left=days_left,
        step=days_left,
    )


@pytest.mark.parametrize("name", [name for name in catalogue() if "source" in sample_payload(name)])
def test_nobody_is_told_of_what_an_import_brings(company: UUID, manager_id: UUID, name: str) -> None:
    payload = {**sample_payload(name), "company_id": str(company), "source": "import"}
    tell(msgspec.structs.replace(sample_envelope(name), payload=payload, occurred_at=timezone.now()))
    with all_companies("test"):
        assert not HeardEvent.objects.exists()
        assert not Notification.objects.exists()


def test_nobody_is_told_of_what_an_import_takes_back() -> None:
    removals = {name for name in catalogue() if name.endswith((".removed", ".deleted"))}
    assert not removals & {wire_name(event) for event in EVENTS}


def test_every_event_that_makes_a_notice_says_whether_an_import_tells_it() -> None:
    by_hand_or_by_the_calendar = {
        "review.submitted", "report.generated", "license.expiring", "license.expired", "document.expiring",
        "document.expired",
    }  # fmt: skip
    silent = {wire_name(event) for event in EVENTS if "source" not in event.__struct_fields__}
    assert silent == by_hand_or_by_the_calendar


def test_a_hired_person_is_welcomed_in_the_application_and_by_mail(company: UUID, events: Published) -> None:
    event = hired(company)
    tell(event)
    mail, shown = notices(user_id=event.user_id)
    assert (mail.type, mail.status, shown.type, shown.status) == (
        Channel.EMAIL, Status.PENDING, Channel.IN_APP, Status.DELIVERED,
    )  # fmt: skip
    assert shown.title == "أهلاً بك في اللؤلؤة"
    assert "سارة الأحمد" in shown.message
    assert "محاسبة" in shown.message
    assert shown.category == "employment"
    assert len(events("notification.created")) == 2
    assert {each["template"] for each in events("notification.created")} == {"welcome"}
    with all_companies("test"):
        [heard] = HeardEvent.objects.all()
        assert (heard.wake_at, heard.payload) == (None, {})


def test_the_readers_language_words_the_notice(company: UUID) -> None:
    event = hired(company)
    with all_companies("test"):
        PreferenceFactory(user_id=event.user_id, language="en")
    tell(event)
    assert {notice.title for notice in notices(user_id=event.user_id)} == {"Welcome to Pearl"}


def test_an_event_that_is_heard_again_makes_no_second_notice(company: UUID) -> None:
    event = envelope(hired(company))
    tell(event)
    with all_companies("test"):
        PreferenceFactory(user_id=UUID(event.payload["user_id"]), email_enabled=False)
    tell(event)
    assert len(notices()) == 2


@pytest.mark.parametrize("values", [{"source": "import"}, {"source": "import", "status": "terminated"}])
def test_people_whom_an_import_brought_are_not_welcomed(company: UUID, values: dict[str, Any]) -> None:
    tell(hired(company, **values))
    with all_companies("test"):
        assert not HeardEvent.objects.exists()
    assert notices() == []


def test_old_news_makes_no_notice(company: UUID) -> None:
    tell(envelope(hired(company), occurred_at=timezone.now() - timedelta(days=31)))
    assert notices() == []
    tell(envelope(hired(company), occurred_at=timezone.now() - timedelta(days=11)))
    assert len(notices()) == 2


def test_a_notice_waits_for_what_another_service_has_not_told_yet(company_id: UUID) -> None:
    event = hired(company_id)
    tell(event)
    assert notices() == []
    with all_companies("test"):
        heard = HeardEvent.objects.get()
        assert heard.wake_at is not None
        assert heard.waits_for.startswith("company")
        CompanyRefFactory(company_id=company_id)
        HeardEvent.objects.update(wake_at=timezone.now())
    compose_notices()
    assert len(notices(user_id=event.user_id)) == 2


def test_an_event_that_cannot_be_noticed_does_not_hold_up_the_others(company: UUID) -> None:
    waiting, fine = hired(uuid4()), hired(company)
    broken = hired(company)
    hear(waiting, broken, fine)
    with all_companies("test"):
        HeardEvent.objects.filter(payload__user_id=str(broken.user_id)).update(
            payload=to_wire(broken)
            | {"company_id": str(company), "hire_date": None, "position": "x" * 60_000}
        )
    compose_notices()
    assert {notice.user_id for notice in notices()} == {fine.user_id}
    with all_companies("test"):
        assert HeardEvent.objects.filter(wake_at__isnull=False).count() == 2
        assert HeardEvent.objects.filter(waits_for__startswith="MessageTooLong").exists()


def test_who_asks_for_leave_is_asked_about_with_their_manager(company: UUID, manager_id: UUID) -> None:
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company)
    supervisor = uuid4()
    tell(leave_requested(company, employee_id=employee.employee_id, manager_user_id=supervisor))
    assert {notice.user_id for notice in notices()} == {supervisor}
    assert "سارة الأحمد" in notices()[0].title
    assert "سنوية" in notices()[0].message


def test_without_a_manager_of_their_own_the_companys_managers_are_asked(
    company: UUID, manager_id: UUID
) -> None:
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company)
    tell(leave_requested(company, employee_id=employee.employee_id))
    assert {notice.user_id for notice in notices()} == {manager_id}


def test_nobody_is_asked_about_their_own_leave(company: UUID, manager_id: UUID) -> None:
    administrator = uuid4()
    hear(RoleAssigned(user_id=administrator, role="super_admin"))
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company, user_id=manager_id)
    tell(leave_requested(company, employee_id=employee.employee_id, user_id=manager_id))
    assert {notice.user_id for notice in notices()} == {administrator}


def test_a_decision_is_told_to_who_asked(company: UUID) -> None:
    asked = uuid4()
    tell(
        LeaveApproved(
            leave_id=uuid4(),
            company_id=company,
            employee_id=uuid4(),
            user_id=asked,
            leave_type="annual",
            start_date=date(2026, 12, 1),
            end_date=date(2026, 12, 7),
            days=5,
            decided_by=uuid4(),
        )
    )
    assert {(notice.user_id, notice.title) for notice in notices()} == {(asked, "تمت الموافقة على إجازتك")}


def test_licences_are_told_of_to_the_companys_managers_who_work_there(
    company: UUID, manager_id: UUID
) -> None:
    second, left, revoked, elsewhere = uuid4(), uuid4(), uuid4(), uuid4()
    with all_companies("test"):
        UserRefFactory(user_id=left, is_active=False)
    hear(
        *(RoleAssigned(user_id=person, role="company_manager", company_id=company)
          for person in (second, left, revoked)),
        RoleRevoked(user_id=revoked, role="company_manager", company_id=company),
        RoleAssigned(user_id=revoked, role="worker", company_id=company),
        RoleAssigned(user_id=elsewhere, role="company_manager", company_id=uuid4()),
    )  # fmt: skip
    tell(license_expiring(company, days_left=7))
    assert {notice.user_id for notice in notices()} == {manager_id, second}
    assert {notice.priority for notice in notices()} == {Priority.HIGH}
    assert "CR-7" in notices()[0].title
    tell(license_expiring(company, days_left=90))
    assert len(notices(priority=Priority.NORMAL)) == 4


def test_a_licence_of_a_company_without_a_manager_waits_and_then_goes_to_the_group(company: UUID) -> None:
    administrator = uuid4()
    hear(RoleAssigned(user_id=administrator, role="super_admin"))
    tell(
        LicenseExpired(
            license_id=uuid4(), company_id=company, number="CR-7", name="Trade", expires_on=date(2026, 11, 1)
        )
    )
    assert notices() == []
    with all_companies("test"):
        HeardEvent.objects.update(wake_at=timezone.now(), heard_at=timezone.now() - timedelta(minutes=11))
    compose_notices()
    assert {notice.user_id for notice in notices()} == {administrator}


def test_roles_are_kept_as_auth_tells_them(company: UUID) -> None:
    person, gone = uuid4(), uuid4()

    def roles() -> set[tuple[UUID, str]]:
        with all_companies("test"):
            return set(Membership.objects.values_list("user_id", "role"))

    hear(
        RoleAssigned(user_id=person, role="worker", company_id=company),
        RoleAssigned(user_id=gone, role="worker", company_id=company),
    )
    hear(
        RoleRevoked(user_id=person, role="worker", company_id=company),
        RoleAssigned(user_id=person, role="company_manager", company_id=company),
        UserDeleted(user_id=gone),
    )
    assert roles() == {(person, "company_manager")}
    hear(RoleAssigned(user_id=person, role="company_manager", company_id=company))
    assert roles() == {(person, "company_manager")}
    hear(UserDeleted(user_id=person), RoleAssigned(user_id=person, role="worker", company_id=company))
    assert roles() == {(person, "worker")}
    hear(RoleRevoked(user_id=person, role="worker", company_id=company))
    assert roles() == set()


def uploaded(company_id: UUID, employee_id: UUID | None, by: UUID) -> DocumentUploaded:
    return DocumentUploaded(
        document_id=uuid4(),
        company_id=company_id,
        title="جواز السفر",
        uploaded_by=by,
        size=1,
        mime_type="application/pdf",
        document_type="passport",
        employee_id=employee_id,
    )


def test_a_document_is_told_of_to_whom_it_is_about_unless_they_uploaded_it(company: UUID) -> None:
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company)
    tell(
        uploaded(company, employee.employee_id, by=employee.user_id),
        uploaded(company, None, by=uuid4()),
    )
    assert notices() == []
    tell(uploaded(company, employee.employee_id, by=uuid4()))
    assert {notice.user_id for notice in notices()} == {employee.user_id}
    assert "جواز سفر" in notices()[0].message


def test_an_ending_document_is_told_of_to_its_person_and_to_the_managers_each_in_their_words(
    company: UUID, manager_id: UUID
) -> None:
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company)
        manager = EmployeeRefFactory(company_id=company, user_id=manager_id)

    def ending(employee_id: UUID | None) -> DocumentExpiring:
        return DocumentExpiring(
            document_id=uuid4(),
            company_id=company,
            title="الإقامة",
            uploaded_by=uuid4(),
            expires_on=date(2026, 12, 22),
            days_left=30,
            step=30,
            document_type="residence",
            employee_id=employee_id,
        )

    tell(ending(employee.employee_id))
    assert notices(user_id=employee.user_id)[0].title == "مستند لك ينتهي بعد 30 يوماً"
    assert notices(user_id=manager_id)[0].title == "مستند سارة الأحمد ينتهي بعد 30 يوماً"
    tell(ending(manager.employee_id))
    assert len(notices(user_id=manager_id)) == 4, "a manager is told of their own document once"
    tell(ending(None))
    assert len(notices()) == 8


def test_a_deduction_is_told_of_with_the_sum_only_where_one_signs_in(company: UUID) -> None:
    person = uuid4()
    tell(
        DeductionCreated(
            deduction_id=uuid4(),
            company_id=company,
            employee_id=uuid4(),
            user_id=person,
            deduction_type="late",
            amount="12.500",
            status="active",
            effective_date=date(2026, 12, 1),
        )
    )
    mail, shown = notices(user_id=person)
    assert "12.500" in shown.message
    assert "12.500" not in mail.message + mail.title


def test_a_transfer_names_the_departments(company: UUID) -> None:
    with all_companies("test"):
        employee = EmployeeRefFactory(company_id=company)
        to = DepartmentRef.objects.create(
            department_id=uuid4(), company_id=company, name="IT", name_ar="التقنية"
        )
    tell(
        EmployeeTransferred(
            employee_id=employee.employee_id,
            company_id=company,
            from_department_id=None,
            to_department_id=to.department_id,
        )
    )
    assert notices()[0].message == "تم نقلك من قسم – إلى قسم التقنية."


@pytest.mark.parametrize(
    "wishes", [{"email_enabled": False}, {"categories": {"employment": {"email": False}}}]
)
def test_a_channel_that_a_person_does_not_want_gets_no_notice(company: UUID, wishes: dict[str, Any]) -> None:
    event = hired(company)
    with all_companies("test"):
        PreferenceFactory(user_id=event.user_id, **wishes)
    tell(event)
    assert [notice.type for notice in notices()] == [Channel.IN_APP]


def test_a_companys_own_wording_wins_and_what_it_switched_off_is_silent(company: UUID) -> None:
    tell(hired(company))
    with all_companies("test"):
        Template.objects.filter(name="welcome", type=Channel.IN_APP).update(
            subject_ar="حياك الله", content_ar="{{ name }}", is_edited=True
        )
        Template.objects.filter(name="welcome", type=Channel.EMAIL).update(is_active=False)
        Template.objects.create(
            company_id=company, name="welcome", type=Channel.PUSH, content_ar="أهلاً", variables=[]
        )
    event = hired(company)
    tell(event)
    assert [(notice.type, notice.title) for notice in notices(user_id=event.user_id)] == [
        (Channel.IN_APP, "حياك الله"), (Channel.PUSH, "welcome"),
    ]  # fmt: skip


def test_mail_is_held_back_in_a_persons_night(company: UUID) -> None:
    event = hired(company)
    now = timezone.now()
    with all_companies("test"):
        PreferenceFactory(
            user_id=event.user_id,
            timezone="UTC",
            quiet_hours_start=(now - timedelta(hours=1)).time().replace(microsecond=0),
            quiet_hours_end=(now + timedelta(hours=1)).time().replace(microsecond=0),
        )
    tell(event)
    mail, shown = notices(user_id=event.user_id)
    assert mail.due_at is not None
    assert mail.due_at > now + timedelta(minutes=50)
    assert shown.status == Status.DELIVERED


def test_a_hire_of_two_thousand_costs_statements_by_the_batch(company: UUID) -> None:
    crowd = [envelope(hired(company), position=at) for at in range(1, 2001)]
    with CaptureQueriesContext(connection) as captured:
        tell(*crowd)
    assert len(notices()) == 4000
    assert len(captured) < 200


@pytest.mark.parametrize("event", EVENTS, ids=wire_name)
def test_every_event_with_a_rule_makes_notices(event: type[Event]) -> None:
    happened: Any = sample(wire_name(event))
    manager = uuid4()
    with all_companies("test"):
        CompanyRefFactory(company_id=happened.company_id)
        if getattr(happened, "employee_id", None) is not None:
            EmployeeRefFactory(employee_id=happened.employee_id, company_id=happened.company_id)
        for name in ("from_department_id", "to_department_id"):
            if getattr(happened, name, None) is not None:
                DepartmentRef.objects.create(
                    department_id=getattr(happened, name), company_id=happened.company_id, name=name
                )
    hear(RoleAssigned(user_id=manager, role="company_manager", company_id=happened.company_id))
    tell(envelope(happened))
    made = notices()
    expected = {rule.name for rule in RULES if rule.event is event}
    assert {notice.template.name for notice in made if notice.template} == expected
    assert all("{{" not in notice.title + notice.message for notice in made)
    for rule in RULES:
        if rule.event is event and rule.to is To.MANAGERS:
            assert manager in {notice.user_id for notice in made}
