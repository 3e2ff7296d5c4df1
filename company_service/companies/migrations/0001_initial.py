"""The tables of the company service, each under row-level security."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

from common.security.company_keys import CompanyForeignKey
from common.security.row_security import TenantPolicy

# The ledger only grows; the fold may set its own marker, once.
LEDGER_ONLY_GROWS = """
CREATE FUNCTION headcount_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'headcount_ledger only grows: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER no_change BEFORE UPDATE ON headcount_ledger FOR EACH ROW
    WHEN (NOT (NEW.folded AND NOT OLD.folded AND (NEW.id, NEW.company_id, NEW.employee_id, NEW.source_key, NEW.delta,
                NEW.reason, NEW.created_at) = (OLD.id, OLD.company_id, OLD.employee_id, OLD.source_key, OLD.delta,
                OLD.reason, OLD.created_at)
        AND (NEW.department_id, NEW.saga_id) IS NOT DISTINCT FROM (OLD.department_id, OLD.saga_id)))
    EXECUTE FUNCTION headcount_ledger_only_grows();
CREATE TRIGGER no_delete BEFORE DELETE ON headcount_ledger FOR EACH ROW
    EXECUTE FUNCTION headcount_ledger_only_grows();
"""
# The names from the top down to a department, each with its id: sorted by it, departments stand as a tree.
DEPARTMENT_PATH = """
CREATE FUNCTION department_path(department uuid) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH RECURSIVE up(parent_id, path, level) AS (
        SELECT parent_id, ARRAY[name_folded, id::text], 1 FROM departments WHERE id = department
        UNION ALL
        SELECT d.parent_id, ARRAY[d.name_folded, d.id::text] || up.path, up.level + 1
        FROM departments d JOIN up ON d.id = up.parent_id WHERE up.level < 100
    )
    SELECT path FROM up ORDER BY level DESC LIMIT 1
$$;
"""
LEDGER_MAY_CHANGE = """
DROP TRIGGER no_delete ON headcount_ledger;
DROP TRIGGER no_change ON headcount_ledger;
DROP FUNCTION headcount_ledger_only_grows();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Company",
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
                ("name", models.CharField(max_length=255, verbose_name="name")),
                (
                    "name_ar",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="name in Arabic"),
                ),
                ("name_folded", models.TextField(editable=False)),
                ("name_ar_folded", models.TextField(blank=True, default="", editable=False)),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=1000, verbose_name="description"),
                ),
                (
                    "industry",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="industry"),
                ),
                (
                    "size",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("startup", "Startup"),
                            ("small", "Small"),
                            ("medium", "Medium"),
                            ("large", "Large"),
                            ("enterprise", "Enterprise"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="size",
                    ),
                ),
                ("website", models.URLField(blank=True, default="", max_length=500, verbose_name="website")),
                ("phone", models.CharField(blank=True, default="", max_length=50, verbose_name="phone")),
                ("email", models.EmailField(blank=True, default="", max_length=254, verbose_name="e-mail")),
                ("logo_url", models.URLField(blank=True, default="", max_length=500, verbose_name="logo")),
                ("street", models.CharField(blank=True, default="", max_length=255, verbose_name="street")),
                ("city", models.CharField(blank=True, default="", max_length=100, verbose_name="city")),
                (
                    "state",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="governorate"),
                ),
                (
                    "zip_code",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="postal code"),
                ),
                ("country", models.CharField(blank=True, default="", max_length=100, verbose_name="country")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="An inactive company takes no more people.",
                        verbose_name="active",
                    ),
                ),
                (
                    "seat_limit",
                    models.IntegerField(
                        blank=True,
                        help_text="How many people it may employ; empty for no limit.",
                        null=True,
                        verbose_name="seat limit",
                    ),
                ),
                (
                    "subscription_plan",
                    models.CharField(
                        choices=[
                            ("free", "Free"),
                            ("basic", "Basic"),
                            ("professional", "Professional"),
                            ("enterprise", "Enterprise"),
                        ],
                        default="free",
                        max_length=20,
                        verbose_name="plan",
                    ),
                ),
                (
                    "subscription_expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="plan ends"),
                ),
                (
                    "commercial_file_number",
                    models.CharField(
                        blank=True, default="", max_length=100, verbose_name="commercial file number"
                    ),
                ),
                (
                    "commercial_file_name",
                    models.CharField(
                        blank=True, default="", max_length=255, verbose_name="commercial file name"
                    ),
                ),
                (
                    "commercial_file_active",
                    models.BooleanField(default=True, verbose_name="commercial file is open"),
                ),
                (
                    "commercial_registration_number",
                    models.CharField(
                        blank=True, default="", max_length=100, verbose_name="commercial registration number"
                    ),
                ),
                ("establishment_date", models.DateField(blank=True, null=True, verbose_name="established")),
                (
                    "classification",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="classification"),
                ),
                (
                    "department",
                    models.CharField(
                        blank=True, default="", max_length=255, verbose_name="responsible department"
                    ),
                ),
                (
                    "file_type",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="file type"),
                ),
                (
                    "legal_entity",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="legal entity"),
                ),
                (
                    "ownership_category",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="ownership"),
                ),
                (
                    "business_activity",
                    models.CharField(
                        blank=True, default="", max_length=255, verbose_name="business activity"
                    ),
                ),
                (
                    "location",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="location"),
                ),
                (
                    "tax_number",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="tax number"),
                ),
                (
                    "chambers",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="chambers"),
                ),
                (
                    "partnerships",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="partnerships",
                    ),
                ),
                (
                    "import_export_license",
                    models.CharField(
                        blank=True, default="", max_length=100, verbose_name="import and export licence"
                    ),
                ),
                (
                    "special_permits",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="special permits",
                    ),
                ),
                ("old_id", models.TextField(editable=False, null=True, unique=True, verbose_name="old id")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "companies",
                "db_table": "companies",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="companies_newest_first"),
                    models.Index(
                        condition=models.Q(("industry", ""), _negated=True),
                        fields=["industry", "-created_at", "-id"],
                        name="companies_by_industry",
                    ),
                    models.Index(
                        fields=["name_folded"],
                        opclasses=["text_pattern_ops"],
                        name="companies_by_name",
                    ),
                    models.Index(
                        fields=["name_ar_folded"],
                        opclasses=["text_pattern_ops"],
                        condition=models.Q(("name_ar_folded", ""), _negated=True),
                        name="companies_by_arabic_name",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="a_company_has_a_name",
                        violation_error_message="A company has a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__in", ["", "startup", "small", "medium", "large", "enterprise"])
                        ),
                        name="a_company_is_of_a_known_size",
                        violation_error_message="This is not a size of companies.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("subscription_plan__in", ["free", "basic", "professional", "enterprise"])
                        ),
                        name="a_company_is_on_a_known_plan",
                        violation_error_message="This is not a plan.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("seat_limit__isnull", True), ("seat_limit__gte", 0), _connector="OR"
                        ),
                        name="a_seat_limit_is_not_negative",
                        violation_error_message="A seat limit is zero or more.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Upper("name"),
                        condition=models.Q(("old_id__isnull", True)),
                        name="new_companies_have_different_names",
                        violation_error_message="A company of this name exists.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeadcountTotal",
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
                ("total", models.IntegerField(default=0, verbose_name="headcount")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="headcount_total",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "headcount",
                "verbose_name_plural": "headcounts",
                "db_table": "headcount_totals",
            },
        ),
        migrations.CreateModel(
            name="CompanySetting",
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
                ("key", models.CharField(max_length=100, verbose_name="key")),
                ("value", models.TextField(verbose_name="value")),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="description"),
                ),
                (
                    "is_public",
                    models.BooleanField(
                        default=False,
                        help_text="Everyone in the company may read a public setting.",
                        verbose_name="public",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settings",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "setting",
                "verbose_name_plural": "settings",
                "db_table": "company_settings",
                "ordering": ["key"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "key"),
                        name="a_setting_has_one_value",
                        violation_error_message="The company has this setting already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        name="a_setting_has_a_key",
                        violation_error_message="A setting has a key.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Department",
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
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "name_ar",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="name in Arabic"),
                ),
                ("name_folded", models.TextField(editable=False)),
                ("name_ar_folded", models.TextField(blank=True, default="", editable=False)),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=500, verbose_name="description"),
                ),
                ("manager_id", models.UUIDField(blank=True, null=True, verbose_name="manager's id")),
                (
                    "budget",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=15, null=True, verbose_name="budget (KWD)"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="departments",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="companies.department",
                        verbose_name="inside",
                    ),
                ),
            ],
            options={
                "verbose_name": "department",
                "verbose_name_plural": "departments",
                "db_table": "departments",
                "indexes": [
                    models.Index(fields=["company", "name_folded", "id"], name="departments_of_a_company_az")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="a_department_is_of_one_company"),
                    models.UniqueConstraint(
                        fields=("company", "parent", "name_folded"),
                        name="sister_departments_have_different_names",
                        nulls_distinct=False,
                        violation_error_message="There is a department of this name in the same place.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="a_department_has_a_name",
                        violation_error_message="A department has a name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("parent__isnull", True),
                            models.Q(("parent", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_department_is_not_inside_itself",
                        violation_error_message="A department cannot be placed inside itself.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("budget__isnull", True), ("budget__gte", 0), _connector="OR"),
                        name="a_budget_is_not_negative",
                        violation_error_message="A budget is zero or more.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeadcountEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("department_id", models.UUIDField(blank=True, null=True, verbose_name="department's id")),
                ("employee_id", models.UUIDField(verbose_name="employee's id")),
                ("saga_id", models.UUIDField(blank=True, null=True, verbose_name="saga")),
                ("source_key", models.TextField(verbose_name="source")),
                ("delta", models.SmallIntegerField(verbose_name="change")),
                ("reason", models.CharField(max_length=100, verbose_name="reason")),
                ("folded", models.BooleanField(db_default=False, default=False, verbose_name="in the total")),
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
                        related_name="headcount_entries",
                        to="companies.company",
                        verbose_name="company",
                    ),
                ),
            ],
            options={
                "verbose_name": "headcount entry",
                "verbose_name_plural": "headcount ledger",
                "db_table": "headcount_ledger",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("folded", False)),
                        fields=["company"],
                        include=("delta",),
                        name="headcount_not_folded",
                    ),
                    models.Index(
                        condition=models.Q(("department_id__isnull", False)),
                        fields=["company", "department_id"],
                        include=("delta",),
                        name="headcount_of_departments",
                    ),
                    models.Index(fields=["employee_id"], name="headcount_of_an_employee"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "source_key"), name="each_cause_counts_once"),
                    models.CheckConstraint(
                        condition=models.Q(("delta", 0), _negated=True), name="an_entry_changes_the_headcount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source_key", ""), _negated=True), name="an_entry_has_a_source"
                    ),
                ],
            },
        ),
        CompanyForeignKey("departments", "parent_id", "departments"),
        migrations.RunSQL(LEDGER_ONLY_GROWS, LEDGER_MAY_CHANGE),
        migrations.RunSQL(DEPARTMENT_PATH, "DROP FUNCTION department_path(uuid)"),
        TenantPolicy("companies", column="id"),
        TenantPolicy("company_settings"),
        TenantPolicy("departments"),
        TenantPolicy("headcount_ledger"),
        TenantPolicy("headcount_totals"),
    ]
