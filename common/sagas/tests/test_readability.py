"""Sagas that this version of the code cannot read are found beforehand, and harm no others."""

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from common.sagas import engine, services
from common.sagas.models import SagaInstance, SagaState
from common.sagas.tests.toy import ToyData, drive, saga, start
from common.security.tenancy import all_companies
from common.testing.sagas import TestBroker

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "name": ({"name": "forgotten"}, "does not know version 1 of the saga forgotten"),
    "version": ({"version": "99"}, "does not know version 99 of the saga toy"),
    "step": ({"step": "four"}, "toy version 1 has no step 'four'"),
    "data": ({"data": {"refuses": "one"}}, "missing required field `key`"),
    "type": ({"data": {"key": []}}, "Expected `str`, got `array`"),
}


def change(saga_id: UUID, **values: Any) -> None:
    with all_companies("test"):
        SagaInstance.objects.filter(pk=saga_id).update(**values)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_command_names_what_this_code_cannot_read(broker: TestBroker, fault: str) -> None:
    values, reason = FAULTS[fault]
    bad, good = start(ToyData(key="a"), ToyData(key="b"))
    change(bad, **values)
    with pytest.raises(CommandError) as refused:
        call_command("check_sagas")
    assert refused.value.returncode == 1
    heading, line = str(refused.value).splitlines()
    assert heading == "This code cannot go on with:"
    assert line.startswith(str(bad))
    assert reason in line
    assert str(good) not in str(refused.value)


def test_the_command_looks_at_parked_sagas_and_not_at_ended_ones(broker: TestBroker) -> None:
    parked, ended = start(ToyData(key="a", refuses="two", undo_fails="one"), ToyData(key="b"))
    drive(broker)
    assert (saga(parked).state, saga(ended).state) == (SagaState.PARKED, SagaState.COMPLETED)
    said = StringIO()
    call_command("check_sagas", stdout=said)
    assert "every saga" in said.getvalue()
    change(ended, version="99")
    call_command("check_sagas", stdout=said)
    change(parked, version="99")
    with pytest.raises(CommandError, match=rf"{parked} toy 99 at one \(parked\)"):
        call_command("check_sagas")


@pytest.mark.parametrize("fault", FAULTS)
def test_an_unreadable_saga_waits_for_an_operator_and_goes_on_with_code_that_can_read_it(
    broker: TestBroker, fault: str
) -> None:
    bad, good = start(ToyData(key="a"), ToyData(key="b"))
    before = {name: getattr(saga(bad), name) for name in FAULTS[fault][0]}
    change(bad, **FAULTS[fault][0])
    drive(broker)
    assert (saga(bad).state, saga(good).state) == (SagaState.PARKED, SagaState.COMPLETED)
    assert saga(bad).park_reason.startswith("UNREADABLE")
    with pytest.raises(services.SagaUnreadableError):
        services.saga_retry(bad, operator="nadia", reason="?")
    change(bad, **before)
    services.saga_retry(bad, operator="nadia", reason="the old code is back")
    drive(broker)
    assert saga(bad).state == SagaState.COMPLETED


def test_an_answer_for_an_unreadable_saga_does_not_lose_the_answers_beside_it(broker: TestBroker) -> None:
    bad, good = start(ToyData(key="a"), ToyData(key="b"))
    engine.orchestrate()
    assert broker.deliver_one() == "toy.one"
    change(bad, version="99")
    assert broker.deliver_one() == "sagas.record_answers"
    assert (saga(bad).state, saga(good).step) == (SagaState.PARKED, "two")
