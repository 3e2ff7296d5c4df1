"""The nightly run of the retention: what is past its time goes, piece by piece."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.privacy.models import KeptFor, RetentionRun
from common.privacy.plan import Rule, service_plan
from common.privacy.remains import remains_apply, remains_due
from common.security.tenancy import all_companies

REASON = "retention"
log = structlog.get_logger(__name__)


class UnknownRuleError(Exception):
    """No rule of this service has the name."""


@dataclass(frozen=True)
class Reckoning:
    """What one rule has done, or would do: ``rows`` older than ``before``."""

    rule: Rule
    days: int
    before: datetime
    rows: int
    error: str = ""


def rules() -> tuple[Rule, ...]:
    """Every rule of this service: its own, and those that all services have."""
    return (*service_plan().rules, *EVERYWHERE)


def retention_run(*, only: str = "", dry_run: bool = False) -> Iterator[Reckoning]:
    """Carry out the rules, each to its end or its first error, and yield what each came to.

    With ``dry_run`` nothing changes and the rows are counted. Raises UnknownRuleError.
    """
    chosen = [rule for rule in rules() if only in ("", rule.name)]
    if not chosen:
        raise UnknownRuleError(
            f"There is no rule {only}; there are {', '.join(rule.name for rule in rules())}."
        )
    for rule in chosen:
        days = days_of(rule)
        before = timezone.now() - timedelta(days=days)
        if dry_run:
            with all_companies(REASON):
                rows = rule.due(before)
            # Not inside: whoever reads on would run in the scope of all companies.
            yield Reckoning(rule, days, before, rows)
        else:
            yield _carried_out(rule, days, before)


def days_of(rule: Rule) -> int:
    """How long the rule has things kept: as staff decided, else as the settings say, else as the plan does."""
    decided = KeptFor.objects.filter(pk=rule.name).values_list("days", flat=True).first()
    default: int = settings.RETENTION_DAYS.get(rule.name, rule.days)
    return default if decided is None else decided


def _carried_out(rule: Rule, days: int, before: datetime) -> Reckoning:
    run = RetentionRun.objects.create(rule=rule.name, days=days, before=before)
    rows, error = 0, ""
    try:
        while True:
            with transaction.atomic(), all_companies(REASON):
                count = rule.apply(before)
                rows += count
                RetentionRun.objects.filter(pk=run.pk).update(rows=rows)
            if not count:
                break
        RetentionRun.objects.filter(pk=run.pk).update(finished_at=Now())
    except Exception as problem:  # one rule that fails must not keep the others from being carried out
        error = type(problem).__name__
        log.exception("retention failed", rule=rule.name)
        RetentionRun.objects.filter(pk=run.pk).update(error=error)
    log.info("retention", rule=rule.name, days=days, rows=rows)
    return Reckoning(rule, days, before, rows, error)


def count_of(statement: str, before: datetime) -> int:
    """How many rows a counting statement finds that takes the moment as its one parameter."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [before])
        row: tuple[int] = cursor.fetchone()
    return row[0]


def _accesses_due(before: datetime) -> int:
    return count_of("SELECT count(*) FROM person_accesses WHERE at < %s", before)


def _accesses_apply(before: datetime) -> int:
    return count_of("SELECT count(*) FROM forget_accesses(%s)", before)


def _runs_due(before: datetime) -> int:
    return RetentionRun.objects.filter(started_at__lt=before).count()


def _runs_apply(before: datetime) -> int:
    return RetentionRun.objects.filter(started_at__lt=before).delete()[0]


EVERYWHERE = (
    Rule(
        "access_log",
        _("Accesses to people's records, after they happened"),
        730,
        _accesses_due,
        _accesses_apply,
    ),
    Rule("retention_runs", _("Runs of the retention, after they began"), 400, _runs_due, _runs_apply),
    Rule(
        "remains",
        _("Traces of erased people that came late, after the erasure"),
        1,
        remains_due,
        remains_apply,
    ),
)
