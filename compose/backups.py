"""Backs up and restores the databases inside the containers' network, with the tool of ``make backup``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common.runtime.backup import back_up, restore_into
from common.runtime.blueprint import SERVICE_DATABASES
from common.runtime.credentials import Credentials, load_or_create
from common.runtime.environment import Role
from common.runtime.errors import OperatorError
from common.runtime.layout import SERVICES
from common.runtime.provision import Database, role_name
from compose.addresses import database_url


class Containers:
    """The databases of the server named ``postgres``."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    @property
    def databases(self) -> Sequence[Database]:
        """Its databases."""
        return SERVICE_DATABASES

    def dsn(self, service: str, role: Role) -> str:
        """The address of the service's database for a role."""
        if role == "superuser":
            return database_url(service, "postgres", self._credentials.superuser_password)
        return database_url(
            service,
            role_name(service, role),
            getattr(self._credentials.services[service], f"{role}_password"),
        )


def main(arguments: Sequence[str]) -> int:
    """Back up into a new folder, or restore from one into databases without tables; 2 and one sentence if it cannot."""
    parser = argparse.ArgumentParser(prog="backup")
    actions = parser.add_subparsers(dest="command", required=True)
    actions.add_parser("backup").add_argument("folder", type=Path)
    restoring = actions.add_parser("restore")
    restoring.add_argument("folder", type=Path)
    restoring.add_argument("key", type=Path)
    options = parser.parse_args(arguments)
    system = Containers(load_or_create(Path(os.environ["SECRETS_FOLDER"]), SERVICES))
    try:
        if options.command == "backup":
            return back_up(system, options.folder)
        return restore_into(system, options.folder, options.key)
    except (OperatorError, OSError) as error:
        sys.stderr.write(f"hrms: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
