"""Everything that the OpenAPI documents promise, tried with made-up requests on the running system."""
