"""Every test run of the repository uses the same fixtures."""

pytest_plugins = ("common.testing.plugin",)
