from django.contrib import admin
from django.contrib.auth.models import Group

from common.staff.site import prepare_site


def test_neither_groups_nor_deletion_in_bulk_are_offered() -> None:
    prepare_site(admin.site)
    prepare_site(admin.site)
    assert not admin.site.is_registered(Group)
    assert "delete_selected" not in [name for name, _action in admin.site.actions]
