"""Companies for HR staff; every change goes through a service."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.search import company_name_folded
from common.staff.admin import TenantAdmin
from common.staff.inlines import TabularInline
from company_service.companies import selectors, services
from company_service.companies.admin.inlines import DepartmentInline, LicenseInline
from company_service.companies.admin.parts import starting_with, take_key
from company_service.companies.models import Company, CompanySetting

COMPANY_FIELDSETS: Any = (
    (None, {"fields": ("name", "name_ar", "description", ("industry", "size"), "is_active", "headcount")}),
    (_("Subscription"), {"fields": ("seat_limit", "subscription_plan", "subscription_expires_at")}),
    (_("Contact"), {"fields": ("phone", "email", "website", "logo_url")}),
    (_("Address"), {"fields": ("street", "city", "state", "zip_code", "country", "location")}),
    (
        _("Registration"),
        {
            "classes": ("collapse",),
            "fields": (
                ("commercial_file_number", "commercial_file_name", "commercial_file_active"),
                ("commercial_registration_number", "establishment_date", "tax_number"),
                ("classification", "file_type", "legal_entity", "ownership_category"),
                ("department", "business_activity", "chambers", "import_export_license"),
                ("partnerships", "special_permits"),
            ),
        },
    ),
    (_("Record"), {"classes": ("collapse",), "fields": ("id", "old_id", "created_at", "updated_at")}),
)


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """A setting keeps its key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].disabled = not self.instance._state.adding


class SettingInline(TabularInline):
    """A company's settings; one that is not needed any more is emptied."""

    model = CompanySetting
    form = SettingForm
    fields = ("key", "value", "description", "is_public")
    extra = 0
    can_delete = False


@admin.register(Company)
class CompanyAdmin(TenantAdmin):
    """Companies are deactivated, never deleted."""

    permission_area = "companies"
    list_display = ("name", "name_ar", "is_active", "headcount", "seat_limit", "subscription_plan")
    list_filter = ("is_active", "subscription_plan", "size")
    search_fields = ("name_folded", "name_ar_folded")
    search_help_text = _("The beginning of the name, in Arabic or Latin letters.")
    readonly_fields = ("id", "old_id", "created_at", "updated_at", "headcount")
    fieldsets = COMPANY_FIELDSETS
    inlines = (LicenseInline, DepartmentInline, SettingInline)
    actions = ("deactivate",)
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # A company that is being added has no key yet, since PostgreSQL makes it.
        return () if obj is None else super().get_inlines(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        return selectors.with_headcount(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start = company_name_folded(search_term)
        return queryset.filter(starting_with(start, *self.search_fields)) if start else queryset, False

    @admin.display(description=_("headcount"), ordering="headcount")
    def headcount(self, company: Any) -> str:
        """The number of people, leading to the ledger's entries that make it."""
        if company._state.adding:
            return self.get_empty_value_display()
        ledger = reverse("admin:companies_headcountentry_changelist")
        return format_html('<a href="{}?company__id__exact={}">{}</a>', ledger, company.pk, company.headcount)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            services.company_update(company_id=obj.pk, **changes)
        else:
            take_key(obj, services.company_create(**form.cleaned_data))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for setting in formset.forms:
            if not setting.has_changed():
                continue
            given = {name: setting.cleaned_data[name] for name in SettingInline.fields}
            saved = services.setting_set(company_id=form.instance.pk, **given)
            if setting.instance._state.adding:
                formset.new_objects.append(saved)
            else:
                formset.changed_objects.append((saved, setting.changed_data))

    @admin.action(description=_("Deactivate the selected companies"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Company]) -> None:
        """End their hiring; people and records stay."""
        companies = list(queryset.filter(is_active=True).values_list("pk", flat=True))
        for company_id in companies:
            services.company_deactivate(company_id=company_id)
        sentence = ngettext(
            "%(count)d company was deactivated.", "%(count)d companies were deactivated.", len(companies)
        )
        self.message_user(request, sentence % {"count": len(companies)}, messages.SUCCESS)
