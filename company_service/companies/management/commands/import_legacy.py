"""``manage.py import_legacy``: companies and their departments out of the old application's file."""

from company_service.companies.legacy import plan
from common.legacy.command import ImportLegacyCommand


class Command(ImportLegacyCommand):
    plan = plan
