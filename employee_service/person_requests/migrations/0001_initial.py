"""Requests about personal data, and what each service has done about them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import common.security.encryption.fields
from common.security.append_only import Removal
from common.security.row_security import TenantPolicy

_PART_AND_REQUEST = """
ALTER TABLE person_request_parts ADD CONSTRAINT a_part_and_its_request_are_of_one_company
    FOREIGN KEY (company_id, request_id) REFERENCES person_requests (company_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("employees", "0013_shared_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("company_id", models.UUIDField(editable=False, verbose_name="company")),
                ("user_id", models.UUIDField(editable=False, verbose_name="account")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("export", "export of all data"),
                            ("erasure", "erasure"),
                            ("retention", "erasure after the time of keeping"),
                        ],
                        max_length=10,
                        verbose_name="what is asked for",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                (
                    "language",
                    models.CharField(default="en", editable=False, max_length=2, verbose_name="language"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "under way"),
                            ("ready", "ready"),
                            ("downloaded", "downloaded"),
                            ("expired", "not downloaded in time"),
                            ("done", "done"),
                        ],
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "keep_until",
                    models.DateField(editable=False, null=True, verbose_name="the law has it kept until"),
                ),
                ("requested_by", models.UUIDField(editable=False, null=True, verbose_name="asked for by")),
                (
                    "requested_by_name",
                    models.CharField(blank=True, editable=False, max_length=301, verbose_name="asked for by"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="asked for",
                    ),
                ),
                ("finished_at", models.DateTimeField(editable=False, null=True, verbose_name="finished")),
                (
                    "expires_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="to be downloaded until"),
                ),
                ("downloaded_at", models.DateTimeField(editable=False, null=True, verbose_name="downloaded")),
                (
                    "employee",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="employees.employee",
                        verbose_name="employee",
                    ),
                ),
            ],
            options={
                "verbose_name": "request about personal data",
                "verbose_name_plural": "requests about personal data",
                "db_table": "person_requests",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RequestPart",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("company_id", models.UUIDField(editable=False, verbose_name="company")),
                ("service", models.CharField(max_length=20, verbose_name="service")),
                ("rank", models.PositiveSmallIntegerField(default=1, verbose_name="order")),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        null=True,
                        verbose_name="next attempt",
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("error", models.TextField(blank=True, verbose_name="last error")),
                (
                    "content",
                    common.security.encryption.fields.EncryptedTextField(
                        blank=True, default="", verbose_name="content"
                    ),
                ),
                ("lines", models.JSONField(default=list, verbose_name="what was done")),
                ("account", models.BooleanField(default=False, verbose_name="the account goes, too")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="answered")),
                (
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="parts",
                        to="person_requests.personrequest",
                        verbose_name="request",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of a service",
                "verbose_name_plural": "parts of the services",
                "db_table": "person_request_parts",
            },
        ),
        migrations.AddIndex(
            model_name="personrequest",
            index=models.Index(
                fields=["company_id", "-created_at", "-id"], name="person_requests_of_company"
            ),
        ),
        migrations.AddIndex(
            model_name="personrequest",
            index=models.Index(fields=["-created_at", "-id"], name="person_requests_of_all"),
        ),
        migrations.AddIndex(
            model_name="personrequest",
            index=models.Index(fields=["employee", "kind"], name="person_requests_of_employee"),
        ),
        migrations.AddIndex(
            model_name="personrequest",
            index=models.Index(fields=["requested_by", "-created_at"], name="person_requests_by_reader"),
        ),
        migrations.AddIndex(
            model_name="personrequest",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)),
                fields=["expires_at"],
                name="person_packages_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrequest",
            constraint=models.UniqueConstraint(
                fields=("company_id", "id"), name="person_requests_company_and_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="personrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")),
                fields=("employee", "kind"),
                name="the_same_is_done_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="personrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state", "running")),
                    models.Q(models.Q(("state", "running"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="a_running_request_is_not_finished",
            ),
        ),
        migrations.AddIndex(
            model_name="requestpart",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="person_parts_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestpart",
            constraint=models.UniqueConstraint(
                fields=("request", "service"), name="a_service_is_asked_once_a_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="requestpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", True), ("finished_at__isnull", False)),
                    models.Q(("due_at__isnull", False), ("finished_at__isnull", True)),
                    _connector="OR",
                ),
                name="a_part_is_due_until_it_is_answered",
            ),
        ),
        migrations.RunSQL(
            _PART_AND_REQUEST,
            "ALTER TABLE person_request_parts DROP CONSTRAINT a_part_and_its_request_are_of_one_company",
        ),
        TenantPolicy("person_requests"),
        TenantPolicy("person_request_parts"),
        Removal(
            "forget_employment_events",
            "employment_events",
            argument="people uuid[]",
            # The record of an employment goes with the person, and only after the employment.
            condition="employee_id = ANY(people) AND EXISTS"
            " (SELECT FROM employees e WHERE e.id = employment_events.employee_id AND e.lifecycle = 'ended')",
        ),
    ]
