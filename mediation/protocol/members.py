"""Who is in a case: the statement names members by the hashes of their documents, and no member can hide among them.

Facilitators and the server hold every document, fillers included, and refuse a list with an entry that they cannot
open. A participant is given only the documents that they need.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from mediation.protocol import statements
from mediation.protocol.encoding import b64, canonical, unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.primitives import kid
from mediation.protocol.salted import SALT, digest, new_salt
from mediation.protocol.statements import nullable, record

MULTIPLE: Final = 8
"""The number of entries in a case statement is a multiple of this, so that it says little about how many people."""

_FILLER: Final = record({"salt": SALT})
_MEMBER: Final = record(
    {
        "salt": SALT,
        "participant_id": statements.identifier,
        "side": statements.one_of(*statements.SIDES),
        "role": statements.one_of(*statements.MEMBER_ROLES),
        "assisted": statements.flag,
        "sign_pk": nullable(statements.sign_key),
        "box_pk": nullable(statements.box_key),
        "invite_hash": nullable(statements.digest),
        "kept": nullable(statements.digest),
    }
)


@dataclass(frozen=True)
class Member:
    """A member of a case; keys and invite_hash are None for an assisted person without a device."""

    document: Mapping[str, Any]
    participant_id: str
    side: str
    role: str
    assisted: bool
    sign_pk: bytes | None
    box_pk: bytes | None
    invite_hash: str | None
    kept: str | None

    @property
    def sign_kid(self) -> str | None:
        """The name of the signing key."""
        return None if self.sign_pk is None else kid(self.sign_pk)

    @property
    def box_kid(self) -> str | None:
        """The name of the box key."""
        return None if self.box_pk is None else kid(self.box_pk)


@dataclass(frozen=True)
class Members:
    """Members whose documents were given; `complete` if nobody else can be in the case."""

    people: tuple[Member, ...]
    fillers: tuple[Mapping[str, Any], ...]
    complete: bool

    def find(self, participant_id: str) -> Member | None:
        """The member, or None."""
        return next((each for each in self.people if each.participant_id == participant_id), None)

    def get(self, participant_id: str) -> Member:
        """The member. Raises `member-unknown`."""
        found = self.find(participant_id)
        if found is None:
            raise ProtocolError("member-unknown")
        return found

    @property
    def documents(self) -> list[Mapping[str, Any]]:
        """Every document given, fillers last."""
        return [*(each.document for each in self.people), *self.fillers]


def build(
    *,
    participant_id: str,
    side: str,
    role: str,
    assisted: bool,
    sign_pk: bytes | None,
    box_pk: bytes | None,
    invite_hash: str | None,
    kept: str | None = None,
) -> dict[str, Any]:
    """A new member document with a fresh salt. Raises what `parse` raises."""
    document = {
        "salt": new_salt(),
        "participant_id": participant_id,
        "side": side,
        "role": role,
        "assisted": assisted,
        "sign_pk": None if sign_pk is None else b64(sign_pk),
        "box_pk": None if box_pk is None else b64(box_pk),
        "invite_hash": invite_hash,
        "kept": kept,
    }
    parse(document)
    return document


def filler() -> dict[str, Any]:
    """A document that stands for nobody."""
    return {"salt": new_salt()}


def fill(documents: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The documents of people, and as many fillers as make the next multiple of eight."""
    people = [document for document in documents if set(document) != {"salt"}]
    return [*people, *(filler() for _ in range(-len(people) % MULTIPLE))]


def document_hash(document: Mapping[str, Any]) -> str:
    """B64(H(PAE("mediation/v1/member", document in RFC 8785 form)))."""
    return digest("member", canonical(document))


def hashes(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a case statement lists for these documents."""
    return sorted(document_hash(document) for document in documents)


def parse(document: object) -> Member | None:
    """The member that a document describes, None for a filler.

    Raises `missing-field`, `unknown-field`, `bad-field`, `bad-key`, `member-keys-wrong`.
    """
    if isinstance(document, dict) and set(document) == {"salt"}:
        _FILLER(document, "")
        return None
    _MEMBER(document, "")
    fields = cast(dict[str, Any], document)
    _check_keys(fields)
    return Member(
        document=fields,
        participant_id=fields["participant_id"],
        side=fields["side"],
        role=fields["role"],
        assisted=fields["assisted"],
        sign_pk=_key(fields["sign_pk"]),
        box_pk=_key(fields["box_pk"]),
        invite_hash=fields["invite_hash"],
        kept=fields["kept"],
    )


def _key(text: str | None) -> bytes | None:
    return None if text is None else unb64(text)


def _check_keys(fields: Mapping[str, Any]) -> None:
    missing = [fields[name] is None for name in ("sign_pk", "box_pk", "invite_hash")]
    if any(missing) and not (all(missing) and fields["assisted"]):
        raise ProtocolError("member-keys-wrong")


def open_some(case: Mapping[str, Any], documents: Sequence[object]) -> Members:
    """The members whose documents are given, each proven to be in a case payload.

    Raises what `parse` raises, `member-not-in-head`, `member-repeated`, `key-repeated`.
    """
    parsed = [parse(document) for document in documents]
    listed = [document_hash(cast(dict[str, Any], document)) for document in documents]
    if not set(listed) <= set(case["members"]):
        raise ProtocolError("member-not-in-head")
    people = tuple(each for each in parsed if each is not None)
    fillers = tuple(
        cast(dict[str, Any], document) for document, each in zip(documents, parsed, strict=True) if not each
    )
    _check_ids(people, case)
    _check_distinct_keys(people, case)
    return Members(people, fillers, complete=set(listed) == set(case["members"]))


def open_all(case: Mapping[str, Any], documents: Sequence[object]) -> Members:
    """Every member of a case payload. Raises what `open_some` raises, `member-unopened`."""
    members = open_some(case, documents)
    if not members.complete:
        raise ProtocolError("member-unopened")
    return members


def _check_ids(people: Sequence[Member], case: Mapping[str, Any]) -> None:
    """Nobody twice, and no member under a facilitator's id."""
    ids = [each.participant_id for each in people] + [entry["staff_id"] for entry in case["facilitators"]]
    if len(set(ids)) != len(ids):
        raise ProtocolError("member-repeated")


def _check_distinct_keys(people: Sequence[Member], case: Mapping[str, Any]) -> None:
    """No key twice, and none that a facilitator has too: one person could write and approve what they wrote."""
    kids = [each for person in people for each in (person.sign_kid, person.box_kid) if each is not None]
    kids += [entry[field] for entry in case["facilitators"] for field in ("sign_kid", "box_kid")]
    if len(set(kids)) != len(kids):
        raise ProtocolError("key-repeated")
