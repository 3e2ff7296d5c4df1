"""Finds the sentences of the user interface: what Python files and templates wrap in gettext."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

_NO_SOURCE: Final = frozenset({"tests", "testing", "migrations"})
_TEMPLATES: Final = frozenset({".html", ".txt"})
# Which argument is what: 1 the sentence, 2 its plural, "c" the context that tells two equal sentences apart.
_PLAIN: Final = ("_", "gettext", "gettext_lazy", "gettext_noop")
_KEYWORDS: Final = {
    **dict.fromkeys(_PLAIN, None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def messages_in_code(root: Path) -> Catalog:
    """A catalogue of everything below ``root`` that is to be translated, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for path in _sources(root):
        for _line, message, _comments, context in extract("python", BytesIO(_as_python(path)), _KEYWORDS):
            found.add(message, locations=[(str(path.relative_to(root)), 0)], context=context)
    return found


def _sources(root: Path) -> Iterator[Path]:
    """Python modules and templates of ``common`` and the services, in a stable order."""
    for package in sorted([*root.glob("common"), *root.glob("*_service")]):
        for path in sorted(package.rglob("*")):
            inside = path.relative_to(root)
            if _NO_SOURCE.isdisjoint(inside.parts) and (path.suffix == ".py" or _is_template(inside)):
                yield path


def _is_template(path: Path) -> bool:
    return path.suffix in _TEMPLATES and "templates" in path.parts


def _as_python(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    # Django turns a template into calls of gettext amid rubbish; indented rubbish would not be Python.
    return "\n".join(line.lstrip() for line in templatize(text, origin=path.name).splitlines()).encode()
