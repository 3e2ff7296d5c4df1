"""The base of operators' commands about one person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_service.users.models import User
from auth_service.users.selectors import user_by_email
from common.security.tenancy import all_companies


class PersonCommand(BaseCommand):
    """``--user E-MAIL`` names the person, whom :meth:`carry_out` is given."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the person's address."""
        parser.add_argument("--user", required=True, metavar="E-MAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the person; raises CommandError for an address that nobody has."""
        with all_companies("command of an operator"):
            user = user_by_email(options["user"])
        if user is None:
            raise CommandError(f"Nobody has the e-mail address {options['user']}.")
        self.carry_out(user)

    def carry_out(self, user: User) -> None:
        """Do what the command is for; raises CommandError."""
        raise NotImplementedError
