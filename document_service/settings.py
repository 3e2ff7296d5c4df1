"""Settings of the document service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="document", apps=("document_service.documents",))
globals().update(service_settings(SERVICE))
