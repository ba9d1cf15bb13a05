"""Honest scenes of a whole world, as plain JSON for `scene_operations` in both languages.

`Stage.set()` builds one case with everything in it, in two acts: before and after a facilitator left and a participant
got new keys. Every scene is what some party is given in one of the acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from mediation.protocol import envelope, epoch, invitation, joining, members, note, pins
from mediation.protocol.consent import Consent
from mediation.protocol.decision_signing import Choice, Proposal
from mediation.protocol.encoding import b64, format_time
from mediation.protocol.message import Sealed
from mediation.protocol.order import Order
from mediation.protocol.primitives import kid, random_bytes, sign_public_key
from tests.protocol.scene_parts import joiner_out, order_out
from tests.protocol.world import Agency, Person, person
from tests.protocol.world_case import Case, document

DAY = timedelta(days=1)
Scene = tuple[str, str, dict[str, Any]]
"""A name, an operation and its inputs."""


@dataclass
class Stage:
    """The world of the scenes."""

    agency: Agency
    case: Case
    sam: Person
    rob: Person
    tom: Person
    letter: Sealed
    private: Sealed
    thread: Sealed
    scribed: Sealed
    release: dict[str, Any]
    note: note.Note
    proposed: tuple[Sealed, Proposal] | None = None
    pinned: dict[str, Any] = field(default_factory=dict)
    joined: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def set(cls) -> Stage:
        """The first act: letters in both directions, one released with a note, one only proposed."""
        agency = Agency.found()
        case = Case.open(agency, [agency.fay, agency.finn])
        sam, rob = case.welcome(person("Sam")), case.welcome(person("Rob"), "person_responsible")
        tom = case.assist("Tom")
        letter = case.write(sam, [rob], "Why my window?\n\tI'd like to know \U0001f33b")
        about = note.new("It speaks of that night.")
        release = case.release(letter, rob, note=about)
        private = case.write(agency.fay, [sam], kind="private", text="It was passed on.")
        thread = case.write(rob, [], kind="private", text="I'm nervous.", seen=1)
        scribed = case.write(tom, [rob], "Tom says this.", scribe=agency.fay)
        stage = cls(agency, case, sam, rob, tom, letter, private, thread, scribed, release, about)
        stage.pinned = case.chain().pin()
        waiting = case.write(rob, [sam], "I was angry.", answers=letter.statement.payload["message_id"], seen=1)
        stage.proposed = (waiting, case.propose(waiting, Choice("release", sam.id), agency.finn))
        stage.joined = stage.joining()
        return stage

    def second_act(self) -> None:
        """Finn leaves the case and Flo comes, two must sign; Rob has new keys; a newer roster anchors it all."""
        case, agency = self.case, self.agency
        self.proposed = None  # whoever proposed it is about to leave
        case.step(case.documents, facilitators=[agency.fay, agency.flo], approvals=2, signers=[agency.fay])
        new_rob = person("Rob", self.rob.id)
        case.admit(document(case.join(new_rob, "person_responsible")), signers=[agency.fay, agency.flo])
        self.rob = new_rob
        case.now += DAY
        agency.issue(case.now)
        case.renew(agency.flo)

    def seeds(self) -> dict[str, bytes]:
        """Every signing seed there is, by the kid of its key."""
        people = [*self.agency.people.values(), self.sam, self.rob, person("Stranger")]
        found = {each.sign_kid: each.sign_seed for each in people}
        root = {kid(self.agency.root_pk): self.agency.root_seed}
        return {**found, **root, kid(sign_public_key(self.joined["seed"])): self.joined["seed"]}

    # What everybody is given --------------------------------------------------------------------------------------

    def trust(self) -> dict[str, Any]:
        """Agency, rosters and time."""
        given = {"agency": self.agency.statements, "rosters": self.agency.rosters, "pinned": None}
        return {**given, "root_pk_hex": self.agency.root_pk.hex(), "now": format_time(self.case.now)}

    def history(self, *, resumed: bool = False) -> dict[str, Any]:
        """The case's statements, whole or from the pin."""
        whole = {"statements": self.case.envelopes, "nonce_hex": self.case.nonce.hex(), "pinned": None}
        seq = self.pinned["seq"]
        resume = {"statements": self.case.envelopes[seq - 1 :], "nonce_hex": None, "pinned": self.pinned}
        return {**(resume if resumed else whole), "anchor": self.case.proof(), "case_id": self.case.case_id}

    def base(self, *, resumed: bool = False) -> dict[str, Any]:
        """Trust and case."""
        return {"trust": self.trust(), "case": self.history(resumed=resumed)}

    def all(self) -> dict[str, Any]:
        """What facilitators and the server hold."""
        lists = {"facilitators": self.case.lists.facilitators, "members": dict(self.case.lists.members)}
        return {**self.base(), "documents": self.case.documents, "kept": lists}

    def record(self) -> dict[str, Any]:
        """Everything that was written and decided."""
        return {"messages": [each.envelope for each in self.case.messages], "decisions": self.case.decisions}

    def documents_of(self, *people: Person) -> list[Any]:
        """Some members' documents."""
        ids = {each.id for each in people}
        return [each for each in self.case.documents if each.get("participant_id") in ids]

    def reader(self, who: Person) -> dict[str, Any]:
        """A participant who reads."""
        own = self.case.lists.members.get(who.id)
        return {"participant_id": who.id, "box_seed_hex": who.box_seed.hex(), "kept": own}

    @staticmethod
    def sealed(message: Sealed) -> dict[str, Any]:
        """A message as it is handed in."""
        return {
            "message": message.envelope,
            "ciphertext_hex": message.ciphertext.hex(),
            "order_block_hex": message.order_block.hex(),
            "wraps": {kid: seal.hex() for kid, seal in message.wraps.items()},
        }

    def keys(self) -> dict[str, Any]:
        """The newest epoch's secret and the links."""
        links = {str(number): blob.hex() for number, blob in self.case.links.items()}
        return {"secret_hex": self.case.secret.hex(), "links": links}

    def joining(self) -> dict[str, Any]:
        """Somebody's answer to an invitation, and the invitation."""
        ann, case = person("Ann"), self.case
        invite, own, secret = case.invite(ann, "community", "supporter")
        history = self.agency.statements, self.agency.rosters, case.envelopes
        blob, mac = invitation.close(*history, case.nonce, invite, own.k)
        answer, answer_mac = joining.build(
            ann.sign_seed, ann.box_pk, account_id=ann.account_id, invite_hash=_hash(invite), k=own.k
        )
        card = {"secret_hex": secret.hex(), "now": format_time(case.now)}
        kept_secret = invitation.keep(own.ik, epoch.public_key(case.secret), case.case_id, own.invite_id)
        place = {"case_id": case.case_id, "invite_id": own.invite_id}
        secrets = [random_bytes(32).hex(), case.secret.hex()]
        known = {"ik_hex": own.ik.hex(), "used": case.used}
        return {
            "opening": {"blob_hex": blob.hex(), "mac_hex": mac.hex(), **card},
            "given": {"join": answer, "mac_hex": answer_mac.hex(), "invite": invite, **known},
            "recovering": {"blob_hex": kept_secret.hex(), "secrets": secrets, **place},
            "seed": ann.sign_seed,
        }

    # The scenes ---------------------------------------------------------------------------------------------------

    def scenes(self) -> Iterator[Scene]:
        """Every honest scene of the act that the stage is in."""
        yield "trust", "scene.authority", {"trust": self.trust()}
        yield "head", "scene.head", self.base()
        yield "head resumed", "scene.head", self.base(resumed=True)
        yield "all members", "scene.members", {**self.base(), "documents": self.case.documents, "complete": True}
        some = {"documents": self.documents_of(self.sam, self.tom), "complete": False}
        yield "some members", "scene.members", {**self.base(), **some}
        yield "what counts", "scene.counted", {**self.all(), "record": self.record()}
        yield from self._people()
        yield from self._letters()
        yield from self._steps()
        yield from self._small()

    def _people(self) -> Iterator[Scene]:
        for name, who in {"a consent written down": self.tom, "one's own consent": self.sam}.items():
            given = {"consents": self.case.consents[who.id], "participant_id": who.id, "pinned": None}
            yield name, "scene.consent", {**self.base(), "documents": self.documents_of(who), **given}
        yield "an invitation", "scene.invitation", self.joined["opening"]
        yield "a join", "scene.join", {**self.base(), **self.joined["given"]}
        yield "a kept secret", "scene.recover", self.joined["recovering"]
        yield "an epoch", "scene.epoch", self.epoch()

    def epoch(self) -> dict[str, Any]:
        """A seal of the newest epoch to Fay."""
        chain = self.case.chain()
        number = chain.payload["epoch"]
        seal = epoch.seal(self.case.secret, chain.case_id, number, self.agency.fay.box_pk)
        pks = {"epoch_pks": list(chain.epochs), "links": self.keys()["links"]}
        me = {"seal_hex": seal.hex(), "box_seed_hex": self.agency.fay.box_seed.hex()}
        return {**me, **pks, "case_id": chain.case_id, "epoch": number}

    def _letters(self) -> Iterator[Scene]:
        written = {"a letter": self.letter, "a private": self.private, "a scribed letter": self.scribed}
        for name, each in written.items():
            yield f"{name} reviewed", "scene.review", {**self.all(), **self.sealed(each), **self.keys(), "known": None}
        known = {"last": None, "last_id": None, "releases": [RELEASE]}
        reviewed = {**self.all(), **self.sealed(self.thread), **self.keys(), "known": known}
        yield "a thread with alarms", "scene.review", reviewed
        yield "a letter handed in", "scene.submission", {**self.all(), **self.sealed(self.letter), "used": []}
        yield "a private handed in", "scene.submission", {**self.all(), **self.sealed(self.private), "used": []}
        yield "an offer", "scene.offer", self.offer()
        yield "a private read", "scene.private", self.reading(self.private, self.sam)
        yield "one's own letter", "scene.own", self.reading(self.letter, self.sam)
        opening = {"sealed_hex": note.seal(self.note, self.rob.box_pk).hex(), "note_hash": self.note.hash}
        yield "a note", "scene.note", {**opening, "box_seed_hex": self.rob.box_seed.hex()}
        if self.proposed:
            yield "a decision handed in", "scene.decision", self.decision(*self.proposed)

    def offer(self) -> dict[str, Any]:
        """Sam's letter as it is offered to Rob, and opened."""
        message, sealed_note = self.sealed(self.letter), note.seal(self.note, self.rob.box_pk)
        wrap = self.case.wrap(self.letter, self.rob)
        opening = {"ciphertext_hex": message["ciphertext_hex"], "wrap_hex": wrap.hex()}
        offered = {"message": message["message"], "decision": self.release, "note_hex": sealed_note.hex()}
        given = {"documents": self.documents_of(self.rob, self.sam), "reader": self.reader(self.rob)}
        return {**self.base(), **given, **offered, **opening}

    def reading(self, message: Sealed, who: Person) -> dict[str, Any]:
        """A message with its wrap for somebody."""
        wrap = self.case.wrap(message, who).hex()
        given = {"message": message.envelope, "ciphertext_hex": message.ciphertext.hex(), "wrap_hex": wrap}
        return {**self.base(), "documents": self.documents_of(who), "reader": self.reader(who), **given}

    def decision(self, message: Sealed, proposal: Proposal) -> dict[str, Any]:
        """A proposal as the server judges it."""
        newest = {each.id: self.newest(each).hash for each in (self.sam, self.rob)}
        signed = {"decision": proposal.envelope, "consents": proposal.consents}
        given = {"message": message.envelope, **signed, "newest": newest}
        return {**self.all(), **given, "standing": sorted(newest), "decided": [], "taken_back": False, "proposal": True}

    def newest(self, who: Person) -> Consent:
        """Somebody's newest consent."""
        return self.case.newest(who)

    def _steps(self) -> Iterator[Scene]:
        """A renewal, and a new member whose join was checked."""
        case = self.case
        renewed = case.renewed()
        yield "a renewal", "scene.proposal", {**self.base(), "envelope": _sign(renewed, case.facilitators[:1])}
        joiner = case.join(person("Ann"), "community", "supporter")
        filled = members.fill([*(each for each in case.documents if "side" in each), document(joiner)])
        admitted = _sign({**renewed, "members": members.hashes(filled)}, case.facilitators)
        lists = {"facilitators": case.lists.facilitators, "members": dict(case.lists.members)}
        after = {"after_documents": filled, "after_kept": lists, "joiners": [joiner_out(joiner)]}
        yield "an admission", "scene.step", {**self.all(), "envelope": admitted, **after, "record": self.record()}
        yield "an admission's signatures", "scene.proposal", {**self.base(), "envelope": admitted}

    def _small(self) -> Iterator[Scene]:
        yield "pins", "pins.check", {"document": self.pins()}
        yield from self._alarms()
        yield "a document", "documents.from_text", {"text": 'mediation-document/v1 called\n{"a":"é","b":[1,null]}'}
        yield "prose", "documents.from_text", {"text": "mediation-document/v2 called\n{}"}
        checkpoint = {"origin": "x/audit/1", "size": 2, "root": self.case.chain().hash}
        newer = {"kept": checkpoint, "offered": {**checkpoint, "size": 3}, "consistent": True}
        yield "a newer checkpoint", "reading.compare_checkpoint", newer

    def _alarms(self) -> Iterator[Scene]:
        """Orders that fit what is known, and that do not."""
        known_id, head = self.letter.statement.payload["message_id"], self.case.chain().hash
        early = {"decided_on": "2026-02-20", "not_before": None, "taken_back": False}
        released = [early, {**early, "taken_back": True}, {**early, "not_before": format_time(self.case.now)}]
        for seq, memory, seen, prev in ((2, 6, 1, known_id), (3, 5, 0, None), (1, 6, 4, known_id), (2, 4, 2, None)):
            written = Order(seq, prev, self.case.now, head, seen, memory, provenance="at home")
            last = order_out(Order(1, None, self.case.now, head, 2 if seq == 3 else 0, 5))
            for name, known in {
                "first": {"last": None, "last_id": None, "releases": released},
                "later": {"last": last, "last_id": known_id, "releases": released[:1]},
            }.items():
                yield (
                    f"alarms {seq} {memory} {seen} {name}",
                    "order.alarms",
                    {"order": order_out(written), "known": known},
                )

    def pins(self) -> dict[str, Any]:
        """A pins document with something of everything."""
        chain, known = self.case.chain(), self.agency.authority(self.case.now)
        author = {"seq": 2, "message_id": self.letter.statement.payload["message_id"], "seen": 0, "memory": 4}
        return {
            "agency": pins.to_document(known.pins.agency),
            "roster": pins.to_document(known.pins.roster),
            "cases": {chain.case_id: chain.pin()},
            "consents": {self.sam.id: {"seq": 1, "hash": chain.hash}},
            "checkpoint": {"origin": "x/audit/1", "size": 0, "root": b64(bytes(32))},
            "authors": {pins.author_key(chain.case_id, self.sam.sign_kid): author},
            "opened": sorted({self.letter.statement.hash, chain.hash}),
        }


RELEASE = {"decided_on": "2026-02-20", "not_before": None, "taken_back": False}


def _hash(given: object) -> str:
    return envelope.parse(given, "invite").hash


def _sign(payload: dict[str, Any], signers: list[Person]) -> dict[str, Any]:
    return envelope.make("case", payload, [each.sign_seed for each in signers])
