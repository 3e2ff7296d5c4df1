"""Roles, what they allow, and who has them where."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auth_service.users.choices import role_title
from auth_service.users.models.base import Row
from auth_service.users.models.people import User


class Permission(Row):
    """One right, such as ``employees:view``."""

    code = models.CharField(_("code"), max_length=60)

    class Meta:
        db_table = "permissions"
        verbose_name = _("permission")
        verbose_name_plural = _("permissions")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="permissions_code_is_used_once"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z_]+:[a-z_]+$"),
                name="permissions_code_is_area_and_verb",
                violation_error_message=_("A permission is written as area:verb."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Role(Row):
    """A named set of permissions of one company; without a company it is the system's own."""

    company_id = models.UUIDField(_("company"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True, default="")
    level = models.PositiveSmallIntegerField(_("level"))
    permissions = models.ManyToManyField(
        Permission, through="RolePermission", verbose_name=_("permissions"), related_name="roles"
    )

    class Meta:
        db_table = "roles"
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["-level", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "name"],
                name="roles_name_is_used_once_in_a_company",
                nulls_distinct=False,
                violation_error_message=_("This company has a role of this name already."),
            ),
            # For the composite foreign key of memberships, which keeps companies apart.
            models.UniqueConstraint(fields=["company_id", "id"], name="roles_by_company_and_id"),
            models.CheckConstraint(
                condition=Q(company_id__isnull=True, level=5)
                | Q(company_id__isnull=False, level__range=(1, 4)),
                name="roles_above_all_companies_are_level_5",
                violation_error_message=_("A company's role has a level from 1 to 4."),
            ),
            # The word in a token that opens every company.
            models.CheckConstraint(
                condition=~Q(name="super_admin") | Q(company_id__isnull=True),
                name="roles_of_companies_are_not_called_super_admin",
                violation_error_message=_("This name is kept for the role above all companies."),
            ),
        ]

    def __str__(self) -> str:
        # Pickers that offer the roles of several companies load the company's name with the role.
        company_name: str = getattr(self, "company_name", None) or ""
        return f"{self.title} · {company_name}" if company_name else self.title

    @property
    def title(self) -> str:
        """The role in the reader's words."""
        return role_title(self.name)


class RolePermission(Row):
    """A role includes a permission."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, verbose_name=_("role"), related_name="grants")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, verbose_name=_("permission"))

    class Meta:
        db_table = "role_permissions"
        verbose_name = _("permission of a role")
        verbose_name_plural = _("permissions of roles")
        constraints = [
            models.UniqueConstraint(fields=["role", "permission"], name="role_permissions_are_granted_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Membership(Row):
    """A person has a role in a company; only a super administrator's has no company."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, verbose_name=_("user"), related_name="memberships"
    )
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    role = models.ForeignKey(
        Role, on_delete=models.PROTECT, verbose_name=_("role"), related_name="memberships"
    )
    is_active = models.BooleanField(_("active"), db_default=True, default=True)

    class Meta:
        db_table = "user_roles"
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company_id"],
                name="user_roles_one_role_in_a_company",
                nulls_distinct=False,
                violation_error_message=_("This person has a role in this company already."),
            )
        ]
        indexes = [
            models.Index(fields=["company_id", "user"], name="user_roles_by_company"),
            models.Index(fields=["company_id", "created_at", "id"], name="user_roles_by_company_and_age"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
