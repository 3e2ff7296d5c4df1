"""Django settings shared by the six services; a service says only what is its own."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.conf import env
from common.conf.logs import logging_settings
from common.conf.openapi import spectacular_settings
from common.conf.secrets import LEAST_KEY
from common.conf.web import headers_middleware, web_settings

ROOT = Path(__file__).resolve().parents[2]
PORTS = {
    "auth": 3001,
    "company": 3002,
    "employee": 3003,
    "document": 3004,
    "notification": 3005,
    "analytics": 3006,
}


@dataclass(frozen=True)
class Service:
    """One of the six projects: its name, its apps, and which local copies of others' rows it keeps.

    ``legacy`` is the dotted path of what it takes from the old application's file; see common/legacy/plan.py.
    ``privacy`` is the dotted path of what it says about personal data; see common/privacy/plan.py.
    """

    name: str
    apps: tuple[str, ...]
    owns_users: bool = False
    reference: tuple[str, ...] = ()
    legacy: str = ""
    privacy: str = ""

    @property
    def package(self) -> str:
        """The Python package of the project, such as ``auth_service``."""
        return f"{self.name}_service"

    @property
    def port(self) -> int:
        """The port of its web process unless PORT says otherwise."""
        return PORTS[self.name]


def service_settings(service: Service) -> dict[str, Any]:
    """The settings module of ``service`` as a mapping; ends the process when the environment lacks a secret."""
    environment = env.text("SERVICE_ENV", "production")
    debug = environment == "development" and env.text("DEBUG", "") == "1"
    key_file, keyring_file = env.service_key_files(service.name)
    staff_apps = () if service.owns_users else ("common.staff",)
    return {
        "SERVICE": service,
        "SERVICE_ENV": environment,
        "SERVICE_VERSION": "0.1.0",
        "DEBUG": debug,
        "SECRET_KEY": env.secret("SECRET_KEY", least=LEAST_KEY),
        "ALLOWED_HOSTS": env.words("ALLOWED_HOSTS", "127.0.0.1,localhost"),
        "TRUSTED_PROXIES": env.proxies("TRUSTED_PROXIES"),
        "ROOT_URLCONF": f"{service.package}.urls",
        "WSGI_APPLICATION": f"{service.package}.wsgi.application",
        "AUTH_USER_MODEL": "users.User" if service.owns_users else "staff.StaffUser",
        "AUTHENTICATION_BACKENDS": [
            "auth_service.users.backends.StaffBackend"
            if service.owns_users
            else "common.staff.backends.AuthServiceBackend"
        ],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
            "common.staff.admin_app.StaffAdminConfig",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.postgres",
            "whitenoise.runserver_nostatic",
            "django.contrib.staticfiles",
            "rest_framework",
            "django_filters",
            "drf_spectacular",
            "drf_spectacular_sidecar",
            "django_prometheus",
            "csp",
            "corsheaders",
            "common.conf",
            "common.api",
            "common.security",
            "common.observability",
            "common.messaging",
            "common.sagas",
            "common.reference",
            "common.legacy",
            "common.privacy",
            *staff_apps,
            *service.apps,
        ],
        "MIDDLEWARE": [
            "django_prometheus.middleware.PrometheusBeforeMiddleware",
            "common.observability.middleware.RequestContextMiddleware",
            "common.security.client_address.ClientAddressMiddleware",
            *headers_middleware(),
            "common.api.middleware.ErrorEnvelopeMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "common.api.middleware.KnownLengthMiddleware",
            "common.api.middleware.TrailingSlashMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "common.staff.middleware.StaffScopeMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django_prometheus.middleware.PrometheusAfterMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [ROOT / "common" / "templates"],
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "DATABASES": {"default": _database()},
        "CACHES": {"default": _cache(service)},
        # Not in the cache: whoever writes to Redis must neither make a session nor bring an ended one back.
        "SESSION_ENGINE": "django.contrib.sessions.backends.db",
        **web_settings(service.name, environment),
        "APPEND_SLASH": False,
        "LANGUAGE_CODE": "en",
        "LANGUAGES": [("en", "English"), ("ar", "العربية")],
        "LOCALE_PATHS": [ROOT / "common" / "locale"],
        "FORMAT_MODULE_PATH": ["common.conf.formats"],
        "USE_TZ": True,
        "TIME_ZONE": env.text("TIME_ZONE", "Asia/Kuwait"),
        "STATIC_URL": "static/",
        "STATIC_ROOT": ROOT / "var" / "static" / service.name,
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "LOGGING": logging_settings(service.name, env.text("LOG_LEVEL", "INFO")),
        "LOGGING_CONFIG": "common.conf.logs.configure",
        "REST_FRAMEWORK": _rest_framework(),
        "SPECTACULAR_SETTINGS": spectacular_settings(service.name),
        "REDIS_URL": env.redis_url("REDIS_URL"),
        "SERVICE_URLS": {
            name: env.service_url(f"{name.upper()}_URL", f"http://127.0.0.1:{port}")
            for name, port in PORTS.items()
        },
        "SERVICE_CA_FILE": env.service_authorities("SERVICE_CA_FILE"),
        "SERVICE_KEY_FILE": key_file,
        "SERVICE_KEYRING_FILE": keyring_file,
        # Who may read /metrics; without one only this machine itself.
        "METRICS_TOKEN": env.optional_secret("METRICS_TOKEN"),
        "ENCRYPTION_KEYRING": env.keyring(service.name),
        "WAKE_ADDRESS": env.text("WAKE_ADDRESS", f"127.0.0.1:{service.port + 1000}"),
        # When each periodic job last ran; one relay a service writes it.
        "BEAT_SCHEDULE_FILE": env.text(
            "BEAT_SCHEDULE_FILE", f"{tempfile.gettempdir()}/hrms-beat/{service.name}"
        ),
        "SAGA_ANSWER_SECONDS": env.seconds("SAGA_ANSWER_SECONDS", 4.0),
        "RETENTION_DAYS": env.counts("RETENTION_DAYS"),
        "EVENT_RETENTION_DAYS": env.number("EVENT_RETENTION_DAYS", 0),
        "PROMETHEUS_EXPORT_MIGRATIONS": False,
    }


def _database() -> dict[str, Any]:
    pool_size = env.number("DATABASE_POOL_SIZE", 0)
    options: dict[str, Any] = {"connect_timeout": 5, "application_name": env.text("PROCESS_NAME", "hrms")}
    options |= env.database_transport("DATABASE_URL")
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **env.database("DATABASE_URL"),
        "OPTIONS": options,
        # With a pool the connection goes back after each request; without one it is kept for good.
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def _cache(service: Service) -> dict[str, Any]:
    return {
        "BACKEND": "common.security.signed_cache.SignedRedisCache",
        "LOCATION": env.redis_url("CACHE_URL", same_as="REDIS_URL"),
        "KEY_PREFIX": service.name,
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
            # A lost cache costs time, never an answer.
            "IGNORE_EXCEPTIONS": True,
        },
    }


def _rest_framework() -> dict[str, Any]:
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": ["common.security.authentication.PersonAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["common.security.permissions.DenyByDefault"],
        "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
        "DEFAULT_RENDERER_CLASSES": [
            "common.api.rows.ReadyJsonRenderer",
            "common.api.browsing.BrowsableRenderer",
        ],
        "EXCEPTION_HANDLER": "common.api.errors.exception_handler",
        "DEFAULT_SCHEMA_CLASS": "common.api.schema.OperationSchema",
        "COERCE_DECIMAL_TO_STRING": False,
        "UNAUTHENTICATED_USER": "common.security.principal.Anonymous",
        "UNAUTHENTICATED_TOKEN": None,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }
