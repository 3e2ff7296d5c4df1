"""POST /employees: start the saga, wait a little for it, answer what became of it."""

from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import idempotency
from common.api.errors import envelope
from common.api.serializers import UNKNOWN
from common.contracts.employee import CreateEmployee
from common.errors import PermissionDeniedError, ValidationError
from common.sagas.models import LIVE, SagaInstance, SagaState
from common.sagas.services import saga_wait
from common.sagas.wording import error_sentence
from common.security.principal import Principal
from common.security.scopes import open_scope
from employee_service.employees.api.serializers import employee_json, saga_json
from employee_service.employees.selectors.sagas import saga_get
from employee_service.employees.selectors.visibility import employee_get
from employee_service.employees.services.hiring import employee_hire
from employee_service.sagas.create_employee import CreateEmployeeData

RESPOND_ASYNC = "respond-async"
# A request that waits keeps a thread of this process; without a limit they would keep all of them.
waiting_slots = BoundedSemaphore(settings.HIRE_WAITERS)


def hire(request: Request, body: dict[str, Any], person: Principal) -> Response:
    """The answer to a hire: 201, the refusal of a business rule, or 202 with the address of the saga.

    A repetition under the same Idempotency-Key starts nothing and gets the current outcome of the first one.
    """
    data = hire_data(body, company_to_hire_into(body.get("company_id"), person))
    with open_scope(person.tenant_scope()):
        saga, repeated = _start(request, data, person)
    headers = {idempotency.REPLAYED: "true"} if repeated else {}
    if RESPOND_ASYNC in _preferences(request):
        return _accepted(saga, {**headers, "Preference-Applied": RESPOND_ASYNC})
    state = _wait(saga.id) if saga.state in LIVE else saga.state
    with open_scope(person.tenant_scope()):
        if state == SagaState.COMPLETED:
            return _hired(saga, person, headers)
        # Whatever else became of it stands in the saga itself.
        return _outcome(saga_get(person, saga.id), person, headers)


def hire_data(body: Mapping[str, Any], company_id: UUID) -> CreateEmployeeData:
    """The person that a valid CreateEmployeeRequest describes, under new ids; its ``company_id`` is not read."""
    values = dict(body)
    values.pop("company_id", None)
    existing_user_id: UUID | None = values.pop("user_id", None)
    salary = values.pop("salary", None)
    return CreateEmployeeData(
        employee=CreateEmployee(
            employee_id=uuid4(),
            user_id=existing_user_id or uuid4(),
            company_id=company_id,
            number=values.pop("employee_id", ""),
            salary=None if salary is None else str(salary),
            **values,
        ),
        existing_user_id=existing_user_id,
    )


def company_to_hire_into(named: UUID | None, person: Principal) -> UUID:
    """The token's company, or the one that a super administrator names; raises for any other."""
    if named is not None and named != person.company_id and not person.all_companies:
        raise ValidationError(details={"company_id": [UNKNOWN]})
    company_id = named or person.company_id
    if company_id is None:
        if not person.all_companies:
            raise PermissionDeniedError
        raise ValidationError(details={"company_id": [_("Name the company to hire into.")]})
    return company_id


def _start(request: Request, data: CreateEmployeeData, person: Principal) -> tuple[SagaInstance, bool]:
    """The request's saga, and whether an earlier request with the same key had started it."""
    key = idempotency.key_of(request)
    if key is None:
        return employee_hire(data, actor_id=person.id), False
    record, created = idempotency.claim(
        principal=person,
        key=key,
        method=str(request.method),
        path=request.path,
        body_hash=idempotency.hash_of(request),
    )
    if not created and record.saga_id is not None:
        return saga_get(person, record.saga_id), True
    saga = employee_hire(data, actor_id=person.id)
    idempotency.attach_saga(record, saga.id)
    return saga, False


def _preferences(request: Request) -> set[str]:
    return {part.strip().lower() for part in request.META.get("HTTP_PREFER", "").split(",")}


def _wait(saga_id: UUID) -> SagaState | None:
    if not waiting_slots.acquire(blocking=False):
        return None
    try:
        return saga_wait(saga_id, settings.HIRE_WAIT_SECONDS)
    finally:
        waiting_slots.release()


def _hired(saga: SagaInstance, person: Principal, headers: dict[str, str]) -> Response:
    employee_id = UUID(saga.data["employee"]["employee_id"])
    body = {"success": True, "employee": employee_json(employee_get(person, employee_id), person)}
    return Response(body, 201, headers={**headers, "Location": reverse("employee", args=[employee_id])})


def _outcome(saga: SagaInstance, person: Principal, headers: dict[str, str]) -> Response:
    if saga.state == SagaState.COMPLETED:
        return _hired(saga, person, headers)
    if saga.state == SagaState.COMPENSATED:
        error = envelope(saga.error_code, error_sentence(saga), saga.error_details)
        return Response(error, saga.error_status or 500, headers=headers)
    return _accepted(saga, headers)


def _accepted(saga: SagaInstance, headers: dict[str, str]) -> Response:
    body = {"success": True, "saga": saga_json(saga)}
    return Response(body, 202, headers={**headers, "Location": reverse("saga", args=[saga.id])})
