"""Files as answers to a browser: to be saved, never to be shown."""

from typing import Any

from django.core.files import File
from django.http import FileResponse

from document_service.documents.files.storage import PIECE
from document_service.documents.files.transfers import Transfer

# What the server takes over at once, so that a slow client holds no thread; most papers are smaller.
ONE_PIECE = 1024 * 1024


def attachment(file: "File[Any]", *, name: str, size: int) -> FileResponse:
    """The open file under ``name``, larger ones in pieces: nothing in it runs in the reader's browser.

    Raises TooManyTransfersError.
    """
    try:
        running = Transfer() if size > ONE_PIECE else None
    except Exception:
        file.close()
        raise
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")
    answer.block_size = PIECE if running else ONE_PIECE
    if running:
        answer._resource_closers.append(running.end)  # type: ignore[attr-defined]
    answer["Content-Length"] = str(size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
