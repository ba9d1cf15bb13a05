"""The setting of the scenes in the vectors: one case with everything in it, and what each party of it is given.

`inputs` are in the form that `tests/protocol/scene_parts.py` reads.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mediation.protocol import case, members, note
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import canonical, format_time
from mediation.protocol.message import Sealed
from tests.protocol.world import NOW, Agency, Envelope, Person, person
from tests.protocol.world_case import Case, document

Inputs = dict[str, Any]


class Setting:
    """Fay's and Finn's case with Hana and Rob, and Xan, who takes part with help; Hana's letter to Rob is released."""

    def __init__(self, approvals: int = 1) -> None:
        self.agency = Agency.found()
        self.fay, self.finn, self.flo, self.ada = (getattr(self.agency, name) for name in ("fay", "finn", "flo", "ada"))
        self.case = Case.open(self.agency, [self.fay, self.finn], approvals=approvals)
        self.hana, self.rob, self.xan = person("Hana"), person("Rob"), person("Xan")
        self.admit()
        self.letter = self.case.write(self.hana, [self.rob])
        self.note = note.new("It mentions the accident.")
        self.proposal = self.case.propose(self.letter, _release(self.rob, self.note), self.fay)
        self.release = self.proposal.envelope
        if approvals > 1:
            self.release = self.case.co_sign(self.letter, self.release, self.proposal.consents, self.finn, self.note)

    def admit(self) -> None:
        """All three come in with one step, and consent."""
        none: dict[str, None] = {"sign_pk": None, "box_pk": None, "invite_hash": None}
        xan = members.build(participant_id=self.xan.id, side="person_harmed", role="party", assisted=True, **none)
        hana, rob = self.case.join(self.hana), self.case.join(self.rob, "person_responsible")
        self.case.admit(document(hana), document(rob), xan)
        self.case.agree(self.hana)
        self.case.agree(self.rob)
        self.case.agree(self.xan, self.fay)

    # What everybody is given ----------------------------------------------------------------------------------------

    def trust(self, now: datetime = NOW, **changes: Any) -> Inputs:
        given = {"agency": self.agency.statements, "rosters": self.agency.rosters, "pinned": None}
        return {**given, "root_pk_hex": self.agency.root_pk.hex(), "now": format_time(now), **changes}

    def history(self, **changes: Any) -> Inputs:
        given = {"statements": self.case.envelopes, "nonce_hex": self.case.nonce.hex(), "anchor": self.case.proof()}
        return {**given, "pinned": None, "case_id": None, **changes}

    def base(self, now: datetime = NOW) -> Inputs:
        """Trust and case."""
        return {"trust": self.trust(now), "case": self.history()}

    def everything(self, now: datetime = NOW) -> Inputs:
        """What facilitators and the server hold."""
        lists = {"facilitators": self.case.lists.facilitators, "members": dict(self.case.lists.members)}
        return {**self.base(now), "documents": self.case.documents, "kept": lists}

    def documents(self, *people: Person) -> list[Mapping[str, Any]]:
        wanted = {each.id for each in people}
        return [each for each in self.case.documents if each.get("participant_id") in wanted]

    def reader(self, who: Person) -> Inputs:
        return {
            "participant_id": who.id,
            "box_seed_hex": who.box_seed.hex(),
            "kept": self.case.lists.members.get(who.id),
        }

    # What the parties do --------------------------------------------------------------------------------------------

    def offer(self, now: datetime = NOW, **changes: Any) -> Inputs:
        """Hana's letter offered to Rob and opened."""
        given = {
            "documents": self.documents(self.rob, self.hana),
            "reader": self.reader(self.rob),
            "decision": self.release,
            "message": self.letter.envelope,
            "note_hex": note.seal(self.note, self.rob.box_pk).hex(),
            "ciphertext_hex": self.letter.ciphertext.hex(),
            "wrap_hex": self.case.wrap(self.letter, self.rob).hex(),
        }
        return {**self.base(now), **given, **changes}

    def submission(self, sealed: Sealed, now: datetime = NOW, **changes: Any) -> Inputs:
        """A message handed in."""
        return {**self.everything(now), **_sealed(sealed), "used": [], **changes}

    def review(self, sealed: Sealed, now: datetime = NOW, **changes: Any) -> Inputs:
        """A message as a facilitator opens it."""
        links = {str(number): blob.hex() for number, blob in self.case.links.items()}
        keys = {"secret_hex": self.case.secret.hex(), "links": links, "known": None}
        return {**self.everything(now), **_sealed(sealed), **keys, **changes}

    def decision(self, now: datetime = NOW, **changes: Any) -> Inputs:
        """The release as the server judges it."""
        newest = {each: found.hash for each, found in self.case.agreed().items()}
        given = {
            "message": self.letter.envelope,
            "decision": self.proposal.envelope,
            "consents": self.proposal.consents,
            "newest": newest,
            "standing": sorted(newest),
            "decided": [],
            "taken_back": False,
            "proposal": True,
        }
        return {**self.everything(now), **given, **changes}

    def step(self, payload: Mapping[str, Any], signers: Sequence[Person], **changes: Any) -> Inputs:
        """A step as a signer judges it."""
        envelope: Envelope = case.sign(dict(payload), *(each.sign_seed for each in signers))
        record = {"messages": [each.envelope for each in self.case.messages], "decisions": self.case.decisions}
        return {**self.everything(), "envelope": envelope, "record": record, "joiners": [], **changes}


def _sealed(sealed: Sealed) -> Inputs:
    return {
        "message": sealed.envelope,
        "ciphertext_hex": sealed.ciphertext.hex(),
        "order_block_hex": sealed.order_block.hex(),
        "wraps": {box_kid: blob.hex() for box_kid, blob in sealed.wraps.items()},
    }


def _release(who: Person, about: note.Note) -> Choice:
    return Choice("release", who.id, note=about)


def plain(inputs: Inputs) -> Inputs:
    """The inputs with their fields in one order, whatever order Python's sets gave them."""
    ordered: Inputs = json.loads(canonical(inputs))
    return ordered
