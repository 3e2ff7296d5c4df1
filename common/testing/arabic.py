"""What a service would still say in English to a reader of Arabic."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import translation

from common.errors import DomainError

# Names of things, which stay as they are.
_NAMES = re.compile(
    r"\b(area:verb|ASCII|Bearer|DELETE|HRMS|Idempotency-Key|IP|JSON|CSV|XLSX|NUL|UTF-8|EdDSA|Ed25519|ES256"
    r"|RS256|2048 bit)\b"
)
_PLACEHOLDER = re.compile(r"%\(\w+\)\w")
_ENGLISH = re.compile(r"[A-Za-z]{2,}")


def english_left() -> list[str]:
    """Where the admin's labels and the refusals of the running service are not Arabic, each with its text."""
    # Refusals are known once the views are.
    import_module(settings.ROOT_URLCONF)
    with translation.override("ar"):
        said = [*_of_models(), *_of_pages(), *_of_refusals()]
    return sorted({f"{place}: {text}" for place, text in said if _is_english(text)})


def _is_english(text: str) -> bool:
    return _ENGLISH.search(_PLACEHOLDER.sub("", _NAMES.sub("", text))) is not None


def _of_models() -> Iterator[tuple[str, str]]:
    for model in _own_models():
        place = model.__name__
        yield place, str(model._meta.verbose_name)
        yield place, str(model._meta.verbose_name_plural)
        yield f"app of {place}", str(apps.get_app_config(model._meta.app_label).verbose_name)
        for field in model._meta.fields:
            for _value, label in getattr(field, "flatchoices", ()):
                yield f"{place}.{field.name}", str(label)
            yield f"{place}.{field.name}", str(field.help_text)
        for constraint in model._meta.constraints:
            yield f"{place}.{constraint.name}", str(constraint.violation_error_message)


def _of_pages() -> Iterator[tuple[str, str]]:
    for model in _own_models():
        page: Any = admin.site._registry[model]
        yield str(page), str(page.search_help_text or "")
        for name in _shown_fields(page):
            yield f"{page}.{name}", _label(name, model, page)
        for listed in page.list_filter:
            if isinstance(listed, type) and issubclass(listed, admin.SimpleListFilter):
                yield f"{page}.{listed.__name__}", str(listed.title)
        for action, name, description in page._get_base_actions():
            yield f"{page}.{name}", str(description if action else "")
        for inline in page.inlines:
            yield f"{page}.{inline.__name__}", str(inline.verbose_name or inline.model._meta.verbose_name)
            shown = inline(model, admin.site)
            for name in flatten(shown.fields or ()):
                yield f"{inline.__name__}.{name}", _label(name, inline.model, shown)


def _shown_fields(page: Any) -> list[str]:
    names = [*page.list_display, *flatten(page.fields or ()), *page.readonly_fields]
    for _title, options in page.fieldsets or ():
        names += flatten(options["fields"])
    return [name for name in names if name != "__str__"]


def _label(name: Any, model: type[Model], page: Any) -> str:
    form_field = page.form.base_fields.get(name) if isinstance(name, str) else None
    if form_field is not None and form_field.label:
        return str(form_field.label)
    try:
        return str(label_for_field(name, model, page))
    except (AttributeError, FieldDoesNotExist):
        return ""


def _of_refusals() -> Iterator[tuple[str, str]]:
    waiting = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if ".tests." not in error.__module__:
            yield error.__name__, str(error.default_message)


def _own_models() -> list[type[Model]]:
    """The models with pages of our own."""
    return [
        model for model, page in admin.site._registry.items() if not model.__module__.startswith("django.")
    ]
