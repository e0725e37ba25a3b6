"""Pages of lists: `offset` and `limit` of a query, `current_page` and `per_page` of a body."""

from fastapi import Request

from syncproof.domain.errors import PageOutOfRange

MOST = 1000
"""Entries of a page, at most and by default."""
FURTHEST = (1 << 31) - 1


def page(request: Request) -> tuple[int, int]:
    """`offset` and `limit` of a query. Raises PageOutOfRange."""
    return _number(request, "offset", 0, 0, FURTHEST), _number(request, "limit", MOST, 1, MOST)


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise PageOutOfRange(name=name, reason=f"it is {least} to {most}")
    return int(text)


def rows(current_page: int, per_page: int) -> slice:
    """The places in a list that a page shows."""
    first = min((current_page - 1) * per_page, FURTHEST)
    return slice(first, first + per_page)
