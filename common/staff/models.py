"""Staff of a service's admin: the auth service knows their passwords, this row what they may do here."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.security.principal import SUPER_ADMIN, Principal
from common.security.tenancy import Scope
from common.staff.django_permissions import code_of


class StaffUserManager(models.Manager["StaffUser"]):
    """Finds a staff member by the name they sign in with."""

    def get_by_natural_key(self, username: str) -> "StaffUser":
        """The staff member with this e-mail address; raises StaffUser.DoesNotExist."""
        return self.get(email=username)


class StaffUser(models.Model):
    """A person who signed in to this service's admin, with the rights of that sign-in.

    ``id`` is the person's id in auth. Every sign-in writes the row anew, so a change of rights takes a new
    sign-in; auth's events sign people out whose rights changed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=301, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the admin"), default=True)
    role = models.CharField(_("role"), max_length=32)
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    permissions = ArrayField(models.CharField(max_length=64), verbose_name=_("permissions"), default=list)
    language = models.CharField(_("language"), max_length=8, blank=True)
    session_id = models.UUIDField(_("session"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects: ClassVar[StaffUserManager] = StaffUserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_anonymous = False
    is_authenticated = True

    class Meta:
        db_table = "staff_users"
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_superuser(self) -> bool:
        """Whether the person serves all companies."""
        return self.role == SUPER_ADMIN

    def get_username(self) -> str:
        """The name the person signs in with."""
        return self.email

    def get_full_name(self) -> str:
        """The person's name."""
        return self.name

    def get_short_name(self) -> str:
        """What the admin greets with."""
        return self.name or self.email

    def has_usable_password(self) -> bool:
        """Never: passwords live in auth."""
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the person may do ``perm``, Django's ``app.verb_model``."""
        if not self.is_active:
            return False
        return self.is_superuser or code_of(perm) in self.permissions

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        """Whether the person may do all of ``perm_list``."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the admin's index may list the app; each of its tables asks for its own permission."""
        return self.is_active and self.is_staff

    def principal(self) -> Principal:
        """The person as the API knows them."""
        return Principal(
            id=self.id,
            session_id=self.session_id or self.id,
            company_id=self.company_id,
            role=self.role,
            level=self.level,
            permissions=frozenset(self.permissions),
            name=self.name,
            email=self.email,
            language=self.language,
        )

    def tenant_scope(self) -> Scope:
        """The rows that a request of this person may see."""
        return self.principal().tenant_scope()
