"""The one reader of request bodies: a JSON object in UTF-8 as application/json, no key twice, no odd numbers, within
the limit.
"""

import json
import re
from typing import Any, Final, Never

from flask import Request, current_app
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from mediation.errors import Malformed, NotJson, TooLarge

MAX_DEPTH: Final = 40
_ODD: Final = re.compile("[\0\ud800-\udfff]")
"""No text has a NUL in it, nor half of a character."""


def read_object(request: Request) -> dict[str, Any]:
    """The object in the body; {} for a request without any. Raises `not-json`, `too-large`, `malformed`."""
    if request.content_length is None and "Transfer-Encoding" not in request.headers:
        return {}
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Malformed("malformed")  # whatever is in it: nothing here unpacks
    if request.content_length is not None and request.content_length > current_app.config["MAX_CONTENT_LENGTH"]:
        raise TooLarge("too-large")
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLarge("too-large") from error
    except ClientDisconnected as error:
        raise Malformed("malformed") from error
    if not data:
        return {}
    if request.mimetype != "application/json":
        raise NotJson("not-json")
    return parse(data)


def parse(data: bytes) -> dict[str, Any]:
    """The object in these bytes. Raises `malformed` for anything but one object, also for NaN, floats and deep nesting.
    """
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed("malformed") from error
    if not isinstance(value, dict) or not _sound(value, MAX_DEPTH):
        raise Malformed("malformed")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _refuse(text: str) -> Never:
    raise ValueError("not a number that is used here")


def _sound(value: object, depth: int) -> bool:
    if isinstance(value, str):
        return _ODD.search(value) is None
    if isinstance(value, dict | list):
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        return depth > 0 and all(_sound(one, depth - 1) for one in inner)
    return True
