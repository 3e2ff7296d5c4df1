"""Sagas for HR staff and operators: steps, attempts, errors, and the four ways to help one along."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader
from common.sagas import services
from common.sagas.models import LIVE, SagaEffect, SagaInstance, SagaState, SagaStep
from common.sagas.registry import subject_of, title_of
from common.sagas.wording import error_sentence, heading, saga_title, step_error, step_title, waiting_reason
from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin

ACTIONS: dict[str, tuple[Any, Callable[..., None]]] = {
    "retry": (_("Try again"), services.saga_retry),
    "skip": (_("Skip this step"), services.saga_skip),
    "mark-done": (_("Mark this step as done"), services.saga_mark_done),
    "compensate": (_("Undo everything"), services.saga_compensate),
}


class ReasonForm(forms.Form):
    """Why an operator interferes; kept in the saga's history."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class StepInline(ReadOnlyInline):
    """Every attempt at every step."""

    model = SagaStep
    fields = (
        "step_title",
        "direction",
        "attempt",
        "status",
        "error_text",
        "note",
        "started_at",
        "finished_at",
    )

    @admin.display(description=_("step"))
    def step_title(self, step: SagaStep) -> str:
        """What happens in it."""
        return step_title(step.saga, step.name)

    @admin.display(description=_("error"))
    def error_text(self, step: SagaStep) -> str:
        """The error's code and sentence."""
        return step_error(step.error)


class TitleFilter(admin.AllValuesFieldListFilter):
    """By what the saga is about, in the reader's words."""

    def choices(self, changelist: Any) -> Any:
        """The titles instead of the names."""
        return [
            {**choice, "display": title_of(str(choice["display"]))} for choice in super().choices(changelist)
        ]


@admin.register(SagaInstance)
class SagaAdmin(OperatorAdmin):
    """One run of a process over several services."""

    permission_area = "employees"
    list_display = (
        "short_id",
        "title",
        "subject",
        "company",
        "state_badge",
        "step_title",
        "attempts",
        "error_code",
        "created_at",
        "finished_at",
    )
    list_filter = ("state", ("name", TitleFilter), "error_code")
    search_fields = ("=id", "=company_id")
    ordering = ("-created_at",)
    inlines = (StepInline,)
    change_form_template = "admin/sagas/saga.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "subject"),
                    ("company", "state_badge"),
                    ("step_title", "attempts"),
                    "waiting_reason",
                    "error_sentence",
                    ("created_at", "finished_at"),
                )
            },
        ),
        (
            _("For operators"),
            {
                "classes": ("collapse",),
                "fields": (
                    ("id", "version"),
                    ("error_code", "error_details"),
                    ("fence", "lease_owner", "lease_until"),
                    ("wake_at", "deadline_at"),
                    "actor_id",
                ),
            },
        ),
    )

    @admin.display(description=_("id"))
    def short_id(self, saga: SagaInstance) -> str:
        """Enough of the id to tell two apart."""
        return str(saga.id)[:8]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SagaInstance]:
        """With the company's name from the local copy."""
        name = CompanyRef.objects.filter(company_id=OuterRef("company_id")).values_list(name_for_reader())
        sagas: QuerySet[SagaInstance] = super().get_queryset(request)
        return sagas.annotate(company_name=Subquery(name))

    @admin.display(description=_("for"))
    def subject(self, saga: SagaInstance) -> str:
        """Whom it is about."""
        return subject_of(saga)

    @admin.display(description=_("company"))
    def company(self, saga: SagaInstance) -> str:
        """The company's name, or its id where the name is not known here."""
        return getattr(saga, "company_name", None) or str(saga.company_id)

    @admin.display(description=_("saga"), ordering="name")
    def title(self, saga: SagaInstance) -> str:
        """What it is about."""
        return saga_title(saga)

    @admin.display(description=_("step"), ordering="step")
    def step_title(self, saga: SagaInstance) -> str:
        """The step it is at."""
        return step_title(saga, saga.step)

    @admin.display(description=_("waits because"))
    def waiting_reason(self, saga: SagaInstance) -> str:
        """Why an operator has to look."""
        return waiting_reason(saga)

    @admin.display(description=_("error message"))
    def error_sentence(self, saga: SagaInstance) -> str:
        """What the client was told."""
        return error_sentence(saga)

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, saga: SagaInstance) -> str:
        """The state, marked when somebody has to act."""
        mark = {SagaState.PARKED: "⚠ ", SagaState.COMPLETED: "✔ ", SagaState.COMPENSATED: "↩ "}
        return format_html("{}{}", mark.get(SagaState(saga.state), "… "), saga.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        """The page that asks for the reason, beside the stock ones."""
        view = self.admin_site.admin_view(self.act)
        return [path("<uuid:saga_id>/act/<slug:action>/", view, name="sagas_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Add the actions that fit the state."""
        saga = self.get_object(request, object_id)
        offered = self._offered(saga) if saga and self.may_operate(request) else []
        buttons = [
            {"url": reverse("admin:sagas_act", args=[object_id, action]), "label": ACTIONS[action][0]}
            for action in offered
        ]
        subtitle = heading(saga) if saga else None
        context = {**(extra_context or {}), "saga_buttons": buttons, "subtitle": subtitle}
        return super().change_view(request, object_id, form_url, context)

    @staticmethod
    def _offered(saga: SagaInstance) -> list[str]:
        if saga.state == SagaState.PARKED:
            return list(ACTIONS)
        return ["skip", "mark-done", "compensate"] if saga.state in LIVE else []

    def act(self, request: HttpRequest, saga_id: Any, action: str) -> HttpResponse:
        """Ask for a reason, then do it."""
        saga = get_object_or_404(self.get_queryset(request), pk=saga_id)
        if action not in ACTIONS or not self.may_operate(request):
            self.message_user(request, _("You are not allowed to do this."), messages.ERROR)
            return HttpResponseRedirect(self._page(saga))
        label, service = ACTIONS[action]
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                service(saga.id, operator=str(request.user), reason=form.cleaned_data["reason"])
                self.message_user(request, _("Done: %(action)s.") % {"action": label})
            except DomainError as error:
                self.message_user(request, str(error.message), messages.ERROR)
            return HttpResponseRedirect(self._page(saga))
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "saga": saga,
            "subtitle": heading(saga),
            "step": step_title(saga, saga.step),
            "title": label,
            "opts": self.opts,
            "back": self._page(saga),
        }
        return render(request, "admin/sagas/act.html", context)

    @staticmethod
    def _page(saga: SagaInstance) -> str:
        return reverse("admin:sagas_sagainstance_change", args=[saga.id])


@admin.register(SagaEffect)
class SagaEffectAdmin(OperatorAdmin):
    """What this service did for sagas."""

    list_display = ("saga_id", "step", "direction", "status", "fence", "created_at")
    list_filter = ("step", "direction", "status")
    search_fields = ("=saga_id",)
    ordering = ("-id",)
