from common.testing.arabic import english_left


def test_no_label_of_the_admin_and_no_refusal_is_left_in_english() -> None:
    assert english_left() == []
