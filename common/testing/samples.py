"""One example of every event, kept as a file beside its schema; tests of producers and consumers share it."""

import msgspec

from common.contracts.base import Event, from_wire
from common.contracts.export import SAMPLES, events


def sample_payload(name: str) -> dict[str, object]:
    """The example of the event ``name`` as it stands on the wire; FileNotFoundError when there is none."""
    return msgspec.json.decode((SAMPLES / f"{name}.json").read_bytes(), type=dict[str, object])


def sample(name: str) -> Event:
    """The example of the event ``name``; raises msgspec.ValidationError when it does not fit its class."""
    return from_wire(events()[name], sample_payload(name))
