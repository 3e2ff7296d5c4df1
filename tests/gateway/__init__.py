"""Switching from the old application to the running system, under load and with things dying."""

import pytest

# What they assert is told in full, as in a test's own module.
pytest.register_assert_rewrite("tests.e2e.contract.answers")
