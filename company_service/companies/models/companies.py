"""Companies and their settings."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from company_service.companies.choices import CompanySize, SubscriptionPlan
from company_service.companies.models.base import Row


class Company(Row):
    """An employer. ``version`` counts its changes and orders its events."""

    headcount: int
    """Where ``selectors.with_headcount`` has added it."""

    name = models.CharField(_("name"), max_length=255)
    name_ar = models.CharField(_("name in Arabic"), max_length=255, blank=True, default="")
    name_folded = models.TextField(editable=False)
    name_ar_folded = models.TextField(editable=False, blank=True, default="")
    description = models.CharField(_("description"), max_length=1000, blank=True, default="")
    industry = models.CharField(_("industry"), max_length=100, blank=True, default="")
    size = models.CharField(_("size"), max_length=20, choices=CompanySize, blank=True, default="")
    website = models.URLField(_("website"), max_length=500, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=50, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    logo_url = models.URLField(_("logo"), max_length=500, blank=True, default="")
    street = models.CharField(_("street"), max_length=255, blank=True, default="")
    city = models.CharField(_("city"), max_length=100, blank=True, default="")
    state = models.CharField(_("governorate"), max_length=100, blank=True, default="")
    zip_code = models.CharField(_("postal code"), max_length=20, blank=True, default="")
    country = models.CharField(_("country"), max_length=100, blank=True, default="")

    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("An inactive company takes no more people.")
    )
    seat_limit = models.IntegerField(
        _("seat limit"),
        null=True,
        blank=True,
        help_text=_("How many people it may employ; empty for no limit."),
    )
    subscription_plan = models.CharField(
        _("plan"), max_length=20, choices=SubscriptionPlan, default=SubscriptionPlan.FREE
    )
    subscription_expires_at = models.DateTimeField(_("plan ends"), null=True, blank=True)

    commercial_file_number = models.CharField(
        _("commercial file number"), max_length=100, blank=True, default=""
    )
    commercial_file_name = models.CharField(_("commercial file name"), max_length=255, blank=True, default="")
    commercial_file_active = models.BooleanField(_("commercial file is open"), default=True)
    commercial_registration_number = models.CharField(
        _("commercial registration number"), max_length=100, blank=True, default=""
    )
    establishment_date = models.DateField(_("established"), null=True, blank=True)
    classification = models.CharField(_("classification"), max_length=100, blank=True, default="")
    department = models.CharField(_("responsible department"), max_length=255, blank=True, default="")
    file_type = models.CharField(_("file type"), max_length=100, blank=True, default="")
    legal_entity = models.CharField(_("legal entity"), max_length=100, blank=True, default="")
    ownership_category = models.CharField(_("ownership"), max_length=100, blank=True, default="")
    business_activity = models.CharField(_("business activity"), max_length=255, blank=True, default="")
    location = models.CharField(_("location"), max_length=255, blank=True, default="")
    tax_number = models.CharField(_("tax number"), max_length=100, blank=True, default="")
    chambers = models.CharField(_("chambers"), max_length=255, blank=True, default="")
    partnerships = ArrayField(models.TextField(), verbose_name=_("partnerships"), blank=True, default=list)
    import_export_license = models.CharField(
        _("import and export licence"), max_length=100, blank=True, default=""
    )
    special_permits = ArrayField(
        models.TextField(), verbose_name=_("special permits"), blank=True, default=list
    )

    # NULL and not "", because it is unique.
    old_id = models.TextField(_("old id"), null=True, unique=True, editable=False)  # noqa: DJ001
    version = models.PositiveIntegerField(editable=False, default=1)

    class Meta:
        db_table = "companies"
        verbose_name = pgettext_lazy("model", "company")
        verbose_name_plural = _("companies")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_company_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A company has a name."),
            ),
            models.CheckConstraint(
                name="a_company_is_of_a_known_size",
                condition=Q(size__in=["", *CompanySize.values]),
                violation_error_message=_("This is not a size of companies."),
            ),
            models.CheckConstraint(
                name="a_company_is_on_a_known_plan",
                condition=Q(subscription_plan__in=SubscriptionPlan.values),
                violation_error_message=_("This is not a plan."),
            ),
            models.CheckConstraint(
                name="a_seat_limit_is_not_negative",
                condition=Q(seat_limit__isnull=True) | Q(seat_limit__gte=0),
                violation_error_message=_("A seat limit is zero or more."),
            ),
            # The old system let two companies share a name, and no row of it may be lost.
            models.UniqueConstraint(
                Upper("name"),
                name="new_companies_have_different_names",
                condition=Q(old_id__isnull=True),
                violation_error_message=_("A company of this name exists."),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="companies_newest_first"),
            models.Index(
                fields=["industry", "-created_at", "-id"],
                name="companies_by_industry",
                condition=~Q(industry=""),
            ),
            models.Index(fields=["name_folded"], opclasses=["text_pattern_ops"], name="companies_by_name"),
            models.Index(
                fields=["name_ar_folded"],
                opclasses=["text_pattern_ops"],
                name="companies_by_arabic_name",
                condition=~Q(name_ar_folded=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CompanySetting(Row):
    """One named value of a company."""

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="settings", verbose_name=_("company"), db_index=False
    )
    key = models.CharField(_("key"), max_length=100)
    value = models.TextField(_("value"))
    description = models.CharField(_("description"), max_length=500, blank=True, default="")
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Everyone in the company may read a public setting.")
    )

    class Meta:
        db_table = "company_settings"
        verbose_name = _("setting")
        verbose_name_plural = _("settings")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "key"],
                name="a_setting_has_one_value",
                violation_error_message=_("The company has this setting already."),
            ),
            models.CheckConstraint(
                name="a_setting_has_a_key",
                condition=~Q(key=""),
                violation_error_message=_("A setting has a key."),
            ),
        ]

    def __str__(self) -> str:
        return self.key
