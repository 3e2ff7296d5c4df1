"""What this service publishes has the shape of the samples; the samples of what it consumes are accepted."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

import auth_service.users.consumers  # noqa: F401
from auth_service.users.models import Role
from auth_service.users.services.imports import users_take_back
from auth_service.users.services.roles import role_assign, role_revoke
from auth_service.users.services.sessions import sessions_revoke_all
from auth_service.users.services.users import user_deactivate, user_edit, user_register
from auth_service.users.tests.factories import PASSWORD, member, person, sign_in
from common.contracts.base import catalogue, from_wire, owner_of
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.samples import sample_payload

OWN = sorted(name for name in catalogue() if owner_of(name) == "auth")
CONSUMED = sorted(name for name in (*registry.batches, *registry.singles) if owner_of(name) != "auth")


@pytest.mark.django_db
def test_every_event_of_ours_is_published_in_the_shape_of_its_sample() -> None:
    company_id = uuid4()
    user_register(email="a@example.com", password=PASSWORD, first_name="A", last_name="B")
    user = member(company_id)
    sign_in(user)
    user_edit(user_id=user.id, email=user.email, first_name="New", last_name="Name")
    role_assign(user_id=user.id, role="supervisor", company_id=company_id)
    sessions_revoke_all(user_id=user.id, reason="test")
    role_revoke(user_id=user.id, company_id=company_id, reason="test")
    user_deactivate(user_id=user.id, reason="test")
    users_take_back([person().id])
    with all_companies("test"):
        published = dict(EventRecord.objects.values_list("type", "payload"))
    assert sorted(published) == OWN
    for name, payload in published.items():
        assert set(payload) == set(sample_payload(name)), name
        from_wire(catalogue()[name], payload)


@pytest.mark.django_db
@pytest.mark.parametrize("name", CONSUMED)
def test_the_sample_of_every_event_we_consume_is_accepted(name: str) -> None:
    payload = sample_payload(name)
    envelope = Envelope(
        id=uuid4(),
        type=name,
        position=1,
        aggregate_id=uuid4(),
        version=1,
        company_id=payload["company_id"],  # type: ignore[arg-type]
        occurred_at=datetime.now(UTC),
        payload=payload,
    )
    with all_companies("inbox"):
        dispatch(registry, owner_of(name), [envelope])
        if name == "company.created":
            assert Role.objects.filter(company_id__isnull=False).count() == 4


def test_we_follow_company_and_employee() -> None:
    assert {"company.created", "employee.hired", "employee.terminated"} <= set(CONSUMED)


def test_every_periodic_job_is_a_task_of_this_service() -> None:
    from auth_service.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
