"""``manage.py import_legacy``: companies and their departments out of the old application's file."""

from common.legacy.command import ImportLegacyCommand
from company_service.companies.legacy import plan


class Command(ImportLegacyCommand):
    plan = plan
