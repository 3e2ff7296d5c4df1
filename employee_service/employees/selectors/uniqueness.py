"""What is taken already: a company uses a number once, and employs an address and a person once at a time."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection

_TAKEN = """
SELECT 'number', company_id, employee_id FROM employees
  JOIN unnest(%s::uuid[], %s::text[]) AS wanted(company, value)
    ON company_id = company AND employee_id = value
UNION ALL
SELECT 'email', company_id, email FROM employees
  JOIN unnest(%s::uuid[], %s::text[]) AS wanted(company, value)
    ON company_id = company AND email = value
 WHERE NOT lifecycle = 'ended' AND NOT email = ''
UNION ALL
SELECT 'user', company_id, user_id::text FROM employees
  JOIN unnest(%s::uuid[], %s::uuid[]) AS wanted(company, value)
    ON company_id = company AND user_id = value
 WHERE NOT lifecycle = 'ended'
"""


class Claim(NamedTuple):
    """What a new employee of a company would take; empty values take nothing."""

    company_id: UUID
    number: str
    email: str = ""
    user_id: UUID | None = None


class Taken(set[tuple[str, UUID, str]]):
    """Numbers, addresses and accounts in use, as (kind, company, value)."""

    def has_number(self, claim: Claim) -> bool:
        """Whether the company uses the claim's number."""
        return ("number", claim.company_id, claim.number) in self

    def has_person(self, claim: Claim) -> bool:
        """Whether the company employs somebody with the claim's address or account."""
        return ("email", claim.company_id, claim.email) in self or (
            "user",
            claim.company_id,
            str(claim.user_id),
        ) in self

    def take(self, claim: Claim) -> None:
        """Let the claim have what it asks for, so that a later one of the same batch finds it taken."""
        self.add(("number", claim.company_id, claim.number))
        if claim.user_id:
            self.add(("user", claim.company_id, str(claim.user_id)))
        if claim.email:
            self.add(("email", claim.company_id, claim.email))


def taken_among(claims: Iterable[Claim]) -> Taken:
    """What of ``claims`` is in use, by one query; pending hires count as using theirs."""
    wanted = list(claims)
    if not wanted:
        return Taken()
    companies = [claim.company_id for claim in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKEN,
            [
                companies,
                [claim.number for claim in wanted],
                companies,
                [claim.email for claim in wanted],
                companies,
                [claim.user_id for claim in wanted],
            ],
        )
        return Taken(cursor.fetchall())
