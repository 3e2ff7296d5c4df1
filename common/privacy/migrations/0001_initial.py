"""Who read whose record, how long things are kept, and what was erased."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.functions.datetime
from django.db import migrations, models

from common.privacy.operations import Masking
from common.security.append_only import AppendOnly, Removal
from common.security.row_security import TenantPolicy

# What events say of people in words: everything else are ids, days and numbers.
_WITHOUT_PERSONAL_VALUES = """
CREATE FUNCTION without_personal_values(payload jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $erase$
    SELECT CASE WHEN jsonb_typeof(payload) = 'object' THEN payload || coalesce((
        SELECT jsonb_object_agg(key, CASE jsonb_typeof(value)
            WHEN 'string' THEN to_jsonb(''::text) WHEN 'object' THEN '{}'::jsonb WHEN 'array' THEN '[]'::jsonb
            ELSE 'null'::jsonb END)
        FROM jsonb_each(payload)
        WHERE key IN ('email', 'first_name', 'last_name', 'full_name_ar', 'full_name_en', 'phone', 'ip_address',
            'user_agent', 'title', 'reason', 'nationality', 'row')), '{}'::jsonb)
    ELSE payload END
$erase$;
"""
_ABOUT_THEM = (
    "(aggregate_id = ANY(people) OR payload->>'employee_id' = ANY(people::text[])"
    " OR payload ? 'session_id' AND payload->>'user_id' = ANY(people::text[]))"
    " AND payload <> without_personal_values(payload)"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptFor",
            fields=[
                (
                    "rule",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="rule"),
                ),
                (
                    "days",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="days"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        help_text="The law or the decision that says so.",
                        max_length=500,
                        verbose_name="reason",
                    ),
                ),
                (
                    "changed_by",
                    models.CharField(blank=True, editable=False, max_length=301, verbose_name="changed by"),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
            ],
            options={
                "verbose_name": "retention period",
                "verbose_name_plural": "retention periods",
                "db_table": "retention_periods",
            },
        ),
        migrations.CreateModel(
            name="Access",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("company_id", models.UUIDField(null=True, verbose_name="company")),
                (
                    "subject_kind",
                    models.CharField(
                        choices=[("employee", "employee"), ("account", "account"), ("company", "company")],
                        max_length=10,
                        verbose_name="whose",
                    ),
                ),
                ("subject_id", models.UUIDField(null=True, verbose_name="person")),
                ("actor_id", models.UUIDField(verbose_name="read by")),
                ("actor_name", models.CharField(blank=True, max_length=301, verbose_name="reader's name")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("viewed", "viewed"),
                            ("downloaded", "downloaded"),
                            ("exported", "exported"),
                        ],
                        max_length=10,
                        verbose_name="what was done",
                    ),
                ),
                (
                    "door",
                    models.CharField(
                        choices=[("api", "API"), ("admin", "administration")],
                        max_length=5,
                        verbose_name="by way of",
                    ),
                ),
                ("place", models.CharField(max_length=300, verbose_name="address")),
                ("client_address", models.GenericIPAddressField(null=True, verbose_name="from the address")),
                ("request_id", models.CharField(blank=True, max_length=64, verbose_name="request")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="when"
                    ),
                ),
            ],
            options={
                "verbose_name": "access to a person's record",
                "verbose_name_plural": "access log",
                "db_table": "person_accesses",
                "indexes": [
                    models.Index(fields=["company_id", "-at", "-id"], name="accesses_newest"),
                    models.Index(fields=["-at", "-id"], name="accesses_newest_of_all"),
                    models.Index(
                        fields=["company_id", "subject_id", "-at", "-id"], name="accesses_of_a_person"
                    ),
                    models.Index(
                        fields=["company_id", "actor_id", "-at", "-id"], name="accesses_by_a_reader"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, primary_key=True, serialize=False, verbose_name="request"
                    ),
                ),
                ("company_id", models.UUIDField(null=True, verbose_name="company")),
                (
                    "kind",
                    models.CharField(
                        choices=[("employee", "employee"), ("account", "account"), ("company", "company")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("subject_id", models.UUIDField(verbose_name="erased")),
                ("user_id", models.UUIDField(null=True, verbose_name="account")),
                ("keep_until", models.DateField(null=True, verbose_name="the law has it kept until")),
                (
                    "ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        default=list,
                        size=None,
                        verbose_name="ids without traces",
                    ),
                ),
                ("answer", models.JSONField(default=dict, verbose_name="what was done")),
                (
                    "done_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="done"
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "db_table": "erasures",
                "indexes": [models.Index(fields=["subject_id", "keep_until"], name="erasures_by_subject")],
            },
        ),
        migrations.CreateModel(
            name="RetentionRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rule", models.CharField(max_length=40, verbose_name="rule")),
                ("days", models.PositiveIntegerField(verbose_name="days")),
                ("before", models.DateTimeField(verbose_name="older than")),
                ("rows", models.PositiveBigIntegerField(default=0, verbose_name="rows")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "started_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="started"
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "run of the retention",
                "verbose_name_plural": "runs of the retention",
                "db_table": "retention_runs",
                "indexes": [models.Index(fields=["-started_at", "-id"], name="retention_runs_newest")],
            },
        ),
        TenantPolicy("person_accesses"),
        TenantPolicy("erasures"),
        AppendOnly("person_accesses"),
        Removal(
            "forget_accesses",
            "person_accesses",
            argument="before timestamptz",
            # However short a time staff decide on, a month's accesses stay.
            condition="id IN (SELECT id FROM person_accesses WHERE at < before"
            " AND at < now() - interval '30 days' LIMIT 10000)",
        ),
        migrations.RunSQL(_WITHOUT_PERSONAL_VALUES, "DROP FUNCTION without_personal_values(jsonb)"),
        Masking(
            "mask_personal_events",
            "event_log",
            argument="people uuid[]",
            assignments={"payload": "without_personal_values(payload)"},
            condition=_ABOUT_THEM,
        ),
        Masking(
            "mask_admin_log",
            "django_admin_log",
            argument="people text[]",
            assignments={"object_repr": "'—'", "change_message": "''"},
            condition="object_id = ANY(people) AND object_repr <> '—'",
        ),
    ]
