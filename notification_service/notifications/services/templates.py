"""The wording of notices: the system's, and each company's own."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from common.security.tenancy import all_companies, company_scope
from notification_service.notifications import selectors
from notification_service.notifications.defaults import DEFAULT_CHANNELS, EXAMPLES, WORDINGS
from notification_service.notifications.exceptions import (
    DefaultTemplateError,
    NotDefaultTemplateError,
    TemplateInUseError,
    TemplateNameTakenError,
    UnknownVariableError,
)
from notification_service.notifications.models import Template
from notification_service.notifications.rules import RULES_BY_TEMPLATE
from notification_service.notifications.services.wording import check_texts, message_of, title_of

TEXTS = ("subject_ar", "content_ar", "subject_en", "content_en")
FOLLOWED = (*TEXTS, "variables", "category")


def template_create(*, company_id: UUID, **values: Any) -> Template:
    """A template of the company's own; raises TemplateNameTakenError and what :func:`template_check` raises.

    One that has the name of a kind of notice, for a channel the system has no wording for, makes the system send
    that notice over this channel, too.
    """
    template = Template(company_id=company_id, is_edited=True, **values)
    rule = RULES_BY_TEMPLATE.get(template.name)
    if rule is not None:
        template.category = rule.category
    template_check(template)
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError as error:
        if "a_template_name_is_used_once_a_channel" not in str(error):
            raise
        raise TemplateNameTakenError from error
    return template


def template_update(template: Template, **values: Any) -> Template:
    """Word a template differently; what the system words itself keeps its name, channel and variables.

    Raises DefaultTemplateError for a change of those, TemplateNameTakenError, and what :func:`template_check` does.
    """
    changed = {name: value for name, value in values.items() if getattr(template, name) != value}
    if not changed:
        return template
    if template.is_default and changed.keys() & {"name", "type", "variables", "category"}:
        raise DefaultTemplateError(details={"fields": sorted(changed)})
    for name, value in changed.items():
        setattr(template, name, value)
    template.is_edited = template.is_edited or bool(changed.keys() & set(TEXTS))
    template_check(template)
    _write(template)
    return template


def template_reset(template: Template) -> Template:
    """Go back to the system's wording; raises NotDefaultTemplateError for a template of the company's own."""
    if not template.is_default:
        raise NotDefaultTemplateError
    for name, value in _default_of(template.name, template.type).items():
        setattr(template, name, value)
    template.is_edited = False
    _write(template)
    return template


def template_delete(template: Template) -> None:
    """Delete a template of the company's own; raises DefaultTemplateError and TemplateInUseError."""
    if template.is_default:
        raise DefaultTemplateError
    if template.notifications.exists():
        raise TemplateInUseError
    template.delete()


def template_check(template: Template) -> None:
    """Raise MalformedTemplateError or UnknownVariableError when a text asks for what it cannot get."""
    check_texts([getattr(template, name) for name in TEXTS], template.variables)
    rule = RULES_BY_TEMPLATE.get(template.name)
    if rule is not None and not set(template.variables) <= set(rule.variables):
        raise UnknownVariableError(
            details={"variables": sorted(set(template.variables) - set(rule.variables))}
        )


def template_preview(template: Template, values: Mapping[str, str], language: str) -> dict[str, str]:
    """Subject and content as a reader would see them; examples stand in for variables without a value.

    Raises what :func:`template_check` raises, and UnknownVariableError for a value of no variable.
    """
    template_check(template)
    unknown = sorted(values.keys() - set(template.variables))
    if unknown:
        raise UnknownVariableError(details={"variables": unknown})
    shown = {name: values.get(name) or EXAMPLES.get(name) or name for name in template.variables}
    return {
        "language": language,
        "subject": title_of(template.subject_in(language), shown),
        "content": message_of(template.content_in(language), shown),
    }


def templates_sync(company_ids: Collection[UUID]) -> int:
    """Give the companies what they lack of the system's templates, in its present wording; returns how many.

    A template that the company worded itself stays as it is, and so does whether it is in use.
    """
    known = {
        (template.company_id, template.name, template.type): template
        for template in Template.objects.filter(company_id__in=company_ids)
    }
    fresh, stale = [], []
    for company_id in company_ids:
        for name in WORDINGS:
            for channel in DEFAULT_CHANNELS:
                template = known.get((company_id, name, channel))
                wording = _default_of(name, channel)
                if template is None:
                    fresh.append(
                        Template(company_id=company_id, name=name, type=channel, is_default=True, **wording)
                    )
                elif template.is_default and not template.is_edited and _differs(template, wording):
                    for field, value in wording.items():
                        setattr(template, field, value)
                    stale.append(template)
    Template.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1000)
    Template.objects.bulk_update(stale, FOLLOWED, batch_size=200)
    return len(fresh) + len(stale)


def templates_forget(company_ids: Collection[UUID]) -> None:
    """Delete the system's templates of companies that are gone, but for what was reworded or has been used."""
    if company_ids:
        untouched = Template.objects.filter(company_id__in=company_ids, is_default=True, is_edited=False)
        untouched.filter(notifications=None).delete()


def templates_sync_all() -> int:
    """Bring every known company's templates up to date."""
    changed = 0
    with all_companies("every company has the system's templates"):
        company_ids = selectors.company_ids()
    for company_id in company_ids:
        with company_scope(company_id):
            changed += templates_sync([company_id])
    return changed


def _default_of(name: str, channel: str) -> dict[str, Any]:
    wording, rule = WORDINGS[name], RULES_BY_TEMPLATE[name]
    content_ar, content_en = wording.content(channel)
    return {
        "subject_ar": wording.subject_ar,
        "subject_en": wording.subject_en,
        "content_ar": content_ar,
        "content_en": content_en,
        "variables": list(rule.variables),
        "category": rule.category,
    }


def _differs(template: Model, wording: Mapping[str, Any]) -> bool:
    return any(getattr(template, name) != value for name, value in wording.items())


def _write(template: Template) -> None:
    # In a savepoint, so that a name which is taken leaves the caller's transaction usable.
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        if "a_template_name_is_used_once_a_channel" not in str(error):
            raise
        raise TemplateNameTakenError from error
