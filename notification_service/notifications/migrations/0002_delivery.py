import django.db.models.functions.datetime
from django.db import migrations, models

from common.security.row_security import COMPANY, EVERY_COMPANY, PERSON, ConditionPolicy, TenantPolicy


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("reference", "0002_arabic_names"),
    ]

    operations = [
        migrations.RenameField("template", "subject", "subject_ar"),
        migrations.RenameField("template", "content", "content_ar"),
        migrations.CreateModel(
            name="ChannelState",
            fields=[
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "e-mail"),
                            ("sms", "SMS"),
                            ("push", "push"),
                            ("in_app", "in the application"),
                        ],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                        verbose_name="channel",
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("down_since", models.DateTimeField(blank=True, null=True, verbose_name="down since")),
                (
                    "retry_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="next attempt"
                    ),
                ),
                ("error", models.TextField(blank=True, default="", verbose_name="last error")),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated",
                    ),
                ),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
                "db_table": "channel_states",
            },
        ),
        migrations.CreateModel(
            name="HeardEvent",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="event")),
                ("company_id", models.UUIDField(blank=True, null=True, verbose_name="company")),
                ("type", models.CharField(max_length=100, verbose_name="type")),
                ("payload", models.JSONField(default=dict, verbose_name="content")),
                ("actor_id", models.UUIDField(blank=True, null=True, verbose_name="caused by")),
                ("occurred_at", models.DateTimeField(verbose_name="occurred")),
                (
                    "heard_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="heard"
                    ),
                ),
                ("wake_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
                ("waits_for", models.TextField(blank=True, default="", verbose_name="waits for")),
            ],
            options={
                "verbose_name": "event that makes notices",
                "verbose_name_plural": "events that make notices",
                "db_table": "heard_events",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField(verbose_name="person")),
                ("company_id", models.UUIDField(blank=True, null=True, verbose_name="company")),
                ("role", models.CharField(max_length=64, verbose_name="role")),
            ],
            options={
                "verbose_name": "role of a person",
                "verbose_name_plural": "roles of people",
                "db_table": "memberships",
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("user_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="person")),
                (
                    "language",
                    models.CharField(
                        choices=[("ar", "Arabic"), ("en", "English")],
                        default="ar",
                        max_length=2,
                        verbose_name="language",
                    ),
                ),
                ("email_enabled", models.BooleanField(default=True, verbose_name="e-mail")),
                ("sms_enabled", models.BooleanField(default=False, verbose_name="SMS")),
                ("push_enabled", models.BooleanField(default=True, verbose_name="push")),
                ("in_app_enabled", models.BooleanField(default=True, verbose_name="in the application")),
                ("categories", models.JSONField(blank=True, default=dict, verbose_name="by category")),
                ("quiet_hours_start", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                ("quiet_hours_end", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                (
                    "timezone",
                    models.CharField(default="Asia/Kuwait", max_length=64, verbose_name="time zone"),
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
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated",
                    ),
                ),
            ],
            options={
                "verbose_name": "preferences of a person",
                "verbose_name_plural": "preferences",
                "db_table": "preferences",
            },
        ),
        migrations.RemoveConstraint(
            model_name="deliverylog",
            name="delivery_outcomes_are_known",
        ),
        migrations.AddField(
            model_name="deliverylog",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="finished"),
        ),
        migrations.AddField(
            model_name="notification",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
        ),
        migrations.AddField(
            model_name="notification",
            name="category",
            field=models.CharField(default="general", max_length=50, verbose_name="category"),
        ),
        migrations.AddField(
            model_name="notification",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="next attempt"),
        ),
        migrations.AddField(
            model_name="notification",
            name="error",
            field=models.TextField(blank=True, default="", verbose_name="last error"),
        ),
        migrations.AddField(
            model_name="notification",
            name="give_up_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="given up after"),
        ),
        migrations.AddField(
            model_name="notification",
            name="language",
            field=models.CharField(
                choices=[("ar", "Arabic"), ("en", "English")],
                default="ar",
                max_length=2,
                verbose_name="language",
            ),
        ),
        migrations.AddField(
            model_name="notification",
            name="lease",
            field=models.UUIDField(blank=True, null=True, verbose_name="in the hands of"),
        ),
        migrations.AddField(
            model_name="notification",
            name="round",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="sent again by hand"),
        ),
        migrations.AddField(
            model_name="notification",
            name="sender_id",
            field=models.UUIDField(blank=True, null=True, verbose_name="sent by"),
        ),
        migrations.AddField(
            model_name="notification",
            name="source_event_id",
            field=models.UUIDField(blank=True, null=True, verbose_name="made from the event"),
        ),
        migrations.AddField(
            model_name="notification",
            name="urgency",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(priority="urgent", then=models.Value(0)),
                    models.When(priority="high", then=models.Value(1)),
                    models.When(priority="normal", then=models.Value(2)),
                    models.When(priority="low", then=models.Value(3)),
                    output_field=models.SmallIntegerField(),
                ),
                output_field=models.SmallIntegerField(),
                verbose_name="order of sending",
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="category",
            field=models.CharField(default="general", max_length=50, verbose_name="category"),
        ),
        migrations.AddField(
            model_name="template",
            name="content_en",
            field=models.TextField(default="", verbose_name="content in English"),
        ),
        migrations.AddField(
            model_name="template",
            name="is_default",
            field=models.BooleanField(default=False, verbose_name="the system's"),
        ),
        migrations.AddField(
            model_name="template",
            name="is_edited",
            field=models.BooleanField(default=False, verbose_name="worded by the company"),
        ),
        migrations.AddField(
            model_name="template",
            name="subject_en",
            field=models.CharField(blank=True, default="", max_length=255, verbose_name="subject in English"),
        ),
        migrations.AlterField(
            model_name="deliverylog",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("started", "started"),
                    ("delivered", "delivered"),
                    ("postponed", "tried again later"),
                    ("unknown", "unknown: no answer came"),
                    ("failed", "failed"),
                ],
                default="started",
                max_length=10,
                verbose_name="outcome",
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="content_ar",
            field=models.TextField(verbose_name="content in Arabic"),
        ),
        migrations.AlterField(
            model_name="template",
            name="subject_ar",
            field=models.CharField(blank=True, max_length=255, verbose_name="subject in Arabic"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["type", "urgency", "due_at"],
                name="notices_due",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["give_up_at"],
                name="notices_to_give_up",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["created_at"], name="notices_by_age"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["company_id", "-created_at", "-id"], name="notices_of_a_company_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("status", "failed")),
                fields=["company_id", "-created_at", "-id"],
                name="failed_notices_of_a_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverylog",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["started", "delivered", "postponed", "unknown", "failed"])
                ),
                name="delivery_outcomes_are_known",
            ),
        ),
        # The owner, too, is under row-level security.
        migrations.RunSQL(
            "SELECT set_config('app.all_companies', 'on', true);"
            " UPDATE notifications SET due_at = now(), give_up_at = now() + interval '2 days'"
            " WHERE status = 'pending';"
            " SELECT set_config('app.all_companies', '', true);"
            " SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("status", "pending")),
                    models.Q(models.Q(("status", "pending"), _negated=True), ("due_at__isnull", True)),
                    _connector="OR",
                ),
                name="a_notice_is_due_while_it_is_pending",
                violation_error_message="A notice is due if, and only if, it is pending.",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_event_id__isnull", False)),
                fields=("source_event_id", "user_id", "type"),
                name="an_event_is_noticed_once_a_person_and_channel",
            ),
        ),
        migrations.AddIndex(
            model_name="heardevent",
            index=models.Index(
                condition=models.Q(("wake_at__isnull", False)),
                fields=["wake_at"],
                name="events_to_be_noticed",
            ),
        ),
        migrations.AddIndex(
            model_name="heardevent",
            index=models.Index(fields=["heard_at"], name="heard_events_by_age"),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["company_id", "role"], name="people_by_role"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user_id", "company_id"),
                name="a_person_has_one_role_in_a_company",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_hours_end__isnull", True), ("quiet_hours_start__isnull", True)),
                    models.Q(
                        ("quiet_hours_end__isnull", False),
                        ("quiet_hours_start__isnull", False),
                        models.Q(("quiet_hours_start", models.F("quiet_hours_end")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quiet_hours_have_a_start_and_another_end",
                violation_error_message="Quiet hours need a start and an end that differ.",
            ),
        ),
        TenantPolicy("memberships"),
        TenantPolicy("heard_events"),
        # A person's own; who manages one of their companies may look, but not write.
        ConditionPolicy(
            "preferences",
            f"{EVERY_COMPANY} OR user_id = {PERSON} OR EXISTS (SELECT 1 FROM users_ref u"
            f" WHERE u.user_id = preferences.user_id AND {COMPANY} = ANY (u.company_ids))",
            f"{EVERY_COMPANY} OR user_id = {PERSON}",
        ),
    ]
