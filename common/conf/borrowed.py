"""Sentences of Django that people see here and whose Arabic Django lacks, or has in words that mislead.

Django looks into ``common/locale`` first, so nothing uses this module but the search for sentences.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SENTENCES = (
    # Missing.
    gettext_noop("Constraint “%(name)s” is violated."),
    gettext_noop("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    # Misleading: a date, an adjective of the wrong gender, misspelt words.
    gettext_noop("History"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("Log in"),
)
