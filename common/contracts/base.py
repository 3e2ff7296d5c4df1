"""What an event and a command are: typed, frozen, and readable by code that is older or newer."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class MessageType(msgspec.StructMeta):
    """Tells a type checker that ``frozen`` and ``kw_only`` of the two bases hold for every message."""


class Event(msgspec.Struct, metaclass=MessageType, frozen=True, kw_only=True):
    """Something that happened, in the past tense; unknown fields of newer producers are ignored."""


class Command(msgspec.Struct, metaclass=MessageType, frozen=True, kw_only=True):
    """A request of a saga to one participant; the participant's contract owns it."""


EventT = TypeVar("EventT", bound=type[Event])
_by_name: dict[str, type[Event]] = {}
_names: dict[type[Event], str] = {}
_owners: dict[str, str] = {}


def event(name: str, *, owner: str) -> Callable[[EventT], EventT]:
    """Enter an event class into the catalogue under its wire ``name``, published by service ``owner``."""

    def register(cls: EventT) -> EventT:
        if name in _by_name:
            raise ValueError(f"{name} is in the catalogue twice.")
        _by_name[name] = cls
        _names[cls] = name
        _owners[name] = owner
        return cls

    return register


def wire_name(cls: type[Event]) -> str:
    """The catalogue name of an event class, such as ``employee.hired``."""
    return _names[cls]


def owner_of(name: str) -> str:
    """The service that publishes the event ``name``; KeyError when the catalogue has no such event."""
    return _owners[name]


def catalogue() -> dict[str, type[Event]]:
    """Every event class by its wire name."""
    return dict(_by_name)


IMPORT = "import"


def is_imported(event: Event) -> bool:
    """Whether ``event`` tells of what an import brought: copies and figures follow it, but nobody is told."""
    return getattr(event, "source", "") == IMPORT


def to_wire(message: msgspec.Struct) -> dict[str, Any]:
    """The JSON-able form of an event, a command or saga data."""
    result = msgspec.to_builtins(message)
    if not isinstance(result, dict):
        raise TypeError(f"{type(message).__name__} is not an object on the wire.")
    return result


StructT = TypeVar("StructT", bound=msgspec.Struct)
_studied: set[type[msgspec.Struct]] = set()
_studying = threading.Lock()


def readable(cls: type[StructT]) -> type[StructT]:
    """Have msgspec study the class's types now; a decorator for what threads read by other ways than from_wire.

    msgspec studies a class when it first reads one, and two threads that do so at once crash the interpreter.
    """
    if cls not in _studied:
        with _studying:
            msgspec.json.Decoder(cls)
            _studied.add(cls)
    return cls


def from_wire(cls: type[StructT], payload: Any) -> StructT:
    """Read ``payload`` as ``cls``; raises msgspec.ValidationError that names the wrong field."""
    return msgspec.convert(payload, readable(cls), strict=False)
