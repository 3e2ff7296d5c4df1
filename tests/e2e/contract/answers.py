"""Whether an answer is what the contract publishes."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import httpx

from common.api.errors import CODES
from tests.e2e.contract.facts import JSON, Operation, Schema
from tests.e2e.contract.schema import problems

# What a request says under the name of a field that the answer gives in another form.
NOT_REPEATED = {"tags", "password", "variables"}
ORDERED_BY_THE_DATABASE = {"title", "relevance"}


def keeps_to_contract(operation: Operation, answer: httpx.Response, status: int) -> Any:
    """The answer's JSON, after all that is published about an answer of this status was checked."""
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text[:2000]}"
    schema = operation.answers[status]
    if schema is None:
        assert answer.headers["Content-Type"].split(";")[0] not in {"", JSON, "text/html"}
        return None
    assert answer.headers["Content-Type"].split(";")[0] == JSON
    document = answer.json()
    assert problems(schema, document) == []
    if status >= 400:
        _is_error(document, status)
    elif "success" in document:
        assert document["success"] is True
    return document


def names_what_is_wrong(answer: httpx.Response, name: str, value: Any) -> None:
    """A refusal in the contract's envelope, whether the operation publishes it or not, that says where."""
    asked = f"{answer.request.method} {answer.url} with {name} {value!r:.200}: {answer.text[:1000]}"
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, asked
    document = answer.json()
    assert set(document) == {"success", "error", "timestamp"}
    _is_error(document, answer.status_code)
    assert name in document["error"]["details"], asked


def repeats(operation: Operation, document: Any, sent: Mapping[str, Any]) -> None:
    """What was sent is in the answer, where the answer shows the thing that was written."""
    for schema, thing in _things(operation, document):
        for name, value in sent.items():
            if (
                name in schema.get("properties", {})
                and name not in NOT_REPEATED
                and value not in ("", [], {})
            ):
                assert _same(thing.get(name), value), (name, value, thing.get(name))


def filtered(operation: Operation, document: Any, query: Mapping[str, Any]) -> None:
    """Every row has the value that was asked for, and the rows are in the order that was asked for."""
    rows, schema = _rows(operation, document)
    for name, value in query.items():
        published = schema.get("properties", {}).get(name)
        if published and (
            published["type"] in {"boolean", "integer"} or {"enum", "format"} & published.keys()
        ):
            assert [row for row in rows if not _same(row.get(name), _typed(value))] == [], name
    if "pagination" in (document or {}):
        default = operation.query.get("limit", {}).get("default", document["pagination"]["limit"])
        _is_page(document["pagination"], rows, {"limit": default, **query})
    key = query.get("sort_by", "relevance")
    if key not in ORDERED_BY_THE_DATABASE:
        values = [row[key] for row in rows]
        assert values == sorted(values, reverse=query.get("sort_order", "desc") == "desc")


def fields_of(schema: Schema | None, place: str = "") -> Iterator[str]:
    """The place of every field that ``schema`` publishes."""
    schema = schema or {}
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}.{name}"
        yield from fields_of(inner, f"{place}.{name}")
    if "items" in schema:
        yield from fields_of(schema["items"], f"{place}[]")


def fields_in(value: Any, place: str = "") -> Iterator[str]:
    """The place of every field in ``value``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{place}.{name}"
            yield from fields_in(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from fields_in(inner, f"{place}[]")


def _is_error(document: Any, status: int) -> None:
    assert document["success"] is False
    error = document["error"]
    assert set(error) <= {"code", "message", "details"}
    assert re.fullmatch(r"[A-Z][A-Z_]+", error["code"])
    assert error["message"]
    if status in {401, 403, 404, 413, 415, 422, 503} and error["code"] != CODES[status]:
        # A rule of its own may have a code of its own, but not that of another status.
        assert error["code"] not in CODES.values()


def _is_page(pagination: Mapping[str, Any], rows: list[Any], query: Mapping[str, Any]) -> None:
    page, limit = int(query.get("page", 1)), int(query["limit"])
    assert (pagination["page"], pagination["limit"]) == (page, limit)
    assert pagination["pages"] == -(-pagination["total"] // limit)
    assert len(rows) == max(0, min(limit, pagination["total"] - (page - 1) * limit))


def _things(operation: Operation, document: Any) -> Iterator[tuple[Schema, Any]]:
    published = operation.answers[operation.good_status] or {}
    for name, schema in published.get("properties", {}).items():
        if "properties" in schema and name != "pagination":
            yield schema, document[name]


def _rows(operation: Operation, document: Any) -> tuple[list[Any], Schema]:
    published = operation.answers[operation.good_status] or {}
    for name, schema in published.get("properties", {}).items():
        if schema["type"] == "array":
            return document[name], schema["items"]
    return [], {}


def _typed(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value)


def _same(given: Any, sent: Any) -> bool:
    if isinstance(sent, dict) and isinstance(given, dict):
        return all(_same(given.get(name), value) for name, value in sent.items())
    if isinstance(sent, str) and isinstance(given, str) and "T" in sent and sent.endswith("Z"):
        return datetime.fromisoformat(given) == datetime.fromisoformat(sent)
    if isinstance(sent, (int, float)) or isinstance(given, (int, float)):
        return bool(given == sent) or str(given) == str(sent)
    return bool(given == sent)
