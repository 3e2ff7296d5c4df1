"""What somebody can do who has the Redis password of one service: tried on a real server."""

import subprocess
from collections.abc import Callable, Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError
from redis.retry import Retry

from common.runtime.credentials import Credentials, load_or_create
from common.runtime.layout import SERVICES
from common.runtime.ports import choose
from common.runtime.progress import Progress
from common.runtime.redis import find_program, version_of
from common.runtime.redis_users import OPERATOR, access_list
from common.runtime.wheels import redis_server
from tests.waiting import wait_until

Login = Callable[[str], "redis.Redis"]
ONCE = Retry(NoBackoff(), 0)


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return load_or_create(tmp_path_factory.mktemp("secrets"), SERVICES)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, credentials: Credentials) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("redis")
    port = choose(folder, {}).redis
    program = find_program() or redis_server(Progress())
    (folder / "users.acl").write_text(access_list(credentials, version_of(str(program)) or (7, 0)))
    options = [
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--save",
        "",
        "--aclfile",
        str(folder / "users.acl"),
    ]
    with subprocess.Popen([str(program), *options], cwd=folder, stdout=subprocess.DEVNULL) as server:
        wait_until(lambda: _listens(port), "Redis listens")
        yield port
        server.terminate()


def _listens(port: int) -> bool:
    try:
        return bool(redis.Redis(port=port, username="health", password="", retry=ONCE).ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def login(port: int, credentials: Credentials) -> Iterator[Login]:
    clients = []

    def connect(user: str) -> "redis.Redis":
        services = credentials.services
        password = services[user].redis_password if user in services else credentials.redis_password
        clients.append(redis.Redis(port=port, username=user, password=password, retry=ONCE))
        return clients[-1]

    yield connect
    connect(OPERATOR).flushall()
    for client in clients:
        client.close()


REFUSED = (
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("RANDOMKEY",),
    ("DBSIZE",),
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("SWAPDB", "0", "1"),
    ("CONFIG", "GET", "*"),
    ("CONFIG", "SET", "dir", "/srv"),
    ("ACL", "LIST"),
    ("ACL", "SETUSER", "auth", "+@all"),
    ("EVAL", "return 1", "0"),
    ("SCRIPT", "LOAD", "return 1"),
    ("FUNCTION", "LIST"),
    ("CLIENT", "LIST"),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("MONITOR",),
    ("SHUTDOWN",),
    ("SAVE",),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("SLOWLOG", "GET"),
    ("SUBSCRIBE", "anything"),
    ("PUBLISH", "anything", "text"),
    ("RENAME", "auth.saga", "company.saga"),
    ("COPY", "auth.saga", "company.saga"),
    ("DUMP", "auth.saga"),
    ("SORT", "auth.saga"),
)
OF_ANOTHER = (
    ("RPOP", "company.saga"),
    ("BRPOP", "company.events", "0.01"),
    ("LRANGE", "company.saga", "0", "-1"),
    ("DEL", "company.saga"),
    ("RPUSH", "company.saga", "first in the queue"),
    ("LPUSH", "company", "its own tasks are its own"),
    ("LPUSH", "company.unacked", "x"),
    ("HGETALL", "company.unacked"),
    ("GET", "company:1:anything"),
    ("SET", "company:1:anything", "poison"),
    ("SET", "company:memory", "1"),
    ("EXPIRE", "company.saga", "1"),
    ("SET", "companyx", "1"),
)


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_a_service_may_not_touch_the_server(login: Login, command: tuple[str, ...]) -> None:
    with pytest.raises(NoPermissionError):
        login("auth").execute_command(*command)


@pytest.mark.parametrize("command", OF_ANOTHER, ids=" ".join)
def test_a_service_may_not_touch_what_is_anothers(login: Login, command: tuple[str, ...]) -> None:
    login(OPERATOR).lpush("company.saga", "waits")
    with pytest.raises(NoPermissionError):
        login("auth").execute_command(*command)
    assert login(OPERATOR).lrange("company.saga", 0, -1) == [b"waits"]


def test_nobody_gets_in_without_a_user_and_its_password(port: int, login: Login) -> None:
    with pytest.raises(AuthenticationError):
        redis.Redis(port=port, retry=ONCE).ping()
    with pytest.raises(AuthenticationError):
        redis.Redis(port=port, username="auth", password="wrong", retry=ONCE).ping()
    with pytest.raises(NoPermissionError):
        redis.Redis(port=port, username="health", password="", retry=ONCE).get("auth:1:x")


def test_a_service_works_with_its_own_keys_and_writes_to_the_queues_of_others(login: Login) -> None:
    auth = login("auth")
    auth.lpush("auth.saga", "own")
    assert auth.brpop(["auth", "auth.events", "auth.saga"], timeout=1) == (b"auth.saga", b"own")
    auth.set("auth:1:x", "1", ex=5)
    assert auth.incr("auth:1:x") == 2
    for other in SERVICES:
        assert auth.lpush(f"{other}.events", "doorbell") == 1
        assert auth.llen(f"{other}.saga") == 0
    assert auth.info("memory")["maxmemory_policy"] == "noeviction"


def test_the_list_of_users_holds_no_password(credentials: Credentials) -> None:
    text = access_list(credentials)
    assert credentials.redis_password not in text
    assert [own for own in credentials.services.values() if own.redis_password in text] == []
    assert text.splitlines()[0].startswith("user default off ")


def test_what_was_refused_stands_in_the_servers_list(login: Login) -> None:
    operator = login(OPERATOR)
    operator.acl_log_reset()
    with pytest.raises(NoPermissionError):
        login("document").rpop("employee.saga")
    (entry,) = operator.acl_log()
    assert (entry["username"], entry["reason"], entry["object"]) == ("document", "key", "employee.saga")


def test_an_older_server_is_told_of_no_command_that_it_does_not_know(credentials: Credentials) -> None:
    assert "client|setinfo" not in access_list(credentials, (7, 0))
    assert "client|setinfo" in access_list(credentials, (7, 2))
