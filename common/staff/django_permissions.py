"""Django's permission names (``employees.change_employee``) as permission codes (``employees:edit``)."""

from collections.abc import Mapping

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered

VERBS: Mapping[str, str] = {"view": "view", "add": "create", "change": "edit", "delete": "delete"}


def code_of(permission: str) -> str | None:
    """The code that ``permission`` needs; None (super administrators only) when the admin names no area."""
    app_label, _dot, action = permission.partition(".")
    verb, _underscore, model_name = action.partition("_")
    try:
        model_admin = admin.site.get_model_admin(apps.get_model(app_label, model_name))
    except (LookupError, NotRegistered):
        return None
    area = getattr(model_admin, "permission_area", None)
    verbs = {**VERBS, **getattr(model_admin, "permission_verbs", {})}
    return f"{area}:{verbs[verb]}" if area and verb in verbs else None
