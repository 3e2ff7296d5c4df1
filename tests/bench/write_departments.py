"""Run in company_service's environment: make departments at a steady rate; prints how late the last one was."""

import sys
import time
from uuid import UUID, uuid4

import django


def main(company_id: UUID, per_second: float, seconds: float) -> None:
    """Make ``per_second`` departments a second for ``seconds``, each in a transaction of its own."""
    django.setup()
    from common.security.tenancy import company_scope
    from company_service.companies.services import department_create

    began = time.monotonic()
    for number in range(int(per_second * seconds)):
        time.sleep(max(0.0, began + number / per_second - time.monotonic()))
        with company_scope(company_id):
            department_create(company_id=company_id, name=f"Department {uuid4().hex[:12]}")
    sys.stdout.write(f"{time.monotonic() - began - seconds:.3f}\n")


if __name__ == "__main__":
    main(UUID(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
