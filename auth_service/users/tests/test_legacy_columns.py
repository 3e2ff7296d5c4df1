"""What the analysis of an old file says of where its columns go."""

from pathlib import Path

from common.testing.legacy_columns import columns_told_wrongly


def test_columns_go_where_the_analysis_says(tmp_path: Path) -> None:
    assert columns_told_wrongly(tmp_path) == set()
