"""The licences under which companies work, the periods they were valid for, and the notices of their ends."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from company_service.companies.choices import LicenseStatus, LicenseType
from company_service.companies.models.base import Row
from company_service.companies.models.companies import Company


class License(Row):
    """A licence of a company with the period it is valid for now; a renewal moves that to the next one.

    ``expires_on`` is the last valid day; none for a licence without an end, or one not yet granted.
    ``status`` as stored turns to expired with the first notice after the end; what to show any day is
    ``selectors.licenses_today``. A licence that is not ``is_active`` was withdrawn: nobody is told of its end.
    """

    days_left: int | None
    shown_status: str
    """Where ``selectors.licenses_today`` has added them."""

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="licenses", verbose_name=_("company"), db_index=False
    )
    number = models.CharField(_("number"), max_length=100)
    name = models.CharField(_("name"), max_length=255)
    number_folded = models.TextField(editable=False)
    name_folded = models.TextField(editable=False)
    type = models.CharField(_("type"), max_length=20, choices=LicenseType)
    status = models.CharField(_("status"), max_length=10, choices=LicenseStatus, default=LicenseStatus.ACTIVE)
    issuing_authority = models.CharField(
        pgettext_lazy("licence", "issued by"), max_length=255, blank=True, default=""
    )
    issued_on = models.DateField(pgettext_lazy("licence", "issued on"), null=True, blank=True)
    expires_on = models.DateField(
        pgettext_lazy("licence", "valid until"),
        null=True,
        blank=True,
        help_text=_("The last valid day; empty without an end."),
    )
    location = models.CharField(_("location"), max_length=255, blank=True, default="")
    description = models.CharField(_("notes"), max_length=2000, blank=True, default="")
    is_active = models.BooleanField(
        pgettext_lazy("licence", "in use"), default=True, help_text=_("A withdrawn licence is not in use.")
    )

    # NULL and not "", because it is unique.
    old_id = models.TextField(_("old id"), null=True, unique=True, editable=False)  # noqa: DJ001
    old_documents = models.JSONField(
        pgettext_lazy("licence", "documents in the old system"),
        default=list,
        db_default=[],
        editable=False,
        help_text=_("What the old system named as its documents."),
    )
    version = models.PositiveIntegerField(editable=False, default=1)

    class Meta:
        db_table = "licenses"
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "id"], name="a_license_is_of_one_company"),
            # Not those of the old system, of which no row may be lost.
            models.UniqueConstraint(
                fields=["company", "type", "number_folded"],
                name="licenses_of_a_type_have_different_numbers",
                condition=Q(is_active=True, old_id__isnull=True),
                violation_error_message=_("The company has a licence of this type and number."),
            ),
            models.CheckConstraint(
                name="a_license_has_a_number",
                condition=~Q(number=""),
                violation_error_message=_("A licence has a number."),
            ),
            models.CheckConstraint(
                name="a_license_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A licence has a name."),
            ),
            models.CheckConstraint(
                name="a_license_is_of_a_known_type",
                condition=Q(type__in=LicenseType.values),
                violation_error_message=_("This is not a type of licences."),
            ),
            models.CheckConstraint(
                name="a_license_has_a_known_status",
                condition=Q(status__in=LicenseStatus.values),
                violation_error_message=_("This is not a status of licences."),
            ),
            models.CheckConstraint(
                name="a_license_ends_after_it_begins",
                condition=Q(issued_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(issued_on__lte=F("expires_on")),
                violation_error_message=_("A licence ends after it begins."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "-created_at", "-id"],
                name="licenses_newest_first",
                condition=Q(is_active=True),
            ),
            models.Index(
                fields=["company", "expires_on", "id"],
                name="licenses_of_a_company_by_end",
                condition=Q(is_active=True, expires_on__isnull=False),
            ),
            models.Index(
                fields=["expires_on", "id"],
                name="licenses_by_end",
                condition=Q(is_active=True, expires_on__isnull=False),
            ),
            models.Index(
                fields=["company", "number_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="licenses_by_number",
            ),
            models.Index(
                fields=["company", "name_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="licenses_by_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class LicensePeriod(models.Model):
    """A period of a licence that a renewal has ended: the chain of what was valid when.

    The running period stands in the licence itself. Rows are never changed or deleted.
    """

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="+", verbose_name=_("company"), db_index=False
    )
    # The foreign key is (company, license) and made by the migration.
    license = models.ForeignKey(
        License,
        on_delete=models.PROTECT,
        related_name="periods",
        verbose_name=_("licence"),
        db_constraint=False,
        db_index=False,
    )
    number = models.CharField(_("number"), max_length=100)
    issued_on = models.DateField(pgettext_lazy("licence", "issued on"), null=True)
    expires_on = models.DateField(pgettext_lazy("licence", "valid until"), null=True)
    renewed_at = models.DateTimeField(pgettext_lazy("licence", "renewed"), db_default=Now())
    renewed_by = models.UUIDField(pgettext_lazy("licence", "renewed by"), null=True)

    class Meta:
        db_table = "license_periods"
        verbose_name = _("renewed period")
        verbose_name_plural = _("renewed periods")
        ordering = ["-id"]
        indexes = [models.Index(fields=["company", "license", "-id"], name="periods_of_a_license")]

    def __str__(self) -> str:
        return f"{self.issued_on or '…'} – {self.expires_on or '…'}"


class LicenseNotice(models.Model):
    """One notice step of one end of a licence: written once, so told once.

    ``step`` is in days before the end (see common/expiry.py). One that was not ``announced`` came due together
    with a more urgent one, which was. Rows are never changed or deleted.
    """

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="+", verbose_name=_("company"), db_index=False
    )
    # The foreign key is (company, license) and made by the migration.
    license = models.ForeignKey(
        License,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name=_("licence"),
        db_constraint=False,
        db_index=False,
    )
    expires_on = models.DateField(pgettext_lazy("licence", "valid until"))
    step = models.SmallIntegerField(_("step"), help_text=_("Days before the end; negative after it."))
    announced = models.BooleanField(
        pgettext_lazy("licence", "told"),
        help_text=_("Steps that were missed are told of by the most urgent one only."),
    )
    noted_on = models.DateField(pgettext_lazy("licence", "noted on"))
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        db_table = "license_notices"
        verbose_name = _("licence notice")
        verbose_name_plural = _("licence notices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["license", "expires_on", "step"], name="each_step_of_an_end_is_noted_once"
            ),
        ]
        indexes = [models.Index(fields=["company", "license", "-id"], name="notices_of_a_license")]

    def __str__(self) -> str:
        return f"{self.expires_on} {self.step:+d}"
