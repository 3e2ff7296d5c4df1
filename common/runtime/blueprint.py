"""What can be known about a stack without running it: its folder, ports, secrets and addresses."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from common.runtime.credentials import Credentials, load_or_create
from common.runtime.environment import Environments, Role
from common.runtime.layout import ROOT, SERVICES
from common.runtime.ports import Ports, recorded
from common.runtime.provision import Database, service_database

SERVICE_DATABASES: Final = tuple(service_database(name) for name in SERVICES)


class Blueprint:
    """The facts about one stack.

    Args:
        root: Its folder; a relative one is taken from the repository.
        kind: What its services are told in SERVICE_ENV.
        databases: What it provides; the six services' when left out.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        kind: str = "development",
        databases: Sequence[Database] = SERVICE_DATABASES,
    ) -> None:
        self.root = ROOT / root
        self.kind = kind
        self.databases = tuple(databases)

    @cached_property
    def ports(self) -> Ports:
        """The ports of its servers, as chosen at its last start; OperatorError when there was none."""
        return recorded(self.root)

    @cached_property
    def credentials(self) -> Credentials:
        """Its passwords and keys."""
        return load_or_create(self.root, dict.fromkeys(database.service for database in self.databases))

    @cached_property
    def environments(self) -> Environments:
        """What its processes are told."""
        return Environments(self.root, self.ports, self.credentials, self.kind)

    def environment(self, service: str, process: str = "manage") -> dict[str, str]:
        """The environment of one of the service's processes or of its management commands."""
        return self.environments.of(service, process)

    def dsn(self, service: str, role: Role = "app") -> str:
        """The address of the service's database for a role."""
        database = next(each for each in self.databases if each.service == service)
        return self.environments.database_url(service, role, database.name)

    def redis_url(self, database: int, service: str | None = None) -> str:
        """The address of one of Redis's databases (0 is the broker, 1 the cache), for the operator or a service."""
        return self.environments.redis_url(database, service)

    def url(self, service: str) -> str:
        """The service's base address, without a slash at the end."""
        return self.environments.service_url(service)
