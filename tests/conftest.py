"""What the tests of the whole system measured is shown at the end, where somebody reads it."""

import pytest


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
