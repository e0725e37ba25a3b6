"""SDK-HMAC-SHA256, the signature of requests by access key, as the official SDKs make it.

The canonical request is the method, the path (each segment percent-encoded, a slash at the end),
the sorted query, the signed headers in lower case, their names, and the SHA-256 of the body, one
a line. The string to sign is the algorithm, the time and the SHA-256 of that; the signature is
its HMAC with the secret itself.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "x-sdk-date"
BODY_HEADER = "x-sdk-content-sha256"
UNSIGNED = "UNSIGNED-PAYLOAD"
_FORM = re.compile(
    r"SDK-HMAC-SHA256 Access=([!-~]+?), SignedHeaders=([a-z0-9;_-]+), Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it came: headers in lower case, the query as pairs, decoded."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of an Authorization header."""

    access: str
    headers: tuple[str, ...]
    signature: str


def parsed(header: str) -> Authorization | None:
    """The parts of a header, None where it is none of ours."""
    found = _FORM.fullmatch(header.strip())
    if found is None:
        return None
    return Authorization(found[1], tuple(found[2].split(";")), found[3])


def signed_at(request: Signed) -> datetime | None:
    """The time of signing, None where there is none that can be read."""
    try:
        moment = datetime.strptime(request.headers.get(DATE_HEADER, ""), "%Y%m%dT%H%M%SZ")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


def signature(request: Signed, headers: Sequence[str], secret: str) -> str:
    """The signature that this request has under a secret."""
    canonical = "\n".join(
        (
            request.method.upper(),
            _path(request.path),
            _query(request.query),
            "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in headers),
            ";".join(headers),
            _body(request),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{request.headers.get(DATE_HEADER, '')}\n{digest}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def holds(request: Signed, given: Authorization, secret: str) -> bool:
    """Whether a request was signed with a secret; takes the same time either way. Host and date
    must be among what is signed."""
    made = signature(request, given.headers, secret)
    enough = {DATE_HEADER, "host"} <= set(given.headers)
    return hmac.compare_digest(made, given.signature) and enough


def _path(path: str) -> str:
    encoded = "/".join(quote(segment, safe="~") for segment in unquote(path).split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def _query(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(pairs)
    )


def _body(request: Signed) -> str:
    """A body that is not JSON may be left out of the signature, by a header that is in it."""
    kind = request.headers.get("content-type", "application/json")
    left_out = request.headers.get(BODY_HEADER) == UNSIGNED
    if left_out and not kind.startswith("application/json") and request.body:
        return UNSIGNED
    return hashlib.sha256(request.body).hexdigest()
