"""``manage.py revoke_sessions``: sign a person out everywhere."""

from auth_service.users.management.person import PersonCommand
from auth_service.users.models import User
from auth_service.users.services.sessions import sessions_revoke_all


class Command(PersonCommand):
    help = "End all sessions of a person; their tokens are refused everywhere within seconds."

    def carry_out(self, user: User) -> None:
        count = sessions_revoke_all(user_id=user.id, reason="revoked_by_operator")
        self.stdout.write(f"{count} sessions of {user.email} have ended.")
