"""``manage.py import_legacy``: accounts out of the old application's file."""

from auth_service.users.legacy import plan
from common.legacy.command import ImportLegacyCommand


class Command(ImportLegacyCommand):
    plan = plan
