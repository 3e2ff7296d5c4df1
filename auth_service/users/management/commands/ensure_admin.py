"""``manage.py ensure_admin``: there is an administrator of all companies."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from auth_service.users.services.users import super_admin_ensure
from common.conf import env
from common.errors import DomainError


class Command(BaseCommand):
    help = "Make or update a super administrator; the password is read from HR_ADMIN_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--first-name", default="HR")
        parser.add_argument("--last-name", default="Administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            user, changed = super_admin_ensure(
                email=options["email"],
                password=env.required("HR_ADMIN_PASSWORD"),
                first_name=options["first_name"],
                last_name=options["last_name"],
            )
        except ValidationError as error:
            raise CommandError(f"{options['email']} is not an e-mail address.") from error
        except DomainError as error:
            raise CommandError(" ".join([str(error.message), *error.details.get("password", [])])) from error
        self.stdout.write(f"{user.email} is a super administrator{'' if changed else ' already'}.")
