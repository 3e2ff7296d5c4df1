"""The copies of other services' rows, each under row-level security."""

import django.contrib.postgres.fields
from django.db import migrations, models

from common.security.row_security import COMPANY, EVERY_COMPANY, ConditionPolicy, TenantPolicy


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CompanyRef",
            fields=[
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="copied")),
                ("company_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="id")),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                (
                    "name_ar",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="name in Arabic"),
                ),
                ("name_folded", models.TextField(default="", editable=False)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
            ],
            options={
                "verbose_name": "company (copy)",
                "verbose_name_plural": "companies (copies)",
                "db_table": "companies_ref",
                "ordering": ["name", "company_id"],
                "indexes": [
                    models.Index(
                        fields=["name_folded"],
                        opclasses=["text_pattern_ops"],
                        name="companies_ref_by_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DepartmentRef",
            fields=[
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="copied")),
                ("department_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="id")),
                ("company_id", models.UUIDField(verbose_name="company's id")),
                ("parent_department_id", models.UUIDField(blank=True, null=True, verbose_name="inside")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "name_ar",
                    models.CharField(blank=True, default="", max_length=100, verbose_name="name in Arabic"),
                ),
                ("name_folded", models.TextField(default="", editable=False)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "department (copy)",
                "verbose_name_plural": "departments (copies)",
                "db_table": "departments_ref",
                "ordering": ["name", "department_id"],
                "indexes": [
                    models.Index(
                        fields=["company_id", "name_folded"],
                        opclasses=["uuid_ops", "text_pattern_ops"],
                        name="departments_ref_by_name",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployeeRef",
            fields=[
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="copied")),
                ("employee_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="id")),
                ("company_id", models.UUIDField(verbose_name="company's id")),
                ("user_id", models.UUIDField(verbose_name="user's id")),
                ("number", models.CharField(blank=True, default="", max_length=50, verbose_name="number")),
                (
                    "first_name",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="last name"),
                ),
                (
                    "full_name_ar",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="name in Arabic"),
                ),
                (
                    "full_name_en",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="name in English"),
                ),
                ("name_folded", models.TextField(default="", editable=False)),
                ("department_id", models.UUIDField(blank=True, null=True, verbose_name="department's id")),
                ("status", models.CharField(default="active", max_length=20, verbose_name="status")),
            ],
            options={
                "verbose_name": "employee (copy)",
                "verbose_name_plural": "employees (copies)",
                "db_table": "employees_ref",
                "ordering": ["name_folded", "employee_id"],
                "indexes": [
                    models.Index(
                        fields=["company_id", "name_folded"],
                        opclasses=["uuid_ops", "text_pattern_ops"],
                        name="employees_ref_by_name",
                    ),
                    models.Index(fields=["company_id", "number"], name="employees_ref_by_number"),
                    models.Index(fields=["user_id"], name="employees_ref_by_user"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UserRef",
            fields=[
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="copied")),
                ("user_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="id")),
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                (
                    "first_name",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="last name"),
                ),
                ("name_folded", models.TextField(default="", editable=False)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "company_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None, verbose_name="companies"
                    ),
                ),
            ],
            options={
                "verbose_name": "user (copy)",
                "verbose_name_plural": "users (copies)",
                "db_table": "users_ref",
                "ordering": ["email", "user_id"],
                "indexes": [
                    models.Index(
                        fields=["name_folded"],
                        opclasses=["text_pattern_ops"],
                        name="users_ref_by_name",
                    ),
                    models.Index(fields=["email"], name="users_ref_by_email"),
                ],
            },
        ),
        TenantPolicy("companies_ref"),
        TenantPolicy("departments_ref"),
        TenantPolicy("employees_ref"),
        ConditionPolicy("users_ref", f"{EVERY_COMPANY} OR {COMPANY} = ANY (company_ids)"),
    ]
