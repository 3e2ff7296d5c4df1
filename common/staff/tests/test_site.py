import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client

from common.staff.site import LAST, prepare_site
from common.testing.staff import sign_in


def test_neither_groups_nor_deletion_in_bulk_are_offered() -> None:
    prepare_site(admin.site)
    prepare_site(admin.site)
    assert not admin.site.is_registered(Group)
    assert "delete_selected" not in [name for name, _action in admin.site.actions]


@pytest.mark.usefixtures("db")
def test_what_people_come_for_stands_first(browser: Client) -> None:
    sign_in(browser, role="super_admin")
    shown = [app["app_label"] for app in browser.get("/admin/").context["app_list"]]
    last = [label for label in shown if label in LAST]
    assert last == [label for label in LAST if label in shown]
    assert shown[-len(last) :] == last
    assert {"employees", "person_requests"} <= set(shown[: -len(last)])
