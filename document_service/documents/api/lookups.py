"""Search, categories and statistics over HTTP."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from document_service.documents.api import requests, rows, serializers
from document_service.documents.api.scope import company_of, refuse_company
from document_service.documents.models import Document, DocumentCategory
from document_service.documents.selectors.categories import category_list, documents_in_categories
from document_service.documents.selectors.found import documents_found
from document_service.documents.selectors.statistics import DocumentStatistics, document_statistics
from document_service.documents.services.categories import category_create


class SearchView(ServiceAPIView):
    """Documents by their words: in title, tags, file name and description, however they are spelled."""

    required_permissions = {"GET": "documents:view"}
    query_serializers = {"GET": requests.SearchQuery}
    answer_serializers = {"GET": serializers.SearchAnswer}

    def get(self, request: Request) -> Response:
        """What has all words of ``q``, the best first unless asked otherwise, and facets of all of it.

        With a cursor behind the beginning nothing is counted, and the facets are empty.
        """
        query = self.query()
        refuse_company(self.person, query)
        found = documents_found(self.person, query)
        if found.total is None or "cursor" in query:
            pagination: dict[str, Any] = {"limit": query["limit"]}
        else:
            pages = -(-found.total // query["limit"])
            pagination = {
                "page": query.get("page", 1), "limit": query["limit"], "total": found.total, "pages": pages
            }  # fmt: skip
        around = {
            "success": True,
            "query": query.get("q", ""),
            "pagination": {**pagination, "next_cursor": found.next_cursor},
            "facets": {"categories": found.categories, "tags": found.tags},
        }
        return Response(rows.among(around, "documents", Document.objects.all(), found.ids, rows.DOCUMENT))


class CategoriesView(ServiceAPIView):
    """The categories of a company."""

    idempotent = True
    required_permissions = {"GET": "documents:view", "POST": "documents:upload"}
    query_serializers = {"GET": requests.CompanyQuery}
    body_serializers = {"POST": requests.CategoryCreateIn}
    answer_serializers = {
        "GET": serializers.CategoryListAnswer,
        "POST": {201: serializers.OneCategoryAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request) -> Response:
        """List them from A to Z; ``parent_category_id`` makes the tree."""
        query = self.query()
        refuse_company(self.person, query)
        company_id = query.get("company_id")
        counts = documents_in_categories(self.person, company_id)
        shown = [
            _category(category, counts.get((category.company_id, category.name_folded), 0))
            for category in category_list(self.person, company_id)
        ]
        return Response({"success": True, "categories": shown})

    def post(self, request: Request) -> Response:
        """Create a category; its name is the company's only one of that spelling."""
        body = self.body()
        company_id = company_of(self.person, body)
        category = category_create(company_id=company_id, **requests.without(body, "company_id"))
        count = documents_in_categories(self.person, company_id).get((company_id, category.name_folded), 0)
        return Response({"success": True, "category": _category(category, count)}, status=201)


class StatisticsView(ServiceAPIView):
    """Numbers about the documents of one company."""

    required_permissions = {"GET": "reports:view"}
    query_serializers = {"GET": requests.CompanyQuery}
    answer_serializers = {"GET": serializers.OneStatisticsAnswer}

    def get(self, request: Request) -> Response:
        """Counted over the documents that one may see; the storage used is the whole company's."""
        numbers = document_statistics(self.person, company_of(self.person, self.query()))
        return Response({"success": True, "statistics": _statistics(numbers)})


def _category(category: DocumentCategory, count: int) -> dict[str, Any]:
    shown = {
        "id": category.id,
        "company_id": category.company_id,
        "name": category.name,
        "description": category.description,
        "parent_category_id": category.parent_id,
        "color": category.color,
        "icon": category.icon,
        "document_count": count,
        "is_active": category.is_active,
        "created_at": category.created_at,
        "updated_at": category.updated_at,
    }
    return {name: value for name, value in shown.items() if value not in (None, "")}


def _statistics(numbers: DocumentStatistics) -> dict[str, Any]:
    return {
        "company_id": numbers.company_id,
        "total_documents": numbers.total_documents,
        "total_size": numbers.total_size,
        "documents_this_month": numbers.documents_this_month,
        "most_downloaded": [
            {"document_id": document.id, "title": document.title, "download_count": document.download_count}
            for document in numbers.most_downloaded
        ],
        "category_distribution": numbers.category_distribution,
        "storage_usage": {
            "used": numbers.used, "limit": numbers.limit, "percentage": numbers.percentage
        },
        "last_updated": numbers.last_updated,
    }  # fmt: skip
