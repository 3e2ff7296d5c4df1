"""What the OpenAPI document says beyond the shapes: headers, enumerations, examples."""

from typing import Any

import pytest

from common.api.enumerations import MARK, name_enumerations
from common.api.examples import Maker, add_examples
from common.api.tests.types import Api
from common.sagas.models import SagaState

Json = dict[str, Any]


def with_property(schema: Json) -> Json:
    return {
        "paths": {},
        "components": {"schemas": {"Wall": {"type": "object", "properties": {"kind": schema}}}},
    }


def named(schema: Json) -> Json:
    result: Json = name_enumerations(with_property(schema), None, None, True)
    schemas: Json = result["components"]["schemas"]
    return schemas


@pytest.fixture
def document(api: Api, db: None) -> Json:
    found: Json = api().get("/schema", headers={"Accept": "application/json"}).json()
    return found


@pytest.mark.urls("common.api.tests.addresses")
class TestHeaders:
    def test_an_address_that_may_be_asked_again_says_so(self, document: Json) -> None:
        post, get = document["paths"]["/notes"]["post"], document["paths"]["/notes"]["get"]
        assert "Idempotency-Key" in {parameter["name"] for parameter in post["parameters"]}
        assert "Idempotency-Replayed" in post["responses"]["200"]["headers"]
        assert "Idempotency-Key" not in {parameter["name"] for parameter in get["parameters"]}

    def test_an_answer_that_asks_to_wait_says_how_long(self, document: Json) -> None:
        for operation in document["paths"]["/notes"].values():
            assert "Retry-After" in operation["responses"]["503"]["headers"]
            assert "WWW-Authenticate" in operation["responses"]["401"]["headers"]

    def test_each_error_has_an_example_with_its_code(self, document: Json) -> None:
        answers = document["paths"]["/notes"]["post"]["responses"]
        codes = {
            status: answers[status]["content"]["application/json"]["example"]["error"]["code"]
            for status in ("400", "401", "403", "413", "415", "422")
        }
        assert codes == {
            "400": "MALFORMED_REQUEST",
            "401": "UNAUTHENTICATED",
            "403": "FORBIDDEN",
            "413": "PAYLOAD_TOO_LARGE",
            "415": "UNSUPPORTED_MEDIA_TYPE",
            "422": "VALIDATION_ERROR",
        }

    def test_what_services_tell_each_other_is_in_no_document(self, document: Json) -> None:
        assert "/things/{thing_id}" in document["paths"]
        assert [path for path in document["paths"] if "internal" in path] == []

    def test_only_what_reads_a_body_can_refuse_one(self, document: Json) -> None:
        assert {"400", "413", "415"}.isdisjoint(document["paths"]["/things/{thing_id}"]["get"]["responses"])


class TestEnumerations:
    def test_an_enumeration_is_called_after_its_class(self) -> None:
        schemas = named({"type": "string", "enum": SagaState.values, MARK: "1"})
        assert schemas["SagaState"]["enum"] == SagaState.values
        assert schemas["Wall"]["properties"]["kind"] == {"$ref": "#/components/schemas/SagaState"}

    def test_an_enumeration_without_a_class_is_called_after_its_place(self) -> None:
        schemas = named({"type": "string", "enum": ["north", "south"], MARK: "1"})
        assert schemas["WallKind"] == {"type": "string", "enum": ["north", "south"]}
        assert schemas["Wall"]["properties"]["kind"] == {"$ref": "#/components/schemas/WallKind"}

    def test_a_field_that_may_be_empty_or_null_keeps_that(self) -> None:
        schemas = named({"type": "string", "enum": ["north", "", None], "nullable": True, MARK: "1"})
        assert schemas["WallKind"]["enum"] == ["north"]
        assert schemas["Wall"]["properties"]["kind"] == {
            "nullable": True,
            "oneOf": [
                {"$ref": "#/components/schemas/WallKind"},
                {"$ref": "#/components/schemas/EmptyText"},
                {"enum": [None]},
            ],
        }

    def test_the_list_of_values_goes_to_the_enumeration_and_the_words_stay(self) -> None:
        described = "Where it looks.\n\n* `north` - North"
        schemas = named({"type": "string", "enum": ["north"], "description": described, MARK: "1"})
        assert schemas["WallKind"]["description"] == "* `north` - North"
        assert schemas["Wall"]["properties"]["kind"]["description"] == "Where it looks."

    def test_items_of_a_list_are_named_too(self) -> None:
        schemas = named({"type": "array", "items": {"type": "string", "enum": ["a"], MARK: "1"}})
        assert schemas["Wall"]["properties"]["kind"]["items"] == {"$ref": "#/components/schemas/WallKind"}

    def test_a_name_that_a_serializer_has_already_is_refused(self) -> None:
        document = with_property({"type": "string", "enum": ["north"], MARK: "1"})
        document["components"]["schemas"]["WallKind"] = {"type": "object"}
        with pytest.raises(ValueError, match="WallKind"):
            name_enumerations(document, None, None, True)


class TestExamples:
    @pytest.mark.parametrize(
        ("schema", "value"),
        [
            ({"type": "string", "minLength": 6}, "colour"),
            ({"type": "string", "maxLength": 3}, "col"),
            ({"type": "string", "format": "date"}, "2026-11-22"),
            ({"type": "integer", "minimum": 7, "maximum": 9}, 7),
            ({"type": "boolean"}, True),
            ({"type": "array", "items": {"type": "integer"}}, [1]),
            ({"type": "string", "default": "red"}, "red"),
            ({"oneOf": [{"enum": ["a"]}, {"enum": [None]}]}, "a"),
        ],
    )
    def test_a_value_fits_its_schema(self, schema: Json, value: Any) -> None:
        assert Maker({}).value("colour", schema) == value

    def test_a_well_known_name_gets_a_well_known_value_where_it_fits(self) -> None:
        assert Maker({}).value("first_name", {"type": "string", "maxLength": 150}) == "Mona"
        assert Maker({}).value("first_name", {"type": "string", "maxLength": 2}) == "fi"

    def test_what_refers_to_itself_has_an_end(self) -> None:
        tree: Json = {"type": "object", "properties": {"inside": {"$ref": "#/components/schemas/Tree"}}}
        assert Maker({"Tree": tree}).value("tree", tree)["inside"]

    def test_an_example_that_is_there_stays(self) -> None:
        answer = {"content": {"application/json": {"schema": {"type": "integer"}, "example": 9}}}
        document = {"paths": {"/": {"get": {"responses": {"200": answer}}}}}
        assert add_examples(document, None, None, True)["paths"]["/"]["get"]["responses"]["200"] == answer
