"""GET /docs: the service's OpenAPI document as a page on which requests can be tried."""

from typing import Any

from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.browsing import service_name
from common.security.authentication import StaffSessionAuthentication


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own files; whoever is signed in at the admin may try requests with that session."""

    schema = None
    authentication_classes = (StaffSessionAuthentication,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or its script."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.data |= {"user": request.user, "service_name": service_name()}
        return response
