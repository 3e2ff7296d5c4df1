"""Writes the JSON schema of every event beside its sample: ``python -m common.contracts.export``."""

import sys
from pathlib import Path

import msgspec

from common.contracts import analytics, auth, company, document, employee, notification
from common.contracts.base import Event, catalogue

PUBLISHED = (analytics, auth, company, document, employee, notification)
HERE = Path(__file__).resolve().parent
SCHEMAS = HERE / "schemas"
SAMPLES = HERE / "samples"


def events() -> dict[str, type[Event]]:
    """Every event class of the six services by its wire name, in alphabetical order."""
    return dict(sorted(catalogue().items()))


def schema_text(cls: type[Event]) -> str:
    """The JSON schema of ``cls`` as it stands in its file."""
    schema = msgspec.json.encode(msgspec.json.schema(cls), order="sorted")
    return msgspec.json.format(schema, indent=2).decode() + "\n"


def export(folder: Path = SCHEMAS) -> list[str]:
    """Write a schema file per event, remove those of events that are gone; the names of changed files."""
    folder.mkdir(exist_ok=True)
    wanted = {f"{name}.json": schema_text(cls) for name, cls in events().items()}
    present = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    for name in present.keys() - wanted.keys():
        (folder / name).unlink()
    for name, text in wanted.items():
        if present.get(name) != text:
            (folder / name).write_text(text, encoding="utf-8")
    return sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))


if __name__ == "__main__":
    changed = export()
    sys.stdout.write("\n".join(changed) + "\n" if changed else "The schemas are up to date.\n")
