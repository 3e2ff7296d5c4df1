"""Companies handed over from the old application: seen in every service, handed over in the companies' own."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.legacy.admin.companies import company_names, named
from common.legacy.admin.rights import asking
from common.legacy.handing_over import companies_hand_over
from common.legacy.models import HandedOverCompany
from common.staff.operators import OperatorAdmin

OWNER = "company"


class HandOverForm(forms.Form):
    """Which companies; those that are handed over are not offered."""

    companies = forms.TypedMultipleChoiceField(
        label=_("companies"), coerce=UUID, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gone = set(HandedOverCompany.objects.values_list("pk", flat=True))
        names = sorted((name, key) for key, name in company_names().items() if key not in gone)
        field: Any = self.fields["companies"]
        field.choices = [(str(key), name) for name, key in names]


@admin.register(HandedOverCompany)
class HandedOverCompanyAdmin(OperatorAdmin):
    """Companies that the new side owns. Handing over cannot be undone here, so the group's staff do it."""

    list_display = ("company_id", "handed_over_at", "handed_over_by")
    list_display_links = None
    change_list_template = "admin/legacy/handedovercompany/list.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Titled by what it shows."""
        title = _("Companies handed over from the old application")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With the companies' names."""
        return named(self.list_display, request, always=True)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The group's staff, in the service whose companies they are."""
        return settings.SERVICE.name == OWNER and bool(request.user.is_superuser)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose companies, and hand them over."""
        person = asking(request)
        if person is None or not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        form = HandOverForm(request.POST or None)
        back = reverse("admin:legacy_handedovercompany_changelist")
        if form.is_valid():
            count = companies_hand_over(form.cleaned_data["companies"], by=person.id)
            sentence = ngettext(
                "%(count)d company was handed over.", "%(count)d companies were handed over.", count
            )
            self.message_user(request, sentence % {"count": count}, messages.SUCCESS)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Hand companies over"),
            "form": form,
            "back": back,
        }
        return TemplateResponse(request, "admin/legacy/handedovercompany/hand_over.html", context)
