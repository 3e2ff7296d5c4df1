"""Makes databases, roles and grants inside the containers' network, as ``make run`` does on one machine."""

import os
import sys
from pathlib import Path

from common.runtime.credentials import load_or_create
from common.runtime.layout import SERVICES
from common.runtime.provision import Provisioner, service_database
from compose.addresses import server_url


def main() -> None:
    """Bring the server named ``postgres`` to the wanted state; running it again changes nothing."""
    credentials = load_or_create(Path(os.environ["SECRETS_FOLDER"]), SERVICES)
    changed = Provisioner(server_url(credentials.superuser_password), credentials).provision(
        map(service_database, SERVICES)
    )
    sys.stdout.write(f"Made or updated: {', '.join(changed) or 'nothing'}.\n")


if __name__ == "__main__":
    main()
