"""Rules that every service's OpenAPI document keeps; each service's tests inherit them."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from drf_spectacular.generators import EndpointEnumerator
from jsonschema import Draft202012Validator

Json = dict[str, Any]
METHODS = {"get", "post", "put", "patch", "delete"}


class OpenApiRules:
    """Inherit as ``TestOpenApi``."""

    @pytest.fixture
    def document(self) -> Json:
        """The service's document."""
        return service_document()

    def test_every_operation_has_an_id_of_its_own_a_tag_and_words(self, document: Json) -> None:
        """Clients are generated from these names."""
        found = list(operations(document))
        ids = [operation["operationId"] for _name, operation in found]
        assert sorted(set(ids)) == sorted(ids)
        assert [name for name in ids if not re.fullmatch(r"[a-z][a-z0-9_]*", name)] == []
        wordless = [
            name
            for name, operation in found
            if not (operation.get("tags") and operation.get("summary") and operation.get("description"))
        ]
        assert wordless == []

    def test_every_operation_says_what_it_answers(self, document: Json) -> None:
        """A good answer has a shape (or is a file), every error the envelope."""
        for name, operation in operations(document):
            statuses = operation["responses"]
            assert any(status < "300" for status in statuses), name
            for status, answer in statuses.items():
                content = answer.get("content", {})
                if status >= "400":
                    assert content["application/json"]["schema"]["$ref"].endswith("/ErrorResponse"), name
                    assert content["application/json"]["example"]["error"]["code"], name
                elif status not in {"204", "302", "304"}:
                    assert content, f"{name} {status} answers nothing"

    def test_every_example_has_the_shape_it_is_an_example_of(self, document: Json) -> None:
        """An example that is wrong is worse than none."""
        schemas = {name: plain_schema(schema) for name, schema in document["components"]["schemas"].items()}
        for name, operation in operations(document):
            parts = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for part, holder in parts.items():
                for content in holder.get("content", {}).values():
                    if "example" not in content:
                        continue
                    schema = {**plain_schema(content["schema"]), "components": {"schemas": schemas}}
                    problems = Draft202012Validator(schema).iter_errors(content["example"])
                    wrong = [error.message for error in problems]
                    assert wrong == [], f"{name} {part}: give its serializer an `example`"

    def test_every_example_of_a_body_is_one_that_the_service_takes(self, document: Json) -> None:
        """Rules that no schema can say hold for examples, too: whoever copies one is not refused."""
        refused = {}
        for path, _regex, method, callback in EndpointEnumerator().get_api_endpoints():
            taken = getattr(callback.cls, "body_serializers", {}).get(method)
            if taken is None or path not in document["paths"]:
                continue
            body = document["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
            if "application/json" in body:
                serializer = taken(data=body["application/json"]["example"])
                if not serializer.is_valid():
                    refused[f"{method} {path}"] = serializer.errors
        assert refused == {}, f"{refused}: give the serializer an `example`"

    def test_every_json_body_and_answer_has_an_example(self, document: Json) -> None:
        """Whoever reads the document sees at once what goes in and out."""
        for name, operation in operations(document):
            for part in [operation.get("requestBody", {}), *operation["responses"].values()]:
                content = part.get("content", {}).get("application/json")
                assert content is None or "example" in content, name

    def test_enumerations_have_names(self, document: Json) -> None:
        """Otherwise a generated client gets one class for each place that uses it."""
        nameless = [
            f"{component}.{field}"
            for component, schema in document["components"]["schemas"].items()
            for field, values in schema.get("properties", {}).items()
            if "enum" in values or "enum" in values.get("items", {})
        ]
        assert nameless == []


@cache
def service_document() -> Json:
    """The document of the service under test, which must be valid and made without a warning."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "schema.yaml"
        call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(file))
        document: Json = yaml.safe_load(file.read_text(encoding="utf-8"))
        return document


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Every operation with its method and address."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def plain_schema(schema: Any) -> Any:
    """An OpenAPI 3.0 schema as a JSON schema: there, ``nullable`` means nothing."""
    if isinstance(schema, list):
        return [plain_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: plain_schema(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
