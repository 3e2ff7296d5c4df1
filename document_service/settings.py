"""Settings of the document service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="document", apps=("document_service.documents",))
globals().update(service_settings(SERVICE))

# Three lists of one set of values: in the OpenAPI document they are one type.
globals()["SPECTACULAR_SETTINGS"]["ENUM_NAME_OVERRIDES"] = {
    "AudienceEnum": "document_service.documents.choices.Audience"
}
