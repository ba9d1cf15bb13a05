"""What still may be read although its signatures no longer count: nothing but the hashes in the reader's kept list.

A list is a document {salt, hashes} whose hash stands in the member document, or in the case statement for the
facilitators. An empty list is null. A listed hash stands for the signatures of a statement, for reading only.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from mediation.protocol import statements
from mediation.protocol.encoding import canonical
from mediation.protocol.errors import ProtocolError
from mediation.protocol.salted import SALT, digest, new_salt

_DOCUMENT: Final = statements.record({"salt": SALT, "hashes": statements.ascending(statements.digest, least=1)})


def build(hashes: Iterable[str]) -> dict[str, Any] | None:
    """A new list of statement hashes, None when there are none."""
    listed = sorted(set(hashes))
    return {"salt": new_salt(), "hashes": listed} if listed else None


def document_hash(document: Mapping[str, Any] | None) -> str | None:
    """B64(H(PAE("mediation/v1/kept", document in RFC 8785 form))), None for no document."""
    return None if document is None else digest("kept", canonical(document))


def open_(document: object, kept: str | None) -> frozenset[str]:
    """The statement hashes of the list whose hash is `kept`.

    Raises `missing-field`, `unknown-field`, `bad-field`, `kept-document-wrong`.
    """
    if document is not None:
        _DOCUMENT(document, "")
    fields = cast(dict[str, Any] | None, document)
    if document_hash(fields) != kept:
        raise ProtocolError("kept-document-wrong")
    return frozenset() if fields is None else frozenset(fields["hashes"])
