"""People who may sign in."""

import unicodedata
from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auth_service.users.access import NO_ACCESS, Access
from auth_service.users.models.base import Row
from common.search import fold
from common.security.principal import Principal
from common.security.tenancy import Scope
from common.staff.django_permissions import code_of

# How Django marks a hash of the old system's kind.
OLD_HASH = "bcrypt$"


def email_normalised(email: str) -> str:
    """The one spelling an address is stored, searched and compared in."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def name_columns(first_name: str, last_name: str) -> dict[str, str]:
    """A person's name, and the folded forms of it that a search looks at: by the first and by the last name."""
    return {
        "first_name": first_name,
        "last_name": last_name,
        "name_folded": fold(f"{first_name} {last_name}"),
        "last_name_folded": fold(last_name),
    }


class UserManager(BaseUserManager["User"]):
    """Finds a person by address in whatever spelling."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user whose e-mail address is ``username``; raises User.DoesNotExist."""
        return self.get(email=email_normalised(username or ""))


class User(Row, AbstractBaseUser):
    """A person's account. It is inactive while a hire is under way and after the last employment ended.

    ``version`` counts the changes; it is the version of the account's events.
    """

    email = models.CharField(_("e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150)
    # Folding may lengthen a text: ligatures come apart.
    name_folded = models.TextField(_("name to search"), db_default="", default="", editable=False)
    last_name_folded = models.TextField(_("last name to search"), db_default="", default="", editable=False)
    is_active = models.BooleanField(_("active"), db_default=True, default=True)
    email_verified = models.BooleanField(_("e-mail confirmed"), db_default=False, default=False)
    version = models.PositiveIntegerField(_("version"), db_default=1, default=1, editable=False)

    # What the person signed in with; backends fill these in, and without them a person may do nothing.
    access: Access = NO_ACCESS
    session_id: UUID | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        db_table = "users"
        verbose_name = pgettext_lazy("model", "user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="users_email_is_used_once",
                violation_error_message=_("An account with this e-mail address exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(email__regex=r"[A-Z[:space:]]") & ~Q(email=""),
                name="users_email_is_stored_normalised",
                violation_error_message=_("An e-mail address is stored in lower case and without spaces."),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="users_by_age"),
            models.Index(OpClass("email", name="text_pattern_ops"), name="users_by_start_of_email"),
            models.Index(OpClass("name_folded", name="text_pattern_ops"), name="users_by_start_of_name"),
            models.Index(
                OpClass("last_name_folded", name="text_pattern_ops"), name="users_by_start_of_last_name"
            ),
            # Empty once everybody from the old system has signed in; asked at every sign-in.
            models.Index(
                fields=["id"],
                name="users_with_old_password",
                condition=Q(("password__startswith", OLD_HASH)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_full_name()} <{self.email}>"

    def get_full_name(self) -> str:
        """First and last name as one string."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """The first name; Django's admin greets with it."""
        return self.first_name

    @property
    def is_staff(self) -> bool:
        """Whether the person may enter this service's admin."""
        return self.is_active and self.access.is_staff

    @property
    def is_superuser(self) -> bool:
        """Whether the person serves all companies."""
        return self.is_active and self.access.all_companies

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Whether the person may do ``perm``, Django's ``app.verb_model``, by their permission codes."""
        return self.is_superuser or (self.is_staff and code_of(perm) in self.access.permissions)

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Whether the person may do all of ``perm_list``."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin's index may list the app; each of its tables asks for its own permission."""
        return self.is_staff

    def principal(self) -> Principal:
        """The person as the API knows them."""
        return Principal(
            id=self.id,
            session_id=self.session_id or self.id,
            company_id=self.access.company_id,
            role=self.access.role,
            level=self.access.level,
            permissions=self.access.permissions,
            name=self.get_full_name(),
            email=self.email,
        )

    def tenant_scope(self) -> Scope:
        """The rows that a request of this person may see."""
        return self.principal().tenant_scope() if self.is_active else Scope(user_id=self.id)
