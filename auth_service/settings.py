"""Settings of the auth service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="auth", apps=("auth_service.users",), owns_users=True)
globals().update(service_settings(SERVICE))
