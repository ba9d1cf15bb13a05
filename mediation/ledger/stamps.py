"""RFC 3161 timestamps: what is stamped of a published head, what an authority is asked, and whether an answer holds.

Stamped is the note as the log signed it, without the lines of witnesses: these come when they come, and neither the
authority nor the witnesses wait for each other. The note's beginning never changes, so whoever has it has those bytes.
An answer counts only as a whole: granted, over exactly these bytes, signed by a certificate for timestamps that was
valid then and leads to one of the given roots.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerifierBuilder, decode_timestamp_response
from rfc3161_client.tsp import PKIStatus, TimeStampResponse
from rfc3161_client.verify import SHA256_OID

from mediation.protocol import notes

MOST_BYTES: Final = 64 * 1024
"""Of an answer; those of authorities have some thousand, their certificates included."""
REQUEST_TYPE: Final = "application/timestamp-query"
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


def stamped(note: str) -> bytes:
    """The bytes of a note that are stamped: its text and the lines under the log's own name. Raises ProtocolError."""
    read = notes.parse(note)
    origin = read.text.partition("\n")[0]
    return notes.issue(read.text, [each for each in read.signatures if each.name == origin]).encode()


def request(data: bytes) -> Request:
    """Ask for a timestamp over SHA-256 of these bytes, with the certificates that it takes to check it."""
    made = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=True)
    built = made.build()
    return Request(built.as_bytes(), built.nonce)


def roots_in(pem: str) -> list[x509.Certificate]:
    """The certificates of authorities that are believed. Raises ValueError where there is none."""
    return list(dict.fromkeys(x509.load_pem_x509_certificates(pem.encode())))


def opened(answer: bytes, data: bytes, roots: list[x509.Certificate], nonce: int | None = None) -> datetime:
    """The time at which these bytes were there, by an authority under one of the roots; `nonce`: that of the request,
    None where it is not known any more. Raises StampError with one of SENTENCES.
    """
    try:
        return _opened(answer, data, roots, nonce)
    except StampError:
        raise
    except Exception as error:  # bytes that somebody else chose: what the libraries make of them is not listed anywhere
        raise StampError("timestamp-unreadable") from error


def _opened(answer: bytes, data: bytes, roots: list[x509.Certificate], nonce: int | None) -> datetime:
    found = decode_timestamp_response(answer)
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


def _is_over(found: TimeStampResponse, data: bytes) -> bool:
    imprint = found.tst_info.message_imprint
    return imprint.hash_algorithm.dotted_string == SHA256_OID and imprint.message == hashlib.sha256(data).digest()
