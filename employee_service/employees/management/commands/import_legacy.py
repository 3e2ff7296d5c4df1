"""``manage.py import_legacy``: employees out of the old application's file."""

from common.legacy.command import ImportLegacyCommand
from employee_service.employees.legacy import plan


class Command(ImportLegacyCommand):
    plan = plan
