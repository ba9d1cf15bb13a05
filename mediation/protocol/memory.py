"""A person's own documents (pins, drafts, settings), kept by the server: what opens is their own, under this very name.

The key comes from their own seed. Sealing to their public key would not do: anybody could write such a document.
"""

import re
from typing import Any, Final

from mediation.protocol.encoding import MAX_INT, canonical, check_id, check_int, pae, parse_canonical
from mediation.protocol.errors import ProtocolError
from mediation.protocol.padding import pad, unpad
from mediation.protocol.primitives import aead_open, aead_seal, kdf

_NAME: Final = re.compile(r"[A-Za-z0-9._:/-]{1,128}")


def close(sign_seed: bytes, account_id: str, name: str, revision: int, document: object) -> bytes:
    """The AEAD blob of a document (a value that `canonical` takes), padded so that a draft's length says little.

    `name` is 1 to 128 of A-Z, a-z, 0-9 and `._:/-`; `revision` counts from 1 and rises with every change.
    Raises `bad-json`, `bad-length`, `bad-id`, `bad-field`, `bad-integer`.
    """
    return aead_seal(_key(sign_seed), pad(canonical(document)), _aad(account_id, name, revision))


def open_(sign_seed: bytes, account_id: str, name: str, revision: int, blob: bytes) -> Any:
    """The document of a blob.

    Raises `cannot-open`, `bad-padding`, `not-canonical`, `bad-length`, `bad-id`, `bad-field`, `bad-integer`.
    """
    return parse_canonical(unpad(aead_open(_key(sign_seed), blob, _aad(account_id, name, revision))))


def _key(sign_seed: bytes) -> bytes:
    return kdf(sign_seed, 3, "medself1")


def _aad(account_id: str, name: str, revision: int) -> bytes:
    if not _NAME.fullmatch(name):
        raise ProtocolError("bad-field", "name")
    place = f"{check_id(account_id)}.{name}.{check_int(revision, 1, MAX_INT)}"
    return pae("mediation/v1/self", place.encode("ascii"))
