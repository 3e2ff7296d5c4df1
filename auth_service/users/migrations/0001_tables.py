import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from common.security.row_security import COMPANY, EVERY_COMPANY, PERSON, ConditionPolicy, TenantPolicy


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Role",
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
                ("company_id", models.UUIDField(blank=True, null=True, verbose_name="company")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="description"),
                ),
                ("level", models.PositiveSmallIntegerField(verbose_name="level")),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "db_table": "roles",
                "ordering": ["-level", "name", "id"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
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
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                ("first_name", models.CharField(max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(max_length=150, verbose_name="last name")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
                (
                    "email_verified",
                    models.BooleanField(db_default=False, default=False, verbose_name="e-mail confirmed"),
                ),
                (
                    "version",
                    models.PositiveIntegerField(
                        db_default=1, default=1, editable=False, verbose_name="version"
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "db_table": "users",
                "ordering": ["email"],
                "indexes": [
                    models.Index(fields=["created_at", "id"], name="users_by_age"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("email", name="text_pattern_ops"),
                        name="users_by_start_of_email",
                    ),
                    models.Index(
                        condition=models.Q(("password__startswith", "bcrypt$")),
                        fields=["id"],
                        name="users_with_old_password",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("email",),
                        name="users_email_is_used_once",
                        violation_error_message="An account with this e-mail address exists already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email__regex", "[A-Z[:space:]]"), _negated=True),
                            models.Q(("email", ""), _negated=True),
                        ),
                        name="users_email_is_stored_normalised",
                        violation_error_message="An e-mail address is stored in lower case and without spaces.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountMail",
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
                ("email", models.CharField(max_length=254, verbose_name="e-mail")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("password_reset", "Set a new password"),
                            ("email_verification", "Confirm the e-mail address"),
                        ],
                        max_length=30,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "wake_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="next attempt"
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts"),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("token_hash", models.CharField(max_length=64, null=True, unique=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
            ],
            options={
                "verbose_name": "account mail",
                "verbose_name_plural": "account mails",
                "db_table": "account_mails",
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=["wake_at"],
                        name="account_mails_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=("email", "purpose"),
                        name="account_mails_one_waits_for_each_purpose",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Permission",
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
                ("code", models.CharField(max_length=60, verbose_name="code")),
            ],
            options={
                "verbose_name": "permission",
                "verbose_name_plural": "permissions",
                "db_table": "permissions",
                "ordering": ["code"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="permissions_code_is_used_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z_]+:[a-z_]+$")),
                        name="permissions_code_is_area_and_verb",
                        violation_error_message="A permission is written as area:verb.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RolePermission",
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
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="users.permission",
                        verbose_name="permission",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="users.role",
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "permission of a role",
                "verbose_name_plural": "permissions of roles",
                "db_table": "role_permissions",
            },
        ),
        migrations.AddField(
            model_name="role",
            name="permissions",
            field=models.ManyToManyField(
                related_name="roles",
                through="users.RolePermission",
                to="users.permission",
                verbose_name="permissions",
            ),
        ),
        migrations.CreateModel(
            name="Session",
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
                ("company_id", models.UUIDField(blank=True, null=True, verbose_name="company")),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("refreshed_at", models.DateTimeField(blank=True, null=True, verbose_name="last renewed")),
                (
                    "ip_address",
                    models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address"),
                ),
                (
                    "user_agent",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="browser"),
                ),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "revoked_reason",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="reason"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "db_table": "sessions",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("issued_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("used_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_tokens",
                        to="users.session",
                    ),
                ),
            ],
            options={
                "verbose_name": "refresh token",
                "verbose_name_plural": "refresh tokens",
                "db_table": "refresh_tokens",
            },
        ),
        migrations.CreateModel(
            name="SignInAttempts",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("attempts", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "verbose_name": "sign-in attempts",
                "verbose_name_plural": "sign-in attempts",
                "db_table": "sign_in_attempts",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "kid",
                    models.CharField(max_length=43, primary_key=True, serialize=False, verbose_name="key id"),
                ),
                (
                    "algorithm",
                    models.CharField(
                        choices=[
                            ("EdDSA", "EdDSA (Ed25519)"),
                            ("ES256", "ES256 (P-256)"),
                            ("RS256", "RS256 (2048 bit)"),
                        ],
                        max_length=10,
                        verbose_name="algorithm",
                    ),
                ),
                ("private_pem", models.TextField()),
                ("public_jwk", models.JSONField(verbose_name="public key")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
                (
                    "signs_from",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="signs from"
                    ),
                ),
                ("retired_at", models.DateTimeField(null=True, verbose_name="retired")),
                ("published_until", models.DateTimeField(null=True, verbose_name="published until")),
            ],
            options={
                "verbose_name": "signing key",
                "verbose_name_plural": "signing keys",
                "db_table": "signing_keys",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("published_until__isnull", True), ("retired_at__isnull", True)),
                            models.Q(("published_until__isnull", False), ("retired_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="signing_keys_retire_with_a_date",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("retired_at",),
                        name="signing_keys_one_is_newest",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                ("company_id", models.UUIDField(blank=True, null=True, verbose_name="company")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="users.role",
                        verbose_name="role",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "db_table": "user_roles",
                "ordering": ["created_at", "id"],
                "indexes": [models.Index(fields=["company_id", "user"], name="user_roles_by_company")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "company_id"),
                        name="user_roles_one_role_in_a_company",
                        nulls_distinct=False,
                        violation_error_message="This person has a role in this company already.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="rolepermission",
            constraint=models.UniqueConstraint(
                fields=("role", "permission"), name="role_permissions_are_granted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                fields=("company_id", "name"),
                name="roles_name_is_used_once_in_a_company",
                nulls_distinct=False,
                violation_error_message="This company has a role of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(fields=("company_id", "id"), name="roles_by_company_and_id"),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("company_id__isnull", True), ("level", 5)),
                    models.Q(("company_id__isnull", False), ("level__range", (1, 4))),
                    _connector="OR",
                ),
                name="roles_above_all_companies_are_level_5",
                violation_error_message="A company's role has a level from 1 to 4.",
            ),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["user", "-created_at"], name="sessions_by_user"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["expires_at"], name="sessions_by_expiry"),
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["company_id", "-created_at"], name="sessions_by_company"),
        ),
        # A membership's role belongs to the membership's company; a plain foreign key would accept any.
        migrations.RunSQL(
            "ALTER TABLE user_roles ADD CONSTRAINT user_roles_role_of_the_same_company"
            " FOREIGN KEY (company_id, role_id) REFERENCES roles (company_id, id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE user_roles DROP CONSTRAINT user_roles_role_of_the_same_company",
        ),
        TenantPolicy("roles", nullable=True),
        ConditionPolicy(
            "role_permissions",
            f"{EVERY_COMPANY} OR EXISTS (SELECT 1 FROM roles r WHERE r.id = role_permissions.role_id)",
        ),
        TenantPolicy("user_roles"),
        migrations.RunSQL(
            "CREATE POLICY own_rows ON roles FOR SELECT USING (EXISTS"
            f" (SELECT 1 FROM user_roles m WHERE m.role_id = roles.id AND m.user_id = {PERSON}))",
            "DROP POLICY own_rows ON roles",
        ),
        # People see where they belong and as what; only a company (or everyone's administrator) writes it.
        migrations.RunSQL(
            f"CREATE POLICY own_rows ON user_roles FOR SELECT USING (user_id = {PERSON})",
            "DROP POLICY own_rows ON user_roles",
        ),
        ConditionPolicy(
            "users",
            f"{EVERY_COMPANY} OR id = {PERSON} OR EXISTS"
            f" (SELECT 1 FROM user_roles m WHERE m.user_id = users.id AND m.company_id = {COMPANY})",
        ),
        ConditionPolicy("sessions", f"{EVERY_COMPANY} OR company_id = {COMPANY} OR user_id = {PERSON}"),
        ConditionPolicy(
            "refresh_tokens",
            f"{EVERY_COMPANY} OR EXISTS (SELECT 1 FROM sessions s WHERE s.id = refresh_tokens.session_id)",
        ),
        ConditionPolicy("account_mails", EVERY_COMPANY),
    ]
