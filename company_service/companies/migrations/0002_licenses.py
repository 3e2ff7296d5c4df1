"""Licences, the periods that renewals have ended, and the notices of ends; each under row-level security."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from common.security.company_keys import CompanyForeignKey
from common.security.row_security import TenantPolicy

# What was valid when, and what was told: neither is rewritten.
HISTORY_ONLY_GROWS = """
CREATE FUNCTION license_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON license_periods FOR EACH ROW
    EXECUTE FUNCTION license_history_only_grows();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON license_notices FOR EACH ROW
    EXECUTE FUNCTION license_history_only_grows();
"""
HISTORY_MAY_CHANGE = """
DROP TRIGGER only_grows ON license_notices;
DROP TRIGGER only_grows ON license_periods;
DROP FUNCTION license_history_only_grows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="License",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                        verbose_name="id",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="changed",
                    ),
                ),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("number_folded", models.TextField(editable=False)),
                ("name_folded", models.TextField(editable=False)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("main", "Main"),
                            ("branch", "Branch"),
                            ("commercial", "Commercial"),
                            ("industrial", "Industrial"),
                            ("professional", "Professional"),
                            ("import_export", "Import and export"),
                            ("tailoring", "Tailoring"),
                            ("fabric", "Fabric"),
                            ("jewelry", "Jewellery"),
                            ("restaurant", "Restaurant"),
                            ("service", "Service"),
                        ],
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "In force"), ("expired", "Expired"), ("pending", "Pending")],
                        default="active",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "issuing_authority",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="issued by"),
                ),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                (
                    "expires_on",
                    models.DateField(
                        blank=True,
                        help_text="The last valid day; empty without an end.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "location",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="location"),
                ),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=2000, verbose_name="notes"),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="A withdrawn licence is not in use.", verbose_name="in use"
                    ),
                ),
                ("old_id", models.TextField(editable=False, null=True, unique=True, verbose_name="old id")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="licenses",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "licence",
                "verbose_name_plural": "licences",
                "db_table": "licenses",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="LicenseNotice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("expires_on", models.DateField(verbose_name="valid until")),
                (
                    "step",
                    models.SmallIntegerField(
                        help_text="Days before the end; negative after it.", verbose_name="step"
                    ),
                ),
                (
                    "announced",
                    models.BooleanField(
                        help_text="Steps that were missed are told of by the most urgent one only.",
                        verbose_name="told",
                    ),
                ),
                ("noted_on", models.DateField(verbose_name="noted on")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="companies.license",
                        verbose_name="licence",
                    ),
                ),
            ],
            options={
                "verbose_name": "licence notice",
                "verbose_name_plural": "licence notices",
                "db_table": "license_notices",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="LicensePeriod",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                ("issued_on", models.DateField(null=True, verbose_name="issued on")),
                ("expires_on", models.DateField(null=True, verbose_name="valid until")),
                (
                    "renewed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="renewed"
                    ),
                ),
                ("renewed_by", models.UUIDField(null=True, verbose_name="renewed by")),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="companies.license",
                        verbose_name="licence",
                    ),
                ),
            ],
            options={
                "verbose_name": "renewed period",
                "verbose_name_plural": "renewed periods",
                "db_table": "license_periods",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="license",
            index=models.Index(
                condition=models.Q(("is_active", True)),
                fields=["company", "-created_at", "-id"],
                name="licenses_newest_first",
            ),
        ),
        migrations.AddIndex(
            model_name="license",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False), ("is_active", True)),
                fields=["company", "expires_on", "id"],
                name="licenses_of_a_company_by_end",
            ),
        ),
        migrations.AddIndex(
            model_name="license",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False), ("is_active", True)),
                fields=["expires_on", "id"],
                name="licenses_by_end",
            ),
        ),
        migrations.AddIndex(
            model_name="license",
            index=models.Index(
                fields=["company", "number_folded"],
                name="licenses_by_number",
                opclasses=["uuid_ops", "text_pattern_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="license",
            index=models.Index(
                fields=["company", "name_folded"],
                name="licenses_by_name",
                opclasses=["uuid_ops", "text_pattern_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="a_license_is_of_one_company"),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_active", True), ("old_id__isnull", True)),
                fields=("company", "type", "number_folded"),
                name="licenses_of_a_type_have_different_numbers",
                violation_error_message="The company has a licence of this type and number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", ""), _negated=True),
                name="a_license_has_a_number",
                violation_error_message="A licence has a number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True),
                name="a_license_has_a_name",
                violation_error_message="A licence has a name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "main",
                            "branch",
                            "commercial",
                            "industrial",
                            "professional",
                            "import_export",
                            "tailoring",
                            "fabric",
                            "jewelry",
                            "restaurant",
                            "service",
                        ],
                    )
                ),
                name="a_license_is_of_a_known_type",
                violation_error_message="This is not a type of licences.",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "expired", "pending"])),
                name="a_license_has_a_known_status",
                violation_error_message="This is not a status of licences.",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("issued_on__isnull", True),
                    ("expires_on__isnull", True),
                    ("issued_on__lte", models.F("expires_on")),
                    _connector="OR",
                ),
                name="a_license_ends_after_it_begins",
                violation_error_message="A licence ends after it begins.",
            ),
        ),
        migrations.AddIndex(
            model_name="licensenotice",
            index=models.Index(fields=["company", "license", "-id"], name="notices_of_a_license"),
        ),
        migrations.AddConstraint(
            model_name="licensenotice",
            constraint=models.UniqueConstraint(
                fields=("license", "expires_on", "step"), name="each_step_of_an_end_is_noted_once"
            ),
        ),
        migrations.AddIndex(
            model_name="licenseperiod",
            index=models.Index(fields=["company", "license", "-id"], name="periods_of_a_license"),
        ),
        CompanyForeignKey("license_periods", "license_id", "licenses"),
        CompanyForeignKey("license_notices", "license_id", "licenses"),
        migrations.RunSQL(HISTORY_ONLY_GROWS, HISTORY_MAY_CHANGE),
        TenantPolicy("licenses"),
        TenantPolicy("license_periods"),
        TenantPolicy("license_notices"),
    ]
