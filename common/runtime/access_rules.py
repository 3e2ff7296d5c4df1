"""Who may log in to which database from where: PostgreSQL's pg_hba.conf."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SUPERUSER: Final = "postgres"


@dataclass(frozen=True)
class Login:
    """The roles that may log in to one database."""

    database: str
    roles: tuple[str, ...]


def access_rules(logins: Iterable[Login], *, tls: bool, address: str, sockets: bool = False) -> str:
    """A service's roles may reach their own database and nothing else, by password only.

    Args:
        logins: The databases and their roles.
        tls: Whether connections without TLS are refused.
        address: From where, such as 127.0.0.1/32.
        sockets: Whether the superuser may also come by a socket file, by password as well.
    """
    kind = "hostssl" if tls else "host"
    rules = [f"local all {SUPERUSER} scram-sha-256"] if sockets else []
    rules += [f"{kind} all {SUPERUSER} {address} scram-sha-256"]
    rules += [f"{kind} {each.database} {','.join(each.roles)} {address} scram-sha-256" for each in logins]
    rules += ["host all all all reject"]
    return "\n".join(rules) + "\n"
