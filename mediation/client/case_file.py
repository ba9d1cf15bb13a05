"""A case as one of its facilitators has verified it just now: history, head, everybody in it, keys and consents.

Nothing in a `CaseFile` is the server's word but what `view` holds: references, standings, states and times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation.client import trust
from mediation.client.errors import ClientError
from mediation.client.pins import newer
from mediation.client.signing_in import SignedIn
from mediation.client.trust import Trust
from mediation.protocol import case_chain, case_head, case_review, consent, envelope, epoch, members, pins
from mediation.protocol.case_chain import Chain
from mediation.protocol.case_head import Head
from mediation.protocol.case_review import KeptDocuments
from mediation.protocol.consent import Consent
from mediation.protocol.counted import Lists
from mediation.protocol.encoding import unb64
from mediation.protocol.errors import ProtocolError
from mediation.protocol.members import Members
from mediation.protocol.primitives import kid


@dataclass(frozen=True)
class CaseFile:
    """One case, for one of its facilitators. `secrets`: every epoch's secret by the kid of its key; `consents`: the
    newest one of each person whose consent holds; `alarms`: codes to be shown to the facilitator."""

    me: SignedIn
    trust: Trust
    view: Mapping[str, Any]
    head: Head
    people: Members
    kept: KeptDocuments
    lists: Lists
    secrets: Mapping[str, bytes] = field(repr=False)
    consents: Mapping[str, Consent]
    alarms: tuple[str, ...]

    @property
    def case_id(self) -> str:
        """The case's id."""
        return self.head.case_id

    @property
    def reference(self) -> str:
        """The number on paper and on the telephone, such as BR-0417."""
        return str(self.view["reference"])

    @property
    def used_invites(self) -> frozenset[str]:
        """The invites of everybody who is, or as far as this client knows was, in the case."""
        present = {each.invite_hash for each in self.people.people if each.invite_hash is not None}
        return frozenset(present | set(self.me.pins.value["opened"]))


def load(me: SignedIn, case_id: str, *, opens: bool = True) -> CaseFile:
    """Fetch a case and verify all of it; what is new is pinned. `opens`: whether to open its epochs' secrets.

    Raises ApiError, and what `trust.load`, `case_chain.follow`, `case_head.assess`, `members.open_all`,
    `case_review.open_lists`, `epoch.open_seal` and `epoch.open_history` raise.
    """
    known = trust.load(me)
    view = me.transport.get(f"/cases/{case_id}")
    chain = _chain(me, view, known, case_id)
    head = case_head.assess(chain, known.authority, view["anchor"])
    people = members.open_all(chain.payload, view["documents"])
    kept = KeptDocuments(view["kept"]["facilitators"], view["kept"]["members"])
    lists = case_review.open_lists(chain.payload, people, kept)
    consents, alarms = _consents(me, view, head, people)
    secrets = _secrets(me, view, chain) if opens else {}
    me.pins.keep(lambda value: _pinned(value, chain, people, consents))
    return CaseFile(me, known, view, head, people, kept, lists, secrets, consents, (*_alarms(head), *alarms))


def _chain(me: SignedIn, view: Mapping[str, Any], known: Trust, case_id: str) -> Chain:
    pinned = me.pins.value["cases"].get(case_id)
    nonce = unb64(view["nonce"])
    return case_chain.follow(view["statements"], known.authority, nonce=nonce, pinned=pinned, case_id=case_id)


def _secrets(me: SignedIn, view: Mapping[str, Any], chain: Chain) -> dict[str, bytes]:
    """Every epoch's secret, from the seal of the newest one to this facilitator."""
    mine, newest = kid(me.box_pk), int(chain.payload["epoch"])
    for each in view["seals"]:
        if (each["epoch"], each["box_kid"]) == (newest, mine):
            secret = epoch.open_seal(
                unb64(each["seal"]), me.keys.box_seed, chain.case_id, newest, chain.epoch_pks[newest - 1]
            )
            links = {link["epoch"]: unb64(link["previous_secret"]) for link in view["links"]}
            return epoch.open_history(secret, chain.case_id, chain.epoch_pks, links)
    raise ClientError("not-mine")


def _consents(
    me: SignedIn, view: Mapping[str, Any], head: Head, people: Members
) -> tuple[dict[str, Consent], tuple[str, ...]]:
    """The consents that hold; one that was rolled back or forked is an alarm, one under an old key is just missing."""
    given: dict[str, list[Any]] = {}
    for each in view["consents"]:
        given.setdefault(envelope.parse(each, "consent").payload["participant_id"], []).append(each)
    found, alarms = {}, []
    for person in people.people:
        pinned = pins.from_document(me.pins.value["consents"].get(person.participant_id))
        try:
            envelopes = given.get(person.participant_id, ())
            found[person.participant_id] = consent.newest(envelopes, head, people, person.participant_id, pinned)
        except ProtocolError as error:
            if error.code.startswith("chain-"):
                alarms.append(f"consent-{error.code}")
    return found, tuple(alarms)


def _alarms(head: Head) -> tuple[str, ...]:
    found = {
        str(head.lapse): head.lapse is not None,
        "anchor-lags": head.anchor_lags,
        "issuer-stood-in": bool(head.chain.stand_ins),
    }
    return tuple(name for name, holds in found.items() if holds)


def _pinned(value: Mapping[str, Any], chain: Chain, people: Members, consents: Mapping[str, Consent]) -> dict[str, Any]:
    kept = value["consents"]
    newest = {
        person: newer(kept.get(person), {"seq": each.seq, "hash": each.hash}) for person, each in consents.items()
    }
    used = {each.invite_hash for each in people.people if each.invite_hash is not None}
    return {
        **value,
        "cases": {**value["cases"], chain.case_id: newer(value["cases"].get(chain.case_id), chain.pin())},
        "consents": {**kept, **newest},
        "opened": sorted({*value["opened"], *used}),
    }
