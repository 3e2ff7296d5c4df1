"""Licences for HR staff; every change goes through a service."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from common.days import today
from common.search import company_name_folded, fold
from common.staff.admin import TenantAdmin
from company_service.companies import selectors, services
from company_service.companies.admin.inlines import NoticeInline, PeriodInline
from company_service.companies.admin.license_filters import EndFilter, StatusFilter, UseFilter
from company_service.companies.admin.license_forms import renewal_forms
from company_service.companies.admin.parts import (
    CompanyFilter,
    left_to_right,
    own_company,
    starting_with,
    take_key,
)
from company_service.companies.choices import LicenseStatus
from company_service.companies.models import License

MOST_AT_ONCE = 200
FIELDS = (
    "company", ("number", "name"), ("type", "issuing_authority"), ("status", "status_today"),
    ("issued_on", "expires_on", "days_left"), "location", "description",
)  # fmt: skip
NEW_FIELDS = (
    ("number", "name"), ("type", "issuing_authority"), "status", ("issued_on", "expires_on"), "location",
    "description",
)  # fmt: skip


@admin.register(License)
class LicenseAdmin(TenantAdmin):
    """Licences by their end. None is deleted: it is renewed or withdrawn, and its history stays."""

    permission_area = "employees"
    permission_verbs = {"add": "edit", "delete": "edit"}
    list_display = ("name", "number", "company", "type", "status_today", "expires_on", "days_left")
    list_display_links = ("name", "number")
    list_filter = (EndFilter, StatusFilter, CompanyFilter, "type", UseFilter)
    list_select_related = ("company",)
    search_fields = ("number_folded", "name_folded", "company__name_folded", "company__name_ar_folded")
    search_help_text = _("The beginning of the number, of the licence's name or of the company's.")
    ordering = (F("expires_on").asc(nulls_last=True), "id")
    autocomplete_fields = ("company",)
    inlines = (PeriodInline, NoticeInline)
    actions = ("renew", "withdraw")
    readonly_fields = (
        "id", "old_id", "old_documents", "status_today", "days_left", "created_at", "updated_at",
    )  # fmt: skip
    fieldsets: ClassVar[Any] = (
        (None, {"fields": FIELDS}),
        (
            _("Record"),
            {
                "classes": ("collapse",),
                "fields": ("id", "old_id", "old_documents", "created_at", "updated_at"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[License]:
        return selectors.licenses_today(super().get_queryset(request), today())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start, company = fold(search_term), company_name_folded(search_term)
        if not start:
            return queryset, False
        found = starting_with(start, *self.search_fields[:2])
        if company:
            found |= starting_with(company, *self.search_fields[2:])
        return queryset.filter(found), False

    @admin.display(description=_("status"))
    def status_today(self, found: Any) -> str:
        """As it is today, whether or not its end was told of."""
        shown = getattr(found, "shown_status", None)
        return str(LicenseStatus(shown).label) if shown else self.get_empty_value_display()

    @admin.display(description=_("days left"), ordering=F("expires_on").asc(nulls_last=True))
    def days_left(self, found: Any) -> str:
        """Until the last valid day; negative after it."""
        left = getattr(found, "days_left", None)
        return self.get_empty_value_display() if left is None else left_to_right(left)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return super().get_inlines(request, obj) if obj is not None else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A licence stays in its company.
        return (*self.readonly_fields, "company") if obj is not None else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.fieldsets
        company = () if own_company(request) else ("company",)
        return ((None, {"fields": (*company, *NEW_FIELDS)}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        withdrawn = obj is not None and not obj.is_active
        return not withdrawn and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With buttons for the actions, where there is something to do."""
        found = self.get_object(request, object_id)
        offered = found is not None and self.has_change_permission(request, found)
        buttons = (
            [("renew", pgettext_lazy("licence", "Renew")), ("withdraw", pgettext_lazy("licence", "Withdraw"))]
            if offered
            else []
        )
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "license_actions": buttons}
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.license_update(license_id=obj.pk, **changes)
            return
        given = dict(form.cleaned_data)
        company = given.pop("company", None)
        if "status" not in form.changed_data:
            # The form offers one; only a person's own choice is held against the dates.
            del given["status"]
        company_id: Any = company.pk if company is not None else own_company(request)
        take_key(obj, services.license_create(company_id=company_id, **given))

    @admin.action(description=_("Renew the selected licences"), permissions=["change"])
    def renew(self, request: HttpRequest, queryset: QuerySet[License]) -> HttpResponse | None:
        """Ask for each licence's next period, then renew all of them or none."""
        licenses = self._in_use(request, queryset)
        if not licenses:
            return None
        rows = renewal_forms(licenses, request.POST if "confirmed" in request.POST else None)
        wrong = [form for _found, form in rows if not form.is_valid()]
        if wrong:
            return self._page(request, "renew", _("Renew licences"), rows)
        for found, form in rows:
            services.license_renew(license_id=found.pk, **form.cleaned_data)
            self.log_change(request, found, pgettext_lazy("licence", "Renewed."))
        sentence = ngettext("%(count)d licence was renewed.", "%(count)d licences were renewed.", len(rows))
        self.message_user(request, sentence % {"count": len(rows)}, messages.SUCCESS)
        return None

    @admin.action(description=_("Withdraw the selected licences"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[License]) -> HttpResponse | None:
        """Show what would be withdrawn, then do it."""
        licenses = self._in_use(request, queryset)
        if not licenses:
            return None
        if "confirmed" not in request.POST:
            return self._page(request, "withdraw", _("Withdraw licences"), [(one, None) for one in licenses])
        for found in licenses:
            services.license_withdraw(license_id=found.pk)
            self.log_change(request, found, pgettext_lazy("licence", "Withdrawn."))
        count = len(licenses)
        sentence = ngettext("%(count)d licence was withdrawn.", "%(count)d licences were withdrawn.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)
        return None

    def _in_use(self, request: HttpRequest, queryset: QuerySet[License]) -> list[License]:
        licenses = list(queryset.filter(is_active=True)[: MOST_AT_ONCE + 1])
        if not licenses:
            self.message_user(request, _("None of the selected licences is in use."), messages.WARNING)
        elif len(licenses) > MOST_AT_ONCE:
            sentence = _("Select at most %(count)d licences at once.") % {"count": MOST_AT_ONCE}
            self.message_user(request, sentence, messages.ERROR)
            return []
        return licenses

    def _page(self, request: HttpRequest, action: str, title: Any, rows: list[Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "action": action,
            "rows": rows,
            "back": request.get_full_path(),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, f"admin/companies/license/{action}.html", context)
