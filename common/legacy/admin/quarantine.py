"""The list of rows that were set aside, and what is done about many of them at once."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.errors import DomainError
from common.legacy.admin.companies import CompanyFilter, named
from common.legacy.admin.filters import StateFilter, TableFilter
from common.legacy.admin.forms import DiscardForm
from common.legacy.admin.rights import asking, may_decide, tables_of
from common.legacy.admin.row_page import act, page
from common.legacy.choices import QuarantineReason, QuarantineState
from common.legacy.explain import sentence_of_refusal, sentence_of_row
from common.legacy.labels import table_label
from common.legacy.models import QuarantinedRow
from common.legacy.quarantine import Verdict, rows_discard, rows_put_back, rows_reimport
from common.staff.operators import OperatorAdmin

MOST_IMPORTED = 1_000
MOST_DISCARDED = 10_000
SHOWN_IN_PREVIEW = 100
_NAMES = ("arabic_name", "english_name", "full_name", "name", "title", "file_name")


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(OperatorAdmin):
    """Rows set aside. They hold pay and papers, so seeing them takes the right to edit employees.

    Whose rows are shown goes by table (see NEEDED) and by company; those of no company are the group's.
    """

    permission_area = "employees"
    permission_verbs = {"view": "edit"}
    list_display = ("old_id", "table_name", "name", "what_is_wrong", "company_id", "state", "created_at")
    list_display_links = ("old_id", "table_name")
    list_filter = ("reason", TableFilter, CompanyFilter, StateFilter, "created_at")
    search_fields = ("=old_id", "=company_id")
    search_help_text = _("The whole id in the old system, or a company's id.")
    actions = ("reimport", "discard", "put_back")
    change_list_template = "admin/legacy/quarantinedrow/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuarantinedRow]:
        """Rows of the tables about which the reader may decide."""
        rows: QuerySet[QuarantinedRow] = super().get_queryset(request)
        person = asking(request)
        if person is not None and person.all_companies:
            return rows
        return rows.filter(table__in=tables_of(person))

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With the company for who serves several."""
        return named(self.list_display, request)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the person may use the actions."""
        return self.may_operate(request)

    @admin.display(description=_("table"), ordering="table")
    def table_name(self, row: QuarantinedRow) -> str:
        """The table in words."""
        return table_label(row.table)

    @admin.display(description=_("name"))
    def name(self, row: QuarantinedRow) -> str:
        """Whom or what the row is about, as far as it says so."""
        return name_of(row) or self.get_empty_value_display()

    @admin.display(description=_("what is wrong"), ordering="reason")
    def what_is_wrong(self, row: QuarantinedRow) -> str:
        """Each column with its problem, in the reader's language."""
        return sentence_of_row(row)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list below a summary of what waits: so many rows of each table for each reason."""
        waiting = self.get_queryset(request).filter(state=QuarantineState.WAITING).order_by()
        counted = waiting.values_list("table", "reason").annotate(n=Count("id")).order_by("-n", "table")
        summary = [
            {
                "table": table_label(table),
                "reason": QuarantineReason(reason).label,
                "count": count,
                "query": urlencode({"table": table, "reason__exact": reason}),
            }
            for table, reason, count in counted
        ]
        own = {"title": _("Rows set aside by an import"), "summary": summary}
        return super().changelist_view(request, {**own, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One row: every column with what is wrong with it, and what can be done about it."""
        row, person = self.get_object(request, object_id), asking(request)
        if row is None or person is None or not self.has_view_permission(request, row):
            # As the stock page does, which also knows the way back.
            return super().change_view(request, object_id, form_url, extra_context)
        query = request.GET.get("_changelist_filters", "")
        back = f"{reverse('admin:legacy_quarantinedrow_changelist')}?{query}"
        if request.method == "POST":
            if not may_decide(person, row.table) and not person.all_companies:
                raise PermissionDenied
            answer = act(request, row, person, back)
            if answer is not None:
                return answer
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Row set aside"),
            "subtitle": str(row),
            "back": back,
        }
        return page(request, row, person, context)

    @admin.action(description=_("Import the selected rows as they are corrected"), permissions=["operate"])
    def reimport(self, request: HttpRequest, queryset: QuerySet[QuarantinedRow]) -> HttpResponse | None:
        """Show what would become of them; then import those that can be."""
        ids = self._chosen(request, queryset, QuarantineState.WAITING, MOST_IMPORTED)
        person = asking(request)
        if not ids or person is None:
            return None
        confirmed = "confirmed" in request.POST
        verdicts = self._refusals_shown(
            request, lambda: rows_reimport(ids, by=person, dry_run=not confirmed), instead=[]
        )
        if verdicts and confirmed:
            self._tell(request, verdicts)
            return None
        refused = [verdict for verdict in verdicts if verdict.refusal is not None]
        context = {
            "good": len(verdicts) - len(refused),
            "bad": len(refused),
            "rows": [
                (verdict.row, name_of(verdict.row), sentence_of_refusal(verdict.refusal))
                for verdict in refused[:SHOWN_IN_PREVIEW]
                if verdict.refusal is not None
            ],
            "left_out": max(0, len(refused) - SHOWN_IN_PREVIEW),
        }
        title = _("Import rows that were set aside")
        return self._ask(request, "reimport", title, ids, context) if verdicts else None

    @admin.action(description=_("Discard the selected rows"), permissions=["operate"])
    def discard(self, request: HttpRequest, queryset: QuerySet[QuarantinedRow]) -> HttpResponse | None:
        """Ask for the reason; the rows stay readable."""
        ids = self._chosen(request, queryset, QuarantineState.WAITING, MOST_DISCARDED)
        person = asking(request)
        if not ids or person is None:
            return None
        form = DiscardForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            count = self._refusals_shown(
                request, lambda: rows_discard(ids, reason=reason, by=person), instead=0
            )
            if count:
                sentence = ngettext("%(count)d row was discarded.", "%(count)d rows were discarded.", count)
                self.message_user(request, sentence % {"count": count}, messages.SUCCESS)
            return None
        shown = self.get_queryset(request).filter(pk__in=ids[:SHOWN_IN_PREVIEW])
        context = {
            "form": form,
            "count": len(ids),
            "rows": [(row, name_of(row), sentence_of_row(row)) for row in shown],
            "left_out": max(0, len(ids) - SHOWN_IN_PREVIEW),
        }
        return self._ask(request, "discard", _("Discard rows that were set aside"), ids, context)

    @admin.action(description=_("Let the selected discarded rows wait again"), permissions=["operate"])
    def put_back(self, request: HttpRequest, queryset: QuerySet[QuarantinedRow]) -> None:
        """Take back that they were discarded."""
        ids = self._chosen(request, queryset, QuarantineState.DISCARDED, MOST_DISCARDED)
        person = asking(request)
        if ids and person is not None:
            count = rows_put_back(ids, by=person)
            sentence = ngettext("%(count)d row waits again.", "%(count)d rows wait again.", count)
            self.message_user(request, sentence % {"count": count}, messages.SUCCESS)

    def _chosen(
        self, request: HttpRequest, queryset: QuerySet[QuarantinedRow], state: QuarantineState, most: int
    ) -> list[UUID]:
        """The ids of the chosen rows in that state, as shown before if they were; none after saying why."""
        rows = queryset.filter(state=state)
        if "ids" in request.POST:
            rows = rows.filter(pk__in=_uuids(request.POST["ids"]))
        ids = list(rows.values_list("pk", flat=True)[: most + 1])
        if not ids:
            self.message_user(
                request, _("None of the selected rows is in a state for this."), messages.WARNING
            )
        elif len(ids) > most:
            self.message_user(
                request, _("Select at most %(most)d rows at once.") % {"most": most}, messages.ERROR
            )
            return []
        return ids

    def _refusals_shown(self, request: HttpRequest, do: Callable[[], Any], *, instead: Any) -> Any:
        try:
            with transaction.atomic():
                return do()
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return instead

    def _tell(self, request: HttpRequest, verdicts: Sequence[Verdict]) -> None:
        done = sum(verdict.refusal is None for verdict in verdicts)
        left = len(verdicts) - done
        if done:
            sentence = ngettext("%(count)d row was imported.", "%(count)d rows were imported.", done)
            self.message_user(request, sentence % {"count": done}, messages.SUCCESS)
        if left:
            sentence = ngettext(
                "%(count)d row still cannot be imported; its page says why.",
                "%(count)d rows still cannot be imported; their pages say why.",
                left,
            )
            self.message_user(request, sentence % {"count": left}, messages.WARNING)

    def _ask(
        self, request: HttpRequest, action: str, title: Any, ids: Sequence[UUID], context: dict[str, Any]
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/legacy/quarantinedrow/{action}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                "action": action,
                "ids": ",".join(map(str, ids)),
                "first_id": ids[0],
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
                "back": request.get_full_path(),
                **context,
            },
        )


def name_of(row: QuarantinedRow) -> str:
    """Whom or what the row is about, as far as it says so."""
    given = {**row.content, **row.corrections}
    for column in _NAMES:
        if isinstance(given.get(column), str) and given[column].strip():
            return str(given[column])
    parts = (given.get(column) for column in ("first_name", "last_name", "type", "start_date", "date"))
    return " ".join(part for part in parts if isinstance(part, str))


def _uuids(written: str) -> list[UUID]:
    """The ids that a form carried; what is none finds nothing."""
    try:
        return [UUID(one) for one in written.split(",")]
    except ValueError:
        return []
