"""The published contract, tried on the running system."""

import pytest

# What they assert is told in full, as in a test's own module.
pytest.register_assert_rewrite("tests.e2e.contract.answers", "tests.e2e.contract.refusals")
