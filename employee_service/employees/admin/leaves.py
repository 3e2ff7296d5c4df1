"""Leaves for HR staff and supervisors: what waits for them first, decided with a look at what it is."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from employee_service.employees.admin.employees import MOST_AT_ONCE
from employee_service.employees.admin.filters import CompanyFilter
from employee_service.employees.admin.names import asking
from employee_service.employees.admin.records import RecordAdmin
from employee_service.employees.choices import LeaveStatus
from employee_service.employees.models import Leave
from employee_service.employees.selectors.leaves import APPROVE, VIEW, leaves_waiting_for
from employee_service.employees.selectors.visibility import records_visible_to
from employee_service.employees.services.leaves import (
    leave_approve,
    leave_cancel,
    leave_reject,
    leave_request,
)


class WaitingFilter(admin.SimpleListFilter):
    """What waits for the reader, unless something else is asked for; all, for who decides nothing."""

    title = pgettext_lazy("leave", "decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What waits for oneself is the default of those who decide."""
        if not asking(request).may(APPROVE):
            return [("waiting", pgettext_lazy("leave", "waiting"))]
        return [("waiting", pgettext_lazy("leave", "waiting for anybody")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """The stock "All" stands for the default here."""
        default, *others = super().choices(changelist)
        if len(others) == 1:
            return [default, *others]
        return [{**default, "display": _("waiting for me")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        if self.value() == "waiting":
            return queryset.filter(status=LeaveStatus.PENDING)
        chosen = self.value() == "all" or not asking(request).may(APPROVE)
        return queryset if chosen else leaves_waiting_for(asking(request), queryset)


class DecisionForm(forms.Form):
    """Why a leave is granted or refused."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


@admin.register(Leave)
class LeaveAdmin(RecordAdmin):
    """Leaves by their first day. A request is decided or taken back, not changed."""

    permission_area = "leave_requests"
    right = "leave_requests:create"
    accounts = ("decided_by", "requested_by")
    change_form_template = "admin/employees/with_actions.html"
    list_display = (
        "employee", "leave_type", "start_date", "end_date", "days", "status", "decided_by_name",
    )  # fmt: skip
    list_filter = (WaitingFilter, CompanyFilter, "leave_type", "status")
    ordering = ("-start_date", "-id")
    actions = ("approve", "reject", "cancel")
    fieldsets = (
        (None, {"fields": ["employee", "leave_type", ("start_date", "end_date"), "reason"]}),
        (
            pgettext_lazy("leave", "Decision"),
            {"fields": [("status", "days"), ("requested_by_name", "decided_by_name"), "decision_reason"]},
        ),
    )
    readonly_fields = ("status", "days", "requested_by_name", "decided_by_name", "decision_reason")

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return records_visible_to(Leave.objects.all(), asking(request), VIEW)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is asked for has no decision yet."""
        return self.fieldsets[:1] if obj is None else self.fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a leave is decided."""
        return False

    def has_approve_permission(self, request: HttpRequest) -> bool:
        """Whoever the API lets decide."""
        return asking(request).may(APPROVE)

    @admin.display(description=_("decided by"))
    def decided_by_name(self, leave: Any) -> str:
        """The account that decided."""
        return leave.decided_by_name or self.get_empty_value_display()

    @admin.display(description=_("requested by"))
    def requested_by_name(self, leave: Any) -> str:
        """The account that asked."""
        return leave.requested_by_name or self.get_empty_value_display()

    def create(self, request: HttpRequest, employee_id: UUID, values: dict[str, Any]) -> Leave:
        """Ask on the employee's behalf."""
        return leave_request(employee_id=employee_id, requested_by=asking(request).id, **values)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With buttons for what can be done about a leave that waits."""
        leave = self.get_object(request, object_id)
        buttons: list[tuple[str, Any]] = []
        if leave is not None and leave.status == LeaveStatus.PENDING:
            if self.has_approve_permission(request):
                buttons += [("approve", _("Approve")), ("reject", _("Reject"))]
            if asking(request).id in (leave.requested_by, leave.employee.user_id):
                buttons.append(("cancel", _("Take back")))
        context = {
            **(extra_context or {}),
            "record_actions": buttons,
            "actions_url": f"{reverse('admin:employees_leave_changelist')}?decision=all",
        }
        return super().change_view(request, object_id, form_url, context)

    @admin.action(description=_("Approve the selected leaves"), permissions=["approve"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Show what is asked for, then approve all of it or nothing."""
        leaves = self._undecided(request, queryset)
        form = DecisionForm(request.POST if "confirmed" in request.POST else None)
        if not self._some_but_not_too_many(request, leaves):
            return None
        if not form.is_valid():
            return self._decision_page(request, "approve", _("Approve leaves"), leaves, form)
        for leave in leaves:
            leave_approve(leave_id=leave.pk, decided_by=asking(request).id, **form.cleaned_data)
            self.log_change(request, leave, _("Approved."))
        self._say(
            request, ngettext("%(count)d leave approved.", "%(count)d leaves approved.", len(leaves)), leaves
        )
        return None

    @admin.action(description=_("Reject the selected leaves"), permissions=["approve"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Show what is asked for, then refuse all of it for one reason, or nothing."""
        leaves = self._undecided(request, queryset)
        form = DecisionForm(request.POST if "confirmed" in request.POST else None)
        form.fields["reason"].required = True
        if not self._some_but_not_too_many(request, leaves):
            return None
        if not form.is_valid():
            return self._decision_page(request, "reject", _("Reject leaves"), leaves, form)
        for leave in leaves:
            leave_reject(leave_id=leave.pk, decided_by=asking(request).id, **form.cleaned_data)
            self.log_change(request, leave, _("Rejected."))
        self._say(
            request, ngettext("%(count)d leave rejected.", "%(count)d leaves rejected.", len(leaves)), leaves
        )
        return None

    @admin.action(description=_("Take the selected requests back"), permissions=["add"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One's own requests, and those made on somebody's behalf."""
        leaves = list(queryset.filter(status=LeaveStatus.PENDING)[: MOST_AT_ONCE + 1])
        if not self._some_but_not_too_many(request, leaves):
            return
        for leave in leaves:
            leave_cancel(leave_id=leave.pk, cancelled_by=asking(request).id)
            self.log_change(request, leave, _("Taken back."))
        self._say(
            request,
            ngettext("%(count)d request taken back.", "%(count)d requests taken back.", len(leaves)),
            leaves,
        )

    def _undecided(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        reach = records_visible_to(queryset, asking(request), APPROVE)
        return list(reach.filter(status=LeaveStatus.PENDING)[: MOST_AT_ONCE + 1])

    def _some_but_not_too_many(self, request: HttpRequest, leaves: list[Any]) -> bool:
        if not leaves:
            self.message_user(request, _("None of the selected waits for a decision."), messages.WARNING)
        elif len(leaves) > MOST_AT_ONCE:
            sentence = _("Select at most %(count)d leaves at once.") % {"count": MOST_AT_ONCE}
            self.message_user(request, sentence, messages.ERROR)
        else:
            return True
        return False

    def _decision_page(
        self, request: HttpRequest, action: str, title: Any, leaves: list[Any], form: DecisionForm
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "action": action,
            "leaves": leaves,
            "form": form,
            "back": request.get_full_path(),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/employees/leave/decide.html", context)

    def _say(self, request: HttpRequest, sentence: str, leaves: list[Any]) -> None:
        self.message_user(request, sentence % {"count": len(leaves)}, messages.SUCCESS)
