"""What a browser is told to allow: contents, frames, origins, cookies, and TLS only."""

from typing import Any, Final

from csp.constants import NONE, SELF

from common.conf import env

# Every script and style of the admin, the browsable API and the OpenAPI page is a file of our own: nothing needs
# 'unsafe-inline', not even a nonce. ``data:`` is for the icons in the style sheets of Django and Swagger UI.
CONTENT_OF_PAGES: Final[dict[str, list[str]]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}
# What is no page loads nothing, runs nothing and stands in no frame, should a browser ever show it as one.
CONTENT_OF_DATA: Final[dict[str, list[str]]] = {
    "default-src": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}
# Nothing here needs a device of the reader's.
_PERMISSIONS: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)
ON_EVERY_ANSWER: Final = {
    # Unless an answer says that it may be kept, it may be about a person.
    "Cache-Control": "no-store",
    "Permissions-Policy": _PERMISSIONS,
    # A page on a neighbouring host may show our files; a stranger's may not even fetch them blindly.
    "Cross-Origin-Resource-Policy": "same-site",
}
# What Django has settings for, with their values (see ``web_settings``).
OF_DJANGO: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_YEAR: Final = 365 * 24 * 3600
# What a program in a browser sends and reads beside what every page may.
_CORS_HEADERS: Final = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-request-id",
)
_CORS_EXPOSED: Final = ("Content-Disposition", "Retry-After", "X-Request-ID")


def headers_of_data(*, tls: bool) -> dict[str, str]:
    """The headers of an answer that no service made, such as the gateway's own errors, which are data."""
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in CONTENT_OF_DATA.items())
    always = {**ON_EVERY_ANSWER, **OF_DJANGO, "Content-Security-Policy": policy}
    return (
        {**always, "Strict-Transport-Security": f"max-age={_YEAR}; includeSubDomains; preload"}
        if tls
        else always
    )


def web_settings(service: str, environment: str) -> dict[str, Any]:
    """Django's settings of cookies, headers and origins for ``service``."""
    return {
        "SESSION_COOKIE_NAME": f"{service}_session",
        "SESSION_COOKIE_AGE": 8 * 3600,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": f"{service}_csrf",
        # Our pages read the token from the page, never from the cookie.
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "LANGUAGE_COOKIE_HTTPONLY": True,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": OF_DJANGO["Referrer-Policy"],
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": OF_DJANGO["Cross-Origin-Opener-Policy"],
        "X_FRAME_OPTIONS": OF_DJANGO["X-Frame-Options"],
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": CONTENT_OF_PAGES},
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_621_440,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 1_000,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
        **_origins(),
        **_transport(environment),
    }


def headers_middleware() -> list[str]:
    """The middleware that stands outermost, so that no answer of any other goes without its headers."""
    first = [
        "common.api.headers.HeadersMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "common.api.headers.ContentPolicyMiddleware",
    ]
    # Without an allowed origin nobody needs an answer to a preflight request.
    return [*first, "corsheaders.middleware.CorsMiddleware"] if allowed_origins() else first


def allowed_origins() -> list[str]:
    """The web pages elsewhere that may call the API, such as ``https://hr.example.com``; nobody by default."""
    return env.words("CORS_ALLOWED_ORIGINS", "")


def _origins() -> dict[str, Any]:
    return {
        "CORS_ALLOWED_ORIGINS": allowed_origins(),
        "CORS_ALLOW_ALL_ORIGINS": False,
        # Tokens travel in a header that the page sets itself; the admin's cookies are never for other origins.
        "CORS_ALLOW_CREDENTIALS": False,
        "CORS_ALLOW_HEADERS": _CORS_HEADERS,
        "CORS_EXPOSE_HEADERS": _CORS_EXPOSED,
        "CORS_URLS_REGEX": r"^/(?!admin(/|$)|i18n/|static/|metrics$|internal/)",
        "CORS_PREFLIGHT_MAX_AGE": 600,
        "CSRF_TRUSTED_ORIGINS": env.words("CSRF_TRUSTED_ORIGINS", ""),
    }


def _transport(environment: str) -> dict[str, Any]:
    """Production is reached over TLS only; development and tests are on the loopback without it."""
    if environment != "production":
        return {}
    return {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": _YEAR,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
        # Only where the proxy in front replaces what clients send under this name.
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")
        if env.text("BEHIND_TLS_PROXY", "") == "1"
        else None,
        # No redirect to TLS: a client that sends its token in clear must fail, not be helped along.
        "SILENCED_SYSTEM_CHECKS": ["security.W008"],
    }
