"""Addresses of the employees app."""

from django.urls import path

from employee_service.employees.api import views

urlpatterns = [
    path("employees", views.EmployeesView.as_view(), name="employees"),
    path("employees/me", views.OwnEmployeeView.as_view(), name="own_employee"),
    path("employees/<uuid:employee_id>", views.EmployeeView.as_view(), name="employee"),
    path("employees/<uuid:employee_id>/profile", views.ProfileView.as_view(), name="employee_profile"),
    path(
        "employees/<uuid:employee_id>/relationships",
        views.RelationshipsView.as_view(),
        name="employee_relationships",
    ),
    path(
        "employees/<uuid:employee_id>/relationships/<uuid:relationship_id>",
        views.RelationshipView.as_view(),
        name="employee_relationship",
    ),
    path("statistics", views.StatisticsView.as_view(), name="statistics"),
    path("sagas/<uuid:saga_id>", views.SagaView.as_view(), name="saga"),
]
