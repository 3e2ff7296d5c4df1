"""Admin pages of what only the system writes: everything is shown, nothing is edited field by field."""

from typing import Any

from django.http import HttpRequest

from common.staff.reading import NotedAdmin


class OperatorAdmin(NotedAdmin):
    """Read-only, with actions that call services. Super administrators only, unless an area is named."""

    permission_area: str | None = None
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: there are actions instead."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def may_operate(self, request: HttpRequest) -> bool:
        """Whether the person may use the actions: whoever may edit things of this area."""
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))
