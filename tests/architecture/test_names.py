"""Where code goes, and what the place is called."""

from pathlib import Path

import pytest

from tests.architecture.tree import APPS, PACKAGES, ROOT, app_folder, modules, named

PROJECT_FILES = ("__init__.py", "manage.py", "settings.py", "urls.py", "celery.py", "wsgi.py", "README.md")
# A module that grew may be a package of the same name.
APP_MODULES = (
    "admin",
    "apps",
    "choices",
    "models",
    "selectors",
    "api/serializers",
    "api/urls",
    "api/views",
    "migrations",
    "tests",
    "tests/factories",
)
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "misc", "common", "lib", "tools", "shared", "extra"}
# The house's own word for the thing stands first.
OTHER_NAMES = {
    "choices": {"enums", "constants", "types"},
    "exceptions": {"errors"},
    "selectors": {"queries", "managers", "querysets"},
    "services": {"actions", "operations", "signals", "receivers"},
    "consumers": {"handlers", "listeners", "subscribers"},
    "api/serializers": {"serializers", "schemas"},
    "api/views": {"views", "viewsets", "endpoints"},
    "api/urls": {"urls", "routers"},
}
LONGEST_MODULE = 400


@pytest.mark.parametrize("service", APPS)
def test_every_service_is_a_project_of_the_same_shape(service: str) -> None:
    project = ROOT / f"{service}_service"
    missing = [name for name in PROJECT_FILES if not (project / name).exists()]
    missing += [name for name in APP_MODULES if not _has_module(app_folder(service), name)]
    assert missing == []


@pytest.mark.parametrize("service", APPS)
def test_a_services_readme_says_what_it_owns_publishes_consumes_and_runs_as(service: str) -> None:
    text = (ROOT / f"{service}_service" / "README.md").read_text(encoding="utf-8").lower()
    assert [word for word in ("owns", "publishes", "consumes", "runs as") if word not in text] == []


def test_there_is_no_junk_drawer() -> None:
    packages = {path.parent for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")}
    named_so = [path for path in packages if path.name in JUNK_DRAWERS and path != ROOT / "common"]
    named_so += [path for path in modules() if path.stem in JUNK_DRAWERS]
    assert [named(path) for path in named_so] == []


@pytest.mark.parametrize("service", APPS)
def test_a_thing_has_one_name_in_every_app(service: str) -> None:
    folder = app_folder(service)
    wrong = [
        f"{named(folder / (name + '.py'))}: call it {right}.py"
        for right, others in OTHER_NAMES.items()
        for name in others
        if (folder / f"{name}.py").exists()
    ]
    assert wrong == []


def test_no_module_grows_out_of_reading_size() -> None:
    long = {named(path): count for path in modules() if (count := _lines(path)) > LONGEST_MODULE}
    assert long == {}


def _has_module(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists()


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
