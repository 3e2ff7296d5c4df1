"""Values that a published schema allows, up to its edges, and values that it does not."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

Schema = Mapping[str, Any]

# Chinese: no other script has so many.
FIRST_LETTER, LETTERS = 0x4E00, 20_000
WORDS = {
    "color": "#1b5e20",
    "emergency_contact_phone": "+965 2222 3333",
    "phone": "+965 2222 3333",
    "zip_code": "13001",
    "quiet_hours_start": "22:00",
    "quiet_hours_end": "07:00",
    "tags": "contract,signed",
    "timezone": "Asia/Kuwait",
}
BY_FORMAT = {
    "date": "2026-01-15",
    "date-time": "2027-01-15T09:30:00Z",
    "password": "a password nobody guesses",
    "uri": "https://hrms.example/a?b=c",
}
WRONG_BY_FORMAT: Mapping[str, tuple[Any, ...]] = {
    "date": ("31/12/2021", "2026-02-30", "2026-01-15T00:00:00Z"),
    "date-time": ("yesterday", "2026-13-01T00:00:00Z"),
    "email": ("nobody", "a@b@c"),
    "uri": ("not an address",),
    "uuid": ("not-an-id", 7),
}
WRONG_BY_TYPE: Mapping[str, tuple[Any, ...]] = {
    "string": ([], {}, True),
    "boolean": ("maybe", [], 7),
    "integer": ("many", 1.5, True, []),
    "number": ("much", True, []),
    "array": ("one", {}, 7),
    "object": ("text", [], 7),
}


def sample(name: str, schema: Schema) -> Any:
    """One good value of the field ``name``."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "string":
            return _text(name, schema)
        case "array":
            return [sample(name, schema["items"])]
        case "object" | None:
            return {each: sample(each, inner) for each, inner in schema.get("properties", {}).items()}
        case kind:
            least = schema.get("minimum", 1)
            return {"boolean": True, "integer": least + 1, "number": least + 0.5}[str(kind)]


def edges(schema: Schema) -> Iterator[Any]:
    """Values at the limits, and every choice there is."""
    yield from schema.get("enum", ())[1:]
    if schema.get("type") == "boolean":
        yield False
    for limit in ("minimum", "maximum"):
        if limit in schema:
            yield schema[limit]
    for limit in ("minLength", "maxLength"):
        if limit in schema:
            # Any letter is one character; a name must not be taken already.
            yield chr(FIRST_LETTER + uuid4().int % LETTERS) * schema[limit]


def wrong(schema: Schema) -> Iterator[Any]:
    """Values that the schema excludes."""
    yield from WRONG_BY_TYPE[schema.get("type", "object")]
    if "enum" in schema:
        yield from ("no_such_choice", schema["enum"][0].upper())
    yield from WRONG_BY_FORMAT.get(schema.get("format", ""), ())
    yield from too_far(schema)


def too_far(schema: Schema) -> Iterator[Any]:
    """Values of the right type just beyond the limits."""
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if schema.get("minLength"):
        yield ""
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)


def _text(name: str, schema: Schema) -> str:
    kind = schema.get("format", "")
    if kind == "uuid":
        return str(uuid4())
    if kind == "email":
        return f"{uuid4().hex}@contract.example"
    if kind:
        return BY_FORMAT[kind]
    text = WORDS.get(name, f"Sample {name} {uuid4().hex[:8]}")
    return text[: schema.get("maxLength", len(text))]
