"""The form in which selected licences are renewed, a row for each."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.days import today
from company_service.companies.models import License


class Day(forms.DateField):
    """A date that the browser asks for in its own way."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)


class RenewalForm(forms.Form):
    """The next period of one licence."""

    issued_on = Day(label=pgettext_lazy("licence", "issued on"))
    expires_on = Day(label=pgettext_lazy("licence", "valid until"))
    number = forms.CharField(label=_("number"), max_length=100)


def renewal_forms(licenses: list[License], data: Any = None) -> list[tuple[License, RenewalForm]]:
    """A form for each licence, with the year after its end in it until somebody fills it in."""
    return [(found, RenewalForm(data, prefix=str(found.pk), initial=_following(found))) for found in licenses]


def _following(found: License) -> dict[str, Any]:
    begins = today() if found.expires_on is None else found.expires_on + timedelta(days=1)
    return {"issued_on": begins, "expires_on": _year_after(begins), "number": found.number}


def _year_after(begins: date) -> date:
    """The last day of the year that begins on the day."""
    try:
        following = begins.replace(year=begins.year + 1)
    except ValueError:
        following = begins.replace(year=begins.year + 1, month=3, day=1)
    return following - timedelta(days=1)
