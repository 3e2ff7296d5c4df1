"""The page of one row that was set aside, and what is done there."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.legacy.admin.companies import company_names
from common.legacy.admin.forms import DiscardForm, RowForm, shown_columns
from common.legacy.admin.pages import page_of
from common.legacy.admin.rights import PAY
from common.legacy.choices import QuarantineReason, QuarantineState, QuarantineStep
from common.legacy.explain import detail_sentence, sentence_of_refusal, sentence_of_row, wrong_columns
from common.legacy.here import REASON as LEDGER
from common.legacy.labels import column_label, table_label
from common.legacy.models import ImportedRow, QuarantineAction, QuarantinedRow
from common.legacy.quarantine import row_correct, rows_discard, rows_put_back, rows_reimport
from common.security.principal import Principal
from common.security.tenancy import all_companies

CORRECTING = ("_import", "_check", "_keep")


def act(request: HttpRequest, row: QuarantinedRow, person: Principal, back: str) -> HttpResponse | None:
    """Do what the button says; None when the page is to be shown again with what is wrong in its forms."""
    try:
        with transaction.atomic():
            if any(button in request.POST for button in CORRECTING):
                return _correct(request, row, person, back)
            if "_discard" in request.POST:
                return _discard(request, row, person, back)
            if "_put_back" in request.POST and rows_put_back([row.pk], by=person):
                messages.success(request, _("The row waits again."))
    except DomainError as error:
        messages.error(request, str(error.message))
    return HttpResponseRedirect(request.get_full_path())


def _correct(request: HttpRequest, row: QuarantinedRow, person: Principal, back: str) -> HttpResponse | None:
    form = RowForm(row, request.POST, pay=person.may(PAY))
    if not form.is_valid():
        return None
    row_correct(row.pk, form.corrections(), by=person)
    if "_keep" in request.POST:
        messages.success(request, _("The corrections are kept; the row still waits."))
        return HttpResponseRedirect(request.get_full_path())
    dry_run = "_check" in request.POST
    (verdict,) = rows_reimport([row.pk], by=person, dry_run=dry_run)
    if verdict.refusal is not None:
        sentence = _("The row cannot be imported yet: %(why)s.")
        messages.error(request, sentence % {"why": sentence_of_refusal(verdict.refusal)})
        return HttpResponseRedirect(request.get_full_path())
    if dry_run:
        messages.success(request, _("The row can be imported as it is corrected. Nothing was imported yet."))
        return HttpResponseRedirect(request.get_full_path())
    page = page_of(row.table, verdict.target_id)
    done = _("The row was imported.")
    shown = format_html('{} <a href="{}">{}</a>', done, page, _("Open it")) if page else done
    messages.success(request, shown)
    return HttpResponseRedirect(back)


def _discard(request: HttpRequest, row: QuarantinedRow, person: Principal, back: str) -> HttpResponse | None:
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return None
    rows_discard([row.pk], reason=form.cleaned_data["reason"], by=person)
    messages.success(request, _("The row was discarded."))
    return HttpResponseRedirect(back)


def page(
    request: HttpRequest, row: QuarantinedRow, person: Principal, context: dict[str, Any]
) -> HttpResponse:
    """The page; ``context`` is the site's."""
    waits = row.state == QuarantineState.WAITING
    pay = person.may(PAY)
    posted = request.POST if any(button in request.POST for button in CORRECTING) else None
    context |= {
        "row": row,
        "table": table_label(row.table),
        "company": company_names().get(row.company_id, row.company_id) if row.company_id else "",
        "sentence": sentence_of_row(row),
        "form": RowForm(row, posted, pay=pay) if waits else None,
        "no_wrong": not wrong_columns(row),
        "columns": [] if waits else shown_columns(row, pay=pay),
        "discard": DiscardForm(request.POST if "_discard" in request.POST else None),
        "first": _page_of_first(row),
        "target": page_of(row.table, row.target_id),
        "history": [(step, _told(step)) for step in row.history.all()],
    }
    return TemplateResponse(request, "admin/legacy/quarantinedrow/row.html", context)


def _page_of_first(row: QuarantinedRow) -> str:
    """The page of what an earlier row with the same id became: perhaps the two are the same."""
    if row.state != QuarantineState.WAITING or row.reason != QuarantineReason.REPEATED_ID:
        return ""
    with all_companies(LEDGER):
        earlier = ImportedRow.objects.filter(name__in=[row.entry, row.table], key=row.old_id)
        target = earlier.values_list("target_id", flat=True).first()
    return page_of(row.table, target)


def _told(step: QuarantineAction) -> str:
    if step.step == QuarantineStep.CORRECTED:
        return ", ".join(f"{column_label(column)} ({column})" for column in step.columns)
    return step.detail if step.step == QuarantineStep.DISCARDED else detail_sentence(step.detail)
