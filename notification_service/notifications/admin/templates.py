"""The wording of notices: Arabic and English side by side, with what the reader will see beneath."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.reference.models import CompanyRef
from common.staff.admin import TenantAdmin
from notification_service.notifications import services
from notification_service.notifications.admin.names import with_company
from notification_service.notifications.choices import Language
from notification_service.notifications.models import Template
from notification_service.notifications.vocabulary import CATEGORIES, word

TEXTS = ("subject_ar", "content_ar", "subject_en", "content_en")
OWN = ("name", "type", "category", "variables")
NAME = r"^[a-z][a-z0-9_]{0,49}$"
RIGHT_TO_LEFT = {"dir": "rtl", "lang": "ar"}
LEFT_TO_RIGHT = {"dir": "ltr", "lang": "en"}


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A template of a company that is known."""

    name = forms.RegexField(
        NAME, label=_("name"), help_text=_("Lower-case Latin letters, digits and underscores.")
    )
    variables = SimpleArrayField(
        forms.RegexField(r"^[A-Za-z][A-Za-z0-9_]{0,99}$"),
        label=_("variables"),
        required=False,
        help_text=_("Separated by commas. A text names one in double braces: {{ name }}."),
    )

    class Meta:
        model = Template
        fields: tuple[str, ...] = (*OWN, *TEXTS, "is_active")
        widgets = {
            "subject_ar": forms.TextInput(attrs={**RIGHT_TO_LEFT, "class": "vTextField"}),
            "content_ar": forms.Textarea(attrs={**RIGHT_TO_LEFT, "rows": 8, "cols": 48}),
            "subject_en": forms.TextInput(attrs={**LEFT_TO_RIGHT, "class": "vTextField"}),
            "content_en": forms.Textarea(attrs={**LEFT_TO_RIGHT, "rows": 8, "cols": 48}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["content_en"].required = False


class AnyCompanysTemplateForm(TemplateForm):
    """A new template of somebody who serves all companies, and says which one it is for."""

    company_id = forms.ModelChoiceField(queryset=CompanyRef.objects.none(), label=_("company"))

    class Meta(TemplateForm.Meta):
        fields = ("company_id", *TemplateForm.Meta.fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Only now is there a scope that says which companies there are.
        self.fields["company_id"].queryset = CompanyRef.objects.all()  # type: ignore[attr-defined]

    def clean_company_id(self) -> Any:
        """The company's id."""
        return self.cleaned_data["company_id"].pk


class CategoryFilter(admin.SimpleListFilter):
    """Templates of one category."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return tuple(CATEGORIES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(category=self.value()) if self.value() else queryset


@admin.register(Template)
class TemplateAdmin(TenantAdmin):
    """Every kind of notice in both languages. The system's templates are switched off, never deleted."""

    form = TemplateForm
    permission_area = "employees"
    permission_verbs = {"view": "edit", "add": "edit", "delete": "edit"}
    list_display = (
        "name", "type", "company", "in_category", "subject_ar", "subject_en", "is_active", "is_edited", "is_default",
        "updated_at",
    )  # fmt: skip
    list_filter = ("type", "is_active", "is_edited", "is_default", CategoryFilter)
    search_fields = ("name", "subject_ar", "subject_en")
    search_help_text = _("Part of the name or of a subject.")
    ordering = ("name", "type", "id")
    actions = ("reset",)
    readonly_fields = ("company", "is_default", "is_edited", "created_at", "updated_at")
    change_form_template = "admin/notifications/template/change_form.html"

    class Media:
        js = ("notifications/preview.js",)
        css = {"all": ("notifications/preview.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Template]:
        return with_company(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = self.list_display
        return shown if self._serves_all(request) else tuple(name for name in shown if name != "company")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None and self._serves_all(request):
            kwargs["form"] = AnyCompanysTemplateForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            company: tuple[str, ...] = ("company",)
        else:
            company = ("company_id",) if self._serves_all(request) else ()
        texts = (("subject_ar", "subject_en"), ("content_ar", "content_en"))
        return (
            (None, {"fields": (*company, ("name", "type", "category"), "variables", "is_active")}),
            (_("Wording"), {"fields": texts, "classes": ("side-by-side",)}),
            (
                _("Record"),
                {"classes": ("collapse",), "fields": ("is_default", "is_edited", "created_at", "updated_at")},
            ),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return self.readonly_fields
        # What notices of events are made by keeps what the events say.
        return (*self.readonly_fields, *(OWN if obj.is_default else ("type",)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_default = obj is not None and obj.is_default
        return not is_default and super().has_delete_permission(request, obj)

    @admin.display(description=_("category"), ordering="category")
    def in_category(self, template: Any) -> str:
        """The category in the reader's language; one that the company made up as it is."""
        return str(word(CATEGORIES, template.category))

    @admin.display(description=_("company"))
    def company(self, template: Any) -> str:
        """The company whose wording it is."""
        return getattr(template, "company", None) or str(template.company_id or "")

    def get_urls(self) -> list[Any]:
        preview = path(
            "preview/", self.admin_site.admin_view(self.preview), name="notifications_template_preview"
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> JsonResponse:
        """The texts of an unsaved form as both readers would see them."""
        if request.method != "POST" or not self.has_view_permission(request):
            return JsonResponse({}, status=403)
        variables = [name.strip() for name in request.POST.get("variables", "").split(",") if name.strip()]
        texts = {name: request.POST.get(name, "") for name in TEXTS}
        template = Template(name=request.POST.get("name", ""), variables=variables, **texts)
        try:
            shown = {
                language: services.template_preview(template, {}, language) for language in Language.values
            }
        except DomainError as error:
            return JsonResponse({"error": f"{error.message} {_names(error)}".strip()})
        return JsonResponse(shown)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **self._preview_context()}
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return super().add_view(request, form_url, {**(extra_context or {}), **self._preview_context()})

    def _preview_context(self) -> dict[str, str]:
        return {"preview_url": reverse("admin:notifications_template_preview")}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            # The form has put its values into the object; the service compares with what is stored.
            stored = Template.objects.get(pk=obj.pk)
            services.template_update(stored, **{name: form.cleaned_data[name] for name in form.changed_data})
            return
        values = dict(form.cleaned_data)
        company_id: Any = values.pop("company_id", None) or getattr(request.user, "company_id", None)
        created = services.template_create(company_id=company_id, **values)
        obj.pk, obj.company_id = created.pk, created.company_id
        obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.template_delete(obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """After saving, send a test or go back to the system's wording, if that is what was asked for."""
        if "_test" not in request.POST and "_reset" not in request.POST:
            return super().response_change(request, obj)
        stored = Template.objects.get(pk=obj.pk)
        if "_reset" in request.POST:
            services.template_reset(stored)
            self.log_change(request, stored, _("Back to the system's wording."))
            self.message_user(request, _("The system's wording holds again."), messages.SUCCESS)
        else:
            reader: Any = request.user
            services.template_test(stored, user_id=reader.pk)
            self.message_user(
                request,
                _("A test is on its way to you, with examples for what is not known."),
                messages.SUCCESS,
            )
        return HttpResponseRedirect(request.path)

    @admin.action(description=_("Go back to the system's wording"), permissions=["change"])
    def reset(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        """Give up the company's wording of the selected templates."""
        for template in queryset:
            services.template_reset(template)
            self.log_change(request, template, _("Back to the system's wording."))
        self.message_user(request, _("The system's wording holds again."), messages.SUCCESS)

    @staticmethod
    def _serves_all(request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))


def _names(error: DomainError) -> str:
    return ", ".join(map(str, error.details.get("variables", [])))
