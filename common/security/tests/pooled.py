"""Many clients of one pooler, each in a company's scope; run as a program by test_pooler.

Prints how many answers there were, how many had a row of another company, and how many rows were seen without a
scope by connections that others had used before.
"""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import django

CLIENTS = 8
QUESTIONS = 100


def ask(company_ids: Sequence[UUID], seed: int) -> tuple[int, int, int]:
    """Ask in the scope of one company after the other, and outside of every scope in between."""
    from django.db import connection

    from common.messaging.models import EventRecord
    from common.security.tenancy import company_scope

    answers = wrong = unscoped = 0
    for number in range(QUESTIONS):
        company_id = company_ids[(seed + number) % len(company_ids)]
        with company_scope(company_id):
            found = list(EventRecord.objects.values_list("company_id", flat=True))
        answers += 1
        wrong += found != [company_id]
        unscoped += EventRecord.objects.count()
        if number % 10 == 0:
            connection.close()
    connection.close()
    return answers, wrong, unscoped


def main() -> None:
    """Ask with all clients at once."""
    django.setup()
    company_ids = [UUID(word) for word in sys.argv[1:]]
    with ThreadPoolExecutor(CLIENTS) as clients:
        results = list(clients.map(lambda seed: ask(company_ids, seed), range(CLIENTS)))
    sys.stdout.write(" ".join(str(sum(figures)) for figures in zip(*results, strict=True)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "employee_service.settings")
    main()
