"""Who may do what in Redis: a user for each service, one for the operator, and nobody else.

A service reaches its own keys with the commands that the broker's client and the cache need, and may do two
things to the queues of others: append a message and ask for their length. No user of a service may run
scripts, list keys, read or change the server's configuration, or empty anything.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from common.runtime.credentials import Credentials

OPERATOR: Final = "operator"
"""The user of whoever runs the system: everything is allowed."""
HEALTH: Final = "health"
"""The user of health checks: no password, no keys, and nothing but PING."""
_CONNECTION: Final = "+auth +hello +select +ping +quit +client|setname +client|id"
# What clients say of themselves. Older servers know no such command, and take no list that names it.
_SINCE_7_2: Final = "+client|setinfo"
_TRANSACTION: Final = "+multi +exec +discard +watch +unwatch"
# What stands in INFO is no secret between services, and tells the doctor that nothing is evicted.
_SERVER: Final = "+info"
_TEXT: Final = "+get +set +setex +psetex +mget +incr +incrby +decr +decrby"
_KEY: Final = "+del +unlink +exists +expire +pexpire +ttl +pttl +persist +touch"
_LIST: Final = "+lpush +rpush +rpop +brpop +llen +lrange"
_HASH: Final = "+hset +hget +hgetall +hdel +hlen +hincrby"
_SET: Final = "+sadd +srem +smembers +scard"
_SORTED: Final = "+zadd +zrem +zrange +zcard +zscore +zremrangebyscore"
_OWN: Final = f"{_CONNECTION} {_TRANSACTION} {_SERVER} {_TEXT} {_KEY} {_LIST} {_HASH} {_SET} {_SORTED}"


def access_list(credentials: Credentials, version: tuple[int, int] = (7, 2)) -> str:
    """The content of the ACL file of a Redis of this version; it holds hashes of the passwords, never the passwords."""
    services = credentials.services
    own_rights = f"{_OWN} {_SINCE_7_2}" if version >= (7, 2) else _OWN
    lines = [
        "user default off resetpass resetchannels resetkeys -@all",
        f"user {HEALTH} on nopass resetchannels resetkeys -@all +ping",
        f"user {OPERATOR} on #{_hash(credentials.redis_password)} ~* &* +@all",
        *(
            f"user {name} on #{_hash(own.redis_password)} resetchannels {_own_keys(name)} -@all {own_rights}"
            f" (+lpush +llen {_queues_of(other for other in services if other != name)})"
            for name, own in services.items()
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


def _own_keys(service: str) -> str:
    """The service's queues (``auth``, ``auth.saga``) and what it keeps beside them (``auth.unacked``, ``auth:…``)."""
    return f"~{service} ~{service}.* ~{service}:*"


def _queues_of(services: Iterable[str]) -> str:
    # Not their own tasks' queues: those are for themselves.
    return " ".join(f"~{service}.events ~{service}.saga" for service in services)


def _hash(password: str) -> str:
    return sha256(password.encode()).hexdigest()
