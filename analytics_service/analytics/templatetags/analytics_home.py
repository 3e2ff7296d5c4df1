"""The tiles of the admin's first page."""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.models import Report
from analytics_service.analytics.selectors.dashboard import SOON, company_state
from common.days import today
from common.security.visible import visible_to

register = template.Library()


class Tile(NamedTuple):
    """A number and the list that it counts; the address is empty for those who may not see the list."""

    title: str
    number: int
    address: str


@register.inclusion_tag("analytics/tiles.html", takes_context=True)
def analytics_tiles(context: RequestContext) -> dict[str, Any]:
    """The state of today, for those who may view reports."""
    user: Any = context["request"].user
    person, day = user.principal(), today()
    if not person.may("reports:view"):
        return {"tiles": []}
    state = company_state(person, None, day)
    soon = day + timedelta(days=SOON)
    _key, month = state.months[-1]
    first = day.replace(day=1)
    on_leave = {
        "kind__exact": "leave",
        "status__exact": "approved",
        "starts_on__lte": day,
        "ends_on__gte": day,
    }
    lists_people = person.may("reports:export")
    failed = visible_to(person, Report.objects.filter(status=ReportStatus.FAILED)).count()
    people = [
        Tile(
            _("People employed"), state.year.closing,
            _list("employmentfact", joined_on__isnull=0, left_on__isnull=1),
        ),
        Tile(_("Joined this month"), month.joiners, _list("employmentfact", joined_on__gte=first, hire_date__isnull=0)),
        Tile(_("Left this month"), month.leavers, _list("employmentfact", left_on__gte=first)),
        Tile(_("On leave today"), state.on_leave, _list("employeeitem", **on_leave)),
        Tile(
            _("Leave waiting for a decision"), state.leaves_waiting,
            _list("employeeitem", kind__exact="leave", status__exact="pending"),
        ),
    ]  # fmt: skip
    papers = [
        tile
        for kind, soon_title, over_title, ending in (
            ("license", _("Licences that end soon"), _("Licences that have ended"), state.licenses),
            ("document", _("Documents that end soon"), _("Documents that have ended"), state.documents),
        )
        for tile in (
            Tile(
                soon_title, ending.expiring,
                _list("expiringitem", kind__exact=kind, expires_on__gte=day, expires_on__lte=soon),
            ),
            Tile(over_title, ending.expired, _list("expiringitem", kind__exact=kind, expires_on__lt=day)),
        )
    ]  # fmt: skip
    reports = [
        Tile(_("Reports that failed"), failed, _list("report", status__exact=ReportStatus.FAILED.value))
    ]
    shown = people if lists_people else [tile._replace(address="") for tile in people]
    return {"tiles": [*shown, *papers, *reports]}


def _list(model: str, **query: Any) -> str:
    return f"{reverse(f'admin:analytics_{model}_changelist')}?{urlencode(query)}"
