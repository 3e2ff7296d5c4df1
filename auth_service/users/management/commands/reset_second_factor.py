"""``manage.py reset_second_factor``: let somebody in again who lost their device and their recovery codes."""

from django.core.management.base import CommandError

from auth_service.users.management.person import PersonCommand
from auth_service.users.models import User
from auth_service.users.services.second_factor import second_factor_remove


class Command(PersonCommand):
    help = "Take away a person's second factor and end all their sessions; the password stays."

    def carry_out(self, user: User) -> None:
        if not second_factor_remove(user.id):
            raise CommandError(f"{user.email} has no second factor.")
        self.stdout.write(f"{user.email} has no second factor any more and is signed out everywhere.")
