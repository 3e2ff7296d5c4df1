"""Notices of licences that end: each step of each end is noted once, in the transaction that tells of it.

A run looks for licences whose most urgent step is not in the ledger. It may come late, be killed or run beside
itself: a batch holds its licences, then reads the ledger, and commits its notes together with its events.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from common.contracts.company import LicenseExpired, LicenseExpiring
from common.days import today as companies_today
from common.expiry import DEFAULT, Due, due, latest_step
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies
from company_service.companies.choices import LicenseStatus
from company_service.companies.models import License, LicenseNotice

BATCH = 500

ENDS = "SELECT DISTINCT expires_on FROM licenses WHERE is_active AND expires_on <= %s"
# A licence that is being renewed is waited for, and then left alone if it ends later.
UNTOLD = """
SELECT l.id, l.expires_on FROM licenses AS l
JOIN unnest(%s::date[], %s::smallint[]) AS latest(expires_on, step) ON l.expires_on = latest.expires_on
WHERE l.is_active AND NOT EXISTS (
    SELECT FROM license_notices AS n
    WHERE n.license_id = l.id AND n.expires_on = l.expires_on AND n.step = latest.step
)
ORDER BY l.id LIMIT %s FOR NO KEY UPDATE OF l
"""


@dataclass(frozen=True)
class Noted:
    """What a run has done: steps entered into the ledger, and notices published."""

    steps: int = 0
    notices: int = 0

    def __add__(self, other: "Noted") -> "Noted":
        return Noted(self.steps + other.steps, self.notices + other.notices)


def licenses_announce(today: date | None = None, *, batch: int = BATCH) -> Noted:
    """Tell of every licence that has reached a notice step by ``today`` (the companies' day without one).

    Publishes license.expiring up to the last valid day and license.expired after it, one for each licence: the
    most urgent step. Steps that were missed before it are noted with it. A transaction takes ``batch`` licences.
    Safe to kill and to run beside itself.
    """
    today = today or companies_today()
    total = Noted()
    while True:
        with all_companies("notices of licences"):
            held = _hold_untold(today, batch)
            total += _announce(held, today)
        if len(held) < batch:
            return total


def _hold_untold(today: date, batch: int) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(ENDS, [DEFAULT.horizon(today)])
        latest = {end: latest_step(end, today) for (end,) in cursor.fetchall()}
        cursor.execute(UNTOLD, [list(latest), list(latest.values()), batch])
        return [row[0] for row in cursor.fetchall()]


def _announce(held: list[UUID], today: date) -> Noted:
    # Read after the lock was got: whoever had it may have noted, renewed or withdrawn.
    licenses = list(License.objects.filter(pk__in=held, is_active=True).order_by("id"))
    noted = _noted(licenses)
    rows: list[LicenseNotice] = []
    publications: list[Publication] = []
    for entry in licenses:
        end = entry.expires_on
        if end is None:
            continue
        found = due(end, today, noted[entry.id])
        rows += [_row(entry, end, step, found, today) for step in found.note]
        if found.days_left < 0 and entry.status == LicenseStatus.ACTIVE:
            entry.status, entry.updated_at = LicenseStatus.EXPIRED, timezone.now()
        if found.announce is not None:
            entry.version += 1
            event = _event(entry, end, found.days_left, found.announce)
            publications.append(Publication(event, entry.id, entry.company_id, entry.version))
    LicenseNotice.objects.bulk_create(rows)
    License.objects.bulk_update(licenses, ["version", "status", "updated_at"])
    publish_many(publications)
    return Noted(len(rows), len(publications))


def _noted(licenses: Iterable[License]) -> dict[UUID, list[int]]:
    """The steps of each licence's present end that are in the ledger."""
    steps: dict[UUID, list[int]] = {entry.id: [] for entry in licenses}
    notices = LicenseNotice.objects.filter(license__in=steps, expires_on=F("license__expires_on"))
    for license_id, step in notices.values_list("license_id", "step"):
        steps[license_id].append(step)
    return steps


def _row(entry: License, end: date, step: int, found: Due, today: date) -> LicenseNotice:
    return LicenseNotice(
        company_id=entry.company_id,
        license=entry,
        expires_on=end,
        step=step,
        announced=step == found.announce,
        noted_on=today,
        # Not by the database's default: without it, Django sends many rows as a few arrays.
        created_at=timezone.now(),
    )


def _event(entry: License, end: date, days_left: int, step: int) -> LicenseExpiring | LicenseExpired:
    kind = LicenseExpired if days_left < 0 else LicenseExpiring
    return kind(
        license_id=entry.id,
        company_id=entry.company_id,
        number=entry.number,
        name=entry.name,
        expires_on=end,
        days_left=days_left,
        step=step,
    )
