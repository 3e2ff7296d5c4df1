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
from common.expiry import DEFAULT, due, latest_step
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies
from company_service.companies.choices import LicenseStatus
from company_service.companies.models import License, LicenseNotice

BATCH = 500

# A licence is told of nothing less urgent than what is noted, so the last step silences an end (see imports).
ENDS = "SELECT DISTINCT expires_on FROM licenses WHERE is_active AND expires_on <= %s"
UNTOLD = """
SELECT l.id FROM licenses AS l
JOIN unnest(%s::date[], %s::smallint[]) AS latest(expires_on, step) ON l.expires_on = latest.expires_on
WHERE l.is_active AND NOT EXISTS (
    SELECT FROM license_notices AS n
    WHERE n.license_id = l.id AND n.expires_on = l.expires_on AND n.step <= latest.step
)
ORDER BY l.id
"""
# Not through the ORM: a licence that was overdue for years when it was entered has a hundred steps.
NOTE = """
INSERT INTO license_notices (company_id, license_id, expires_on, step, announced, noted_on)
SELECT c, l, e, s, a, %s
FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::smallint[], %s::boolean[]) AS x(c, l, e, s, a)
"""
Note = tuple[UUID, UUID, date, int, bool]


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
    with all_companies("notices of licences"):
        untold = _untold(today)
    total = Noted()
    for start in range(0, len(untold), batch):
        with all_companies("notices of licences"):
            total += _announce(untold[start : start + batch], today)
    return total


def _untold(today: date) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(ENDS, [DEFAULT.horizon(today)])
        latest = {end: latest_step(end, today) for (end,) in cursor.fetchall()}
        cursor.execute(UNTOLD, [list(latest), list(latest.values())])
        return [row[0] for row in cursor.fetchall()]


def _announce(untold: list[UUID], today: date) -> Noted:
    # One that is being renewed is waited for. Only then the ledger is read: another run may have noted.
    held = License.objects.filter(pk__in=untold, is_active=True)
    licenses = list(held.select_for_update(no_key=True).order_by("id"))
    noted = _noted(licenses)
    notes: list[Note] = []
    publications: list[Publication] = []
    for entry in licenses:
        end = entry.expires_on
        if end is None:
            continue
        found = due(end, today, noted[entry.id])
        told = found.announce
        notes += [(entry.company_id, entry.id, end, step, step == told) for step in found.note]
        if told is not None:
            event = _event(entry, end, found.days_left, told)
            publications.append(Publication(event, entry.id, entry.company_id, entry.version + 1))
    _note(notes, today)
    over = held.filter(status=LicenseStatus.ACTIVE, expires_on__lt=today)
    over.update(status=LicenseStatus.EXPIRED, updated_at=timezone.now())
    held.filter(pk__in=[item.aggregate_id for item in publications]).update(version=F("version") + 1)
    publish_many(publications)
    return Noted(len(notes), len(publications))


def _noted(licenses: Iterable[License]) -> dict[UUID, list[int]]:
    """The steps of each licence's present end that are in the ledger."""
    steps: dict[UUID, list[int]] = {entry.id: [] for entry in licenses}
    notices = LicenseNotice.objects.filter(license__in=steps, expires_on=F("license__expires_on"))
    for license_id, step in notices.values_list("license_id", "step"):
        steps[license_id].append(step)
    return steps


def _note(notes: list[Note], today: date) -> None:
    """Enter company, licence, end, step, and whether it is told of; any number of notes in one statement."""
    if notes:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [today, *map(list, zip(*notes, strict=True))])


def _event(entry: License, end: date, days_left: int, step: int) -> LicenseExpiring | LicenseExpired:
    if days_left < 0:
        return LicenseExpired(
            license_id=entry.id,
            company_id=entry.company_id,
            number=entry.number,
            name=entry.name,
            expires_on=end,
            days_left=days_left,
            step=step,
        )
    return LicenseExpiring(
        license_id=entry.id,
        company_id=entry.company_id,
        number=entry.number,
        name=entry.name,
        expires_on=end,
        days_left=days_left,
        step=step,
    )
