"""``manage.py reset_second_factor``: let somebody in again who lost their device and their recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_service.users.selectors import user_by_email
from auth_service.users.services.second_factor import second_factor_remove
from common.security.tenancy import all_companies


class Command(BaseCommand):
    help = "Take away a person's second factor and end all their sessions; the password stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="E-MAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        with all_companies("command of an operator"):
            user = user_by_email(options["user"])
        if user is None:
            raise CommandError(f"Nobody has the e-mail address {options['user']}.")
        if not second_factor_remove(user.id):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} has no second factor any more and is signed out everywhere.")
