"""Every refusal of the protocol has one stable code and one plain sentence, the same in Python and JavaScript.

`CODES` is mirrored by `static/js/protocol/errors.js`; a test compares the two tables. Keep it sorted.
"""

from typing import Final

CODES: Final[dict[str, str]] = {
    "bad-base64": "This is not base64url text in its one exact form.",
    "bad-date": "This is not a calendar date written as YYYY-MM-DD.",
    "bad-envelope": "The signed envelope does not have the exact form that is required.",
    "bad-field": "A field of the statement has a value that is not allowed there.",
    "bad-id": "This is not an identifier of 16 bytes.",
    "bad-integer": "This number is outside the range that is allowed here.",
    "bad-invitation-code": "This invitation code is not complete or has a wrong character.",
    "bad-json": "This value cannot be written in the exact JSON form that is required.",
    "bad-key": "This public key is not usable: it is malformed or weak.",
    "bad-length": "This value does not have the number of bytes that is required.",
    "bad-padding": "The padding of the decrypted content is wrong.",
    "bad-passphrase": "The passphrase contains a character that cannot be used.",
    "bad-proof": "The proof that an entry belongs to the list does not hold.",
    "bad-signature": "The signature is not valid.",
    "bad-text": "The text contains hidden or control characters that are not allowed.",
    "bad-time": "This is not a time written as YYYY-MM-DDTHH:MM:SSZ.",
    "cannot-open": "This could not be decrypted with the key given.",
    "commitment-mismatch": "The key does not belong to this content.",
    "duplicate-signature": "The same key signed twice.",
    "missing-field": "A field of the statement is missing.",
    "not-canonical": "The content is not written in the one exact JSON form that is required.",
    "passphrase-too-short": "A passphrase of your own must have at least 16 characters.",
    "pwhash-bounds": "The settings for stretching the passphrase are outside the safe range.",
    "too-few-signatures": "Not enough of the people who must sign have signed.",
    "too-large": "This is larger than is allowed.",
    "too-many-signatures": "This kind of statement carries only one signature.",
    "unknown-field": "The statement has a field that does not belong there.",
    "unknown-signer": "The signature is by a key that is not trusted for this.",
    "wrong-type": "This is a statement of another type.",
}


class ProtocolError(Exception):
    """A refusal: `code` is a key of `CODES`, `detail` names the place (a field path), never the content found there."""

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in CODES:
            raise AssertionError(f"unknown protocol error code {code!r}")
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    @property
    def sentence(self) -> str:
        """The plain sentence for a person."""
        return CODES[self.code]

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}" + (f" ({self.detail})" if self.detail else "")
