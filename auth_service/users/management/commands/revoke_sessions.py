"""``manage.py revoke_sessions``: sign a person out everywhere."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auth_service.users.selectors import user_by_email
from auth_service.users.services.sessions import sessions_revoke_all
from common.security.tenancy import all_companies


class Command(BaseCommand):
    help = "End all sessions of a person; their tokens are refused everywhere within seconds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="E-MAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        with all_companies("command of an operator"):
            user = user_by_email(options["user"])
        if user is None:
            raise CommandError(f"Nobody has the e-mail address {options['user']}.")
        count = sessions_revoke_all(user_id=user.id, reason="revoked_by_operator")
        self.stdout.write(f"{count} sessions of {user.email} have ended.")
