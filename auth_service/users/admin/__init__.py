"""Accounts, roles and sessions for administrators; changes go through services, so they have their events."""

from auth_service.users.admin import accounts, operators

__all__ = ["accounts", "operators"]
