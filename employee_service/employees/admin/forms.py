"""Forms of the employee's page. What they collect goes to services, which decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _

from common.days import today
from common.security.principal import Principal
from employee_service.employees.admin.names import NOBODY, company_choices, department_choices
from employee_service.employees.models import Employee, EmployeeProfile

EMPTY = ("", "---------")
ADDRESS = {
    "street": _("street"),
    "city": _("city"),
    "state": _("governorate"),
    "zip_code": _("postal code"),
    "country": _("country"),
}


def offer(field: Any, choices: list[tuple[str, str]]) -> None:
    """Give a choice field what there is to choose from for this reader."""
    field.choices = choices


class EmployeeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An employee; ``person`` is who fills it in."""

    person: Principal = NOBODY

    department_id = forms.TypedChoiceField(
        label=_("department"), coerce=UUID, empty_value=None, required=False
    )

    class Meta:
        model = Employee
        fields = (
            "first_name", "last_name", "full_name_ar", "full_name_en", "email", "phone", "number", "position",
            "department_id", "manager", "hire_date", "employment_type", "employment_status", "employee_type",
            "nationality", "salary", "civil_id", "civil_id_expiry", "passport_number", "passport_expiry",
            "residence_number", "residence_expiry", "termination_reason",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "department_id" in self.fields:
            self._offer_departments()

    def _offer_departments(self) -> None:
        company_id = self.instance.company_id or self.person.company_id
        choices = department_choices(company_id) if company_id else []
        current = self.instance.department_id
        if current is not None and str(current) not in dict(choices):
            # Not known here (yet): kept as it is unless somebody changes it.
            choices.append((str(current), str(current)))
        offer(self.fields["department_id"], [EMPTY, *choices])
        self.initial["department_id"] = "" if current is None else str(current)

    def clean_email(self) -> str:
        """The address as it is stored."""
        return str(self.cleaned_data["email"]).lower()

    def changes(self) -> dict[str, Any]:
        """The changed values by the names that the service knows."""
        given = {name: self.cleaned_data[name] for name in self.changed_data}
        if "manager" in given:
            given["manager_id"] = getattr(given.pop("manager"), "pk", None)
        return given


class ChangeForm(EmployeeForm):
    """A change, with what the record of the employment says about it."""

    effective_date = forms.DateField(
        label=_("Takes effect on"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("Today, if it is left empty."),
    )
    change_reason = forms.CharField(label=_("Reason"), max_length=2000, required=False)

    def changes(self) -> dict[str, Any]:
        """The employee's changed values."""
        own = ("effective_date", "change_reason")
        return {name: value for name, value in super().changes().items() if name not in own}


class HireForm(EmployeeForm):
    """A person to hire; a super administrator also chooses the company."""

    company = forms.TypedChoiceField(label=_("company"), coerce=UUID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("last_name", "email", "position", "hire_date"):
            self.fields[name].required = True
        self.fields["number"].required = False
        self.fields["number"].help_text = _("Leave empty for the next free number.")
        if not self.person.all_companies:
            del self.fields["company"]
            return
        offer(self.fields["company"], [EMPTY, *company_choices(active=True)])
        offer(self.fields["department_id"], [EMPTY, *department_choices()])


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Personal details; the address in parts, lists with commas."""

    skills = SimpleArrayField(forms.CharField(), label=_("skills"), required=False)
    certifications = SimpleArrayField(forms.CharField(), label=_("certifications"), required=False)
    street = forms.CharField(label=ADDRESS["street"], max_length=200, required=False)
    city = forms.CharField(label=ADDRESS["city"], max_length=100, required=False)
    state = forms.CharField(label=ADDRESS["state"], max_length=100, required=False)
    zip_code = forms.CharField(label=ADDRESS["zip_code"], max_length=20, required=False)
    country = forms.CharField(label=ADDRESS["country"], max_length=100, required=False)

    class Meta:
        model = EmployeeProfile
        fields = (
            "date_of_birth", "gender", "marital_status", "emergency_contact_name", "emergency_contact_phone",
            "emergency_contact_relationship", "skills", "certifications", "notes",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in ADDRESS:
            self.initial[part] = self.instance.address.get(part, "")

    def changes(self) -> dict[str, Any]:
        """The changed values by the names that the service knows."""
        given = {name: self.cleaned_data[name] for name in self.changed_data if name not in ADDRESS}
        if not ADDRESS.keys().isdisjoint(self.changed_data):
            parts = {part: self.cleaned_data[part] for part in ADDRESS}
            given["address"] = {part: text for part, text in parts.items() if text}
        return given


class TerminationForm(forms.Form):
    """The end of one or several employments."""

    last_day = forms.DateField(label=_("Last day"), initial=today)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    exit_interview_conducted = forms.BooleanField(label=_("An exit interview was held"), required=False)
