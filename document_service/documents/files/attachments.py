"""Files as answers to a browser: to be saved, never to be shown."""

from typing import Any

from django.core.files import File
from django.http import FileResponse

from document_service.documents.files.storage import PIECE


def attachment(file: "File[Any]", *, name: str, size: int) -> FileResponse:
    """The open file in pieces, under ``name``: nothing in it runs in the reader's browser."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    answer.block_size = PIECE
    answer["Content-Length"] = str(size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
