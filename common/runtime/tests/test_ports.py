import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from common.runtime.errors import OperatorError
from common.runtime.ports import choose, is_free, recorded, requested_services, require_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_services_listen_from_3001_on_unless_told_otherwise() -> None:
    assert list(requested_services({}).values()) == [3001, 3002, 3003, 3004, 3005, 3006]


def test_a_base_moves_all_ports_and_a_name_moves_one() -> None:
    ports = requested_services({"PORT_BASE": "4001", "PORT_COMPANY": "5000"})
    assert ports == {
        "auth": 4001,
        "company": 5000,
        "employee": 4003,
        "document": 4004,
        "notification": 4005,
        "analytics": 4006,
    }


@pytest.mark.parametrize("value", ["none", "80", "-1", "70000", "3001.5"])
def test_an_impossible_port_is_refused_in_one_sentence(value: str) -> None:
    with pytest.raises(OperatorError, match=f"PORT_BASE={value} is not usable"):
        requested_services({"PORT_BASE": value})


def test_two_services_may_not_share_a_port() -> None:
    with pytest.raises(OperatorError, match="auth and company are both given port 3002"):
        requested_services({"PORT_AUTH": "3002"})


def test_a_taken_port_is_named_with_what_to_do(taken: int) -> None:
    with pytest.raises(OperatorError, match=f"Port {taken} of employee is taken.*PORT_EMPLOYEE="):
        require_free({"employee": taken})


def test_a_taken_doorbell_is_named_too() -> None:
    with ExitStack() as held:
        port = 0
        # Other programs on the machine may have the port that goes with the first doorbell.
        while not (port and is_free(port)):
            doorbell = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            doorbell.bind(("127.0.0.1", 0))
            port = doorbell.getsockname()[1] - 1000
        with pytest.raises(OperatorError, match=f"UDP port {port + 1000} .*auth"):
            require_free({"auth": port})


def test_free_ports_are_remembered(tmp_path: Path) -> None:
    first = choose(tmp_path, None)
    assert choose(tmp_path, None) == first == recorded(tmp_path)
    used = [first.postgres, first.redis, *first.services.values()]
    assert len(set(used)) == 8
    assert all(is_free(port) for port in used)


def test_a_remembered_port_that_somebody_else_took_is_replaced(tmp_path: Path) -> None:
    first = choose(tmp_path, None)
    with socket.socket() as server:
        server.bind(("127.0.0.1", first.redis))
        server.listen()
        second = choose(tmp_path, None)
    assert second.redis != first.redis
    assert second.postgres == first.postgres


def test_a_stack_that_was_never_started_has_no_ports(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="make start"):
        recorded(tmp_path)
