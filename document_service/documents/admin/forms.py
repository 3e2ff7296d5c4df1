"""Forms of documents: a file is looked into while the form is checked, and kept when it is saved."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.reference.models import EmployeeRef
from common.security.principal import Principal
from document_service.documents.admin.people import company_choices
from document_service.documents.choices import Action, Audience
from document_service.documents.models import Document
from document_service.documents.services.documents import AUDIENCE_FIELDS, DocumentFields
from document_service.documents.services.receiving import file_receive
from document_service.documents.services.storing import CheckedFile

SAID = (
    "title", "category", "tags", "description", "document_type", "document_number", "expires_on", "is_public",
    "is_archived",
)  # fmt: skip

_SHARING = {
    Action.READ: _("who may read"),
    Action.WRITE: _("who may change"),
    Action.DELETE: _("who may delete"),
}


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A document, and a newer file for it."""

    person: Principal
    file = forms.FileField(label=_("newer file"), required=False)
    change_log = forms.CharField(label=_("what changed"), max_length=500, required=False)
    document_number = forms.CharField(
        label=_("number"), max_length=100, required=False, help_text=_("Only to replace the present one.")
    )
    employee_number = forms.CharField(label=_("about the employee (number)"), max_length=50, required=False)

    class Meta:
        model = Document
        fields = SAID
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["document_number"] = ""
        for action, name in AUDIENCE_FIELDS.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=_SHARING[action],
                choices=Audience.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=getattr(self.instance, name, ()),
                help_text=_("Nobody marked: as their role allows.") if action == Action.READ else "",
            )
        if self.instance.employee_id and "employee_number" in self.fields:
            employees = EmployeeRef.objects.filter(employee_id=self.instance.employee_id)
            self.initial["employee_number"] = employees.values_list("number", flat=True).first() or ""

    def clean_employee_number(self) -> UUID | None:
        """The id behind the number."""
        number = self.cleaned_data["employee_number"].strip()
        company_id = self.company_id()
        if not number or company_id is None:
            return None
        employees = EmployeeRef.objects.filter(company_id=company_id, number=number)
        employee_id = employees.values_list("employee_id", flat=True).first()
        if employee_id is None:
            raise forms.ValidationError(_("The company has no employee of this number."))
        return employee_id

    def clean(self) -> dict[str, Any]:
        """Look into the file last, when nothing else is wrong."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        upload, company_id = values.get("file"), self.company_id()
        if upload and not self.errors and company_id is not None:
            try:
                self.received: CheckedFile = file_receive(
                    person=self.person, company_id=company_id, upload=upload
                )
            except DomainError as error:
                self.add_error("file", str(error.message))
        return values

    def company_id(self) -> UUID | None:
        """The company whose document it is."""
        return self.instance.company_id or self.person.company_id

    def said(self) -> DocumentFields:
        """What the form says about the document, as the services take it; a number that is left empty stays."""
        changed = set(self.changed_data)
        values: dict[str, Any] = {name: self.cleaned_data[name] for name in SAID if name in changed}
        if "employee_number" in changed:
            values["employee_id"] = self.cleaned_data["employee_number"]
        audiences = {
            str(action): self.cleaned_data[name]
            for action, name in AUDIENCE_FIELDS.items()
            if name in changed
        }
        if audiences:
            values["permissions"] = audiences
        said: DocumentFields = values  # type: ignore[assignment]
        return said


class UploadForm(DocumentForm):
    """A new document."""

    file = forms.FileField(label=_("file"))
    document_number = forms.CharField(label=_("number"), max_length=100, required=False)
    change_log = None  # type: ignore[assignment]
    company = forms.TypedChoiceField(label=_("company"), coerce=UUID, required=False)
    # The company comes first: the employee is looked for in it.
    field_order = ("company",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "company" in self.fields:
            company: Any = self.fields["company"]
            company.choices = [("", "---------"), *company_choices(active=True)]
            company.required = True

    def company_id(self) -> UUID | None:
        """The chosen company, for who serves several."""
        return getattr(self, "cleaned_data", {}).get("company") or self.person.company_id
