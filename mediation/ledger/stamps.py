"""RFC 3161 timestamps: what an authority is asked, and whether its answer holds.

An answer counts only as a whole: granted, over exactly these bytes, signed by a certificate for timestamps that was
valid then and leads to one of the given roots.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import PKIStatus, TimeStampResponse
from rfc3161_client.verify import SHA256_OID

MOST_BYTES: Final = 64 * 1024
"""Of an answer; those of authorities have some thousand, their certificates included."""
REQUEST_TYPE: Final = "application/timestamp-query"
CERTIFICATES: Final = 0xA0
"""The tag of a signed answer's certificates."""
SHORT: Final = 127
"""The longest value whose length is one byte."""
SENTENCES: Final = {
    "timestamp-unreadable": "This is no timestamp that could be read.",
    "timestamp-refused": "The authority did not grant a timestamp.",
    "timestamp-nonce-wrong": "The timestamp answers another request.",
    "timestamp-hash-wrong": "The timestamp is over something else.",
    "timestamp-untrusted": "The timestamp is not signed by an authority under a root that was given.",
}


class StampError(Exception):
    """An answer that is not kept, or not believed. `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """What it means."""
        return SENTENCES[self.code]


@dataclass(frozen=True)
class Request:
    """What an authority is asked, and the number that its answer must repeat."""

    body: bytes
    nonce: int | None


def request(data: bytes) -> Request:
    """Ask for a timestamp over SHA-256 of these bytes, with the certificates that it takes to check it."""
    made = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
    built = made.build()
    return Request(built.as_bytes(), built.nonce)


def roots_in(pem: str) -> list[x509.Certificate]:
    """The certificates of authorities that are believed. Raises ValueError where there is none."""
    return list(dict.fromkeys(x509.load_pem_x509_certificates(pem.encode())))


def opened(answer: bytes, data: bytes, roots: Sequence[x509.Certificate], nonce: int | None = None) -> datetime:
    """The time at which these bytes were there, by an authority under one of the roots; `nonce`: that of the request,
    None where it is not known any more. Raises StampError with one of SENTENCES.
    """
    try:
        return _opened(answer, data, roots, nonce)
    except StampError:
        raise
    except Exception as error:  # bytes that somebody else chose: what the libraries make of them is not listed anywhere
        raise StampError("timestamp-unreadable") from error


def _opened(answer: bytes, data: bytes, roots: Sequence[x509.Certificate], nonce: int | None) -> datetime:
    found = decode_timestamp_response(in_order(answer))
    if found.status != PKIStatus.GRANTED:
        raise StampError("timestamp-refused")
    if nonce is not None and found.tst_info.nonce != nonce:
        raise StampError("timestamp-nonce-wrong")
    if not _is_over(found, data):
        raise StampError("timestamp-hash-wrong")
    try:
        VerifierBuilder(roots=list(roots), nonce=nonce).build().verify_message(found, data)
    except Exception as error:  # the same
        raise StampError("timestamp-untrusted") from error
    return found.tst_info.gen_time


def in_order(answer: bytes) -> bytes:
    """The same answer with its certificates in the order of their bytes, as DER has a set and the library demands it:
    many authorities give them in the order of the chain. Nobody signs that order, and what is kept is what came. Raises
    IndexError, ValueError.
    """
    response = _values(answer, 0, len(answer))[0]
    _, *token = _inside(answer, response)
    if not token:
        return answer
    _, content = _inside(answer, token[0])
    for part in _inside(answer, _inside(answer, content)[0]):
        if part.tag == CERTIFICATES:
            each = sorted(answer[one.start : one.end] for one in _inside(answer, part))
            return answer[: part.content] + b"".join(each) + answer[part.end :]
    return answer


@dataclass(frozen=True)
class _Value:
    """Where a value of DER stands."""

    tag: int
    start: int
    content: int
    end: int


def _inside(data: bytes, value: _Value) -> list[_Value]:
    return _values(data, value.content, value.end)


def _values(data: bytes, at: int, end: int) -> list[_Value]:
    """The values that stand one after the other."""
    found = []
    while at < end:
        size, content = data[at + 1], at + 2
        if size > SHORT:
            content += size - SHORT - 1
            size = int.from_bytes(data[at + 2 : content])
        found.append(_Value(data[at], at, content, content + size))
        at = content + size
    if at != end:
        raise ValueError("a value that is longer than what holds it")
    return found


def _is_over(found: TimeStampResponse, data: bytes) -> bool:
    imprint = found.tst_info.message_imprint
    return imprint.hash_algorithm.dotted_string == SHA256_OID and imprint.message == hashlib.sha256(data).digest()
