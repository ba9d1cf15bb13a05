"""Pages and answers travel compressed where the browser can take it: a participant's phone may be on a slow line.

Nothing that a stranger chooses stands in the same answer as a secret in the clear: letters are ciphertext, the token of
the session is in no body. So the length of a compressed answer gives nothing away that its plain length would not.
"""

import gzip
from typing import Final

import brotli
from flask import Flask, Response, g, request

SMALLEST: Final = 3000
"""Bytes; what is shorter arrives with the first packets in any case."""
TYPES: Final = frozenset({"text/html", "application/json"})
BROTLI_QUALITY: Final = 5
QUICK_QUALITY: Final = 2
"""For staff, whose lines are faster than an old phone's: 3 % longer, in a third of the time. And for what the API
answers: ciphertext in base64, of which more effort makes nothing shorter."""
GZIP_LEVEL: Final = 6


def init_app(app: Flask) -> None:
    """Compress what is worth it, after everything else has been decided about the answer."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """The same answer, with `Content-Encoding` br or gzip if that is shorter and asked for."""
    if response.mimetype not in TYPES or response.direct_passthrough or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) < SMALLEST:
        return response
    response.vary.add("Accept-Encoding")
    coding = request.accept_encodings.best_match(("br", "gzip"))
    if coding is not None:
        made = brotli.compress(body, quality=_quality(response)) if coding == "br" else gzip.compress(body, GZIP_LEVEL)
        response.set_data(made)
        response.headers["Content-Encoding"] = coding
    return response


def _quality(response: Response) -> int:
    return BROTLI_QUALITY if response.mimetype == "text/html" and g.actor.kind != "staff" else QUICK_QUALITY
