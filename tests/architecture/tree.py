"""The repository as the rules see it: services, their apps, modules and tests."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = {
    "auth": "users",
    "company": "companies",
    "employee": "employees",
    "document": "documents",
    "notification": "notifications",
    "analytics": "analytics",
}
PACKAGES = ("common", *(f"{service}_service" for service in APPS))


def app_folder(service: str) -> Path:
    """The folder of the Django app of ``service``."""
    return ROOT / f"{service}_service" / APPS[service]


def is_test(path: Path) -> bool:
    """Whether the module belongs to a test suite or to its fixtures."""
    return "tests" in path.parts or "testing" in path.parts


def modules(*packages: str) -> Iterator[Path]:
    """Every Python module of the packages that is no test and no migration."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and not is_test(path.relative_to(ROOT)):
                yield path


def suites() -> Iterator[Path]:
    """Every test module of the repository."""
    for package in (*PACKAGES, "tests"):
        yield from sorted((ROOT / package).rglob("test_*.py"))


def named(path: Path) -> str:
    """The path as a person would write it, for the messages of failing rules."""
    return str(path.relative_to(ROOT))
