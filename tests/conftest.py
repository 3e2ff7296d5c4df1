"""What the tests of the whole system measured is shown at the end, where somebody reads it."""

import pytest

WHOLE_SYSTEMS = {"running", "house", "running_town"}
SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of a whole system also starts it, which takes its time on a busy machine."""
    for item in items:
        if WHOLE_SYSTEMS & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests noted with ``record_property``."""
    noted = [
        f"{report.nodeid.rpartition('::')[2]}: {name}: {value}"
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
    ]
    if noted:
        terminalreporter.section("measured")
        for line in noted:
            terminalreporter.line(line)
