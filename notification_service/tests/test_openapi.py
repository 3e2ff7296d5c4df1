"""The service's OpenAPI document is complete enough to make a client from it."""

from common.testing.openapi import OpenApiRules


class TestOpenApi(OpenApiRules):
    """See OpenApiRules."""
