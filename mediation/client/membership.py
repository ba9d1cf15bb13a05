"""A participant's own place in their case, verified from the root key that they pinned on joining."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mediation.client import trust
from mediation.client.errors import ClientError
from mediation.client.pins import newer
from mediation.client.signing_in import SignedIn
from mediation.protocol import case_chain, case_head, consent, joining, kept, members, pins
from mediation.protocol.case_head import Head
from mediation.protocol.consent import Consent
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Member, Members
from mediation.protocol.reading import Reader
from mediation.protocol.roster import Staff

ADMITTED: Final = "admitted"


@dataclass(frozen=True)
class Membership:
    """An admitted participant's case: its head, their own entry, what they read with, their newest consent if one
    holds. `view` is the server's word: standing, names."""

    me: SignedIn
    view: Mapping[str, Any]
    head: Head
    own: Member
    reader: Reader
    consent: Consent | None

    @property
    def people(self) -> Members:
        """The members whose entries were handed over: oneself, and the writers of letters."""
        return self.reader.people

    @property
    def facilitators(self) -> Sequence[Staff]:
        """Who can read what this participant writes, proven."""
        return list(self.head.counting.values())

    @property
    def standing(self) -> str:
        """`active`, `paused` or `withdrawn`, as the server says."""
        return str(self.view["standing"]["standing"])


def state(me: SignedIn) -> str:
    """`waiting`, `admitted` or `removed`, as the server says. Raises ApiError."""
    return str(me.transport.get("/membership")["state"])


def load(me: SignedIn) -> Membership:
    """Fetch one's membership and verify all of it; what is new is pinned.

    Raises `not-admitted`, ApiError, and what `trust.load`, `case_chain.follow`, `case_head.assess`,
    `members.open_some`, `joining.check_admitted` and `kept.open_` raise.
    """
    known = trust.load(me)
    pinned = me.pins.value["cases"].get(me.case_id)
    view = me.transport.get("/membership", {} if pinned is None else {"from": pinned["seq"]})
    if view["state"] != ADMITTED:
        raise ClientError("not-admitted")
    chain = case_chain.follow(
        view["statements"], known.authority, nonce=unb64(view["nonce"]), pinned=pinned, case_id=me.case_id
    )
    head = case_head.assess(chain, known.authority, view["anchor"])
    people = _people(view, head)
    own = people.get(str(me.participant_id))
    joining.check_admitted(own, str(me.participant_id), me.sign_pk, me.box_pk)
    reader = Reader(own.participant_id, me.keys.box_seed, people, kept.open_(view["kept"], own.kept))
    given = _consent(me, view, head, people)
    me.pins.keep(lambda value: _pinned(value, head, own.participant_id, given))
    return Membership(me, view, head, own, reader, given)


def _people(view: Mapping[str, Any], head: Head) -> Members:
    """One's own entry and the writers', each once."""
    documents = {members.document_hash(each): each for each in [view["document"], *view["documents"]]}
    return members.open_some(head.payload, list(documents.values()))


def _consent(me: SignedIn, view: Mapping[str, Any], head: Head, people: Members) -> Consent | None:
    """The newest own consent; none if it was given with former keys, or not yet. Raises `chain-*`."""
    participant_id = str(me.participant_id)
    pinned = pins.from_document(me.pins.value["consents"].get(participant_id))
    try:
        return consent.newest(view["consents"], head, people, participant_id, pinned)
    except ProtocolError as error:
        if error.code.startswith("chain-"):
            raise
        return None


def _pinned(value: Mapping[str, Any], head: Head, participant_id: str, given: Consent | None) -> dict[str, Any]:
    consents = value["consents"]
    if given is not None:
        newest = newer(consents.get(participant_id), {"seq": given.seq, "hash": given.hash})
        consents = {**consents, participant_id: newest}
    case = newer(value["cases"].get(head.case_id), head.chain.pin())
    return {**value, "cases": {**value["cases"], head.case_id: case}, "consents": consents}
