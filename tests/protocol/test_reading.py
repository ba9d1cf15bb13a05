"""Reading: a letter is offered only when everything about it is proven, and opened only as it was signed."""

import copy
import dataclasses
import functools
from datetime import timedelta
from typing import Any

import pytest

from mediation.protocol import message, note, primitives, reading
from mediation.protocol.decision_signing import Choice
from mediation.protocol.encoding import SKEW, b64, canonical, new_id
from mediation.protocol.message_open import Text
from mediation.protocol.padding import pad
from mediation.protocol.primitives import hash32, random_bytes
from mediation.protocol.reading import Offer, Reader
from tests.protocol.correspondence import Decisions, bare, decisions
from tests.protocol.forging import forged, read, resigned
from tests.protocol.refusals import refused
from tests.protocol.world import DAY, NOW, Envelope, Person, person
from tests.protocol.world_case import CHECKPOINT, document


class Letter:
    """A letter of Hana's to Rob and Sam, released to Rob with a content note."""

    def __init__(self, approvals: int = 1) -> None:
        self.world: Decisions = decisions(approvals)
        self.case, self.agency = self.world.case, self.world.agency
        self.hana, self.rob, self.sam = self.world.hana, self.world.rob, self.world.sam
        self.sealed = self.world.letter
        self.note = note.new("It mentions the accident.")
        self.release = self.case.release(self.sealed, self.rob, note=self.note)
        self.sealed_note = note.seal(self.note, self.rob.box_pk)
        self.wrap = self.case.wrap(self.sealed, self.rob)

    def reader(self, who: Person | None = None) -> Reader:
        return self.case.reader(who or self.rob, self.hana)

    def offer(self, release: object = None, letter: object = None, **changes: Any) -> Offer:
        fields = {"head": self.case.head(), "reader": self.reader(), "sealed_note": self.sealed_note, **changes}
        given = release or self.release, letter or self.sealed.envelope, fields["sealed_note"]
        return reading.verify_offer(fields["head"], fields["reader"], *given)

    def open(self, **changes: Any) -> Text:
        fields = {"offer": self.offer(), "ciphertext": self.sealed.ciphertext, "wrap": self.wrap, **changes}
        head = fields.get("head") or self.case.head()
        return reading.open_letter(head, fields["offer"], self.reader(), fields["ciphertext"], fields["wrap"])

    def forged(self, *signers: Person, **changes: Any) -> Envelope:
        return forged(self.release, "decision", *(signers or [self.agency.fay]), **changes)


@functools.cache
def prepared(approvals: int) -> Letter:
    return Letter(approvals)


@pytest.fixture
def letter() -> Letter:
    return copy.deepcopy(prepared(1))


# Offered ------------------------------------------------------------------------------------------------------------


def test_a_released_letter_says_whom_it_is_from_before_it_is_opened(letter: Letter) -> None:
    offer = letter.offer()
    assert offer.author == letter.case.members().get(letter.hana.id)
    assert offer.note == "It mentions the accident."
    assert offer.checkpoint == CHECKPOINT
    assert letter.open() == Text("I would like to understand what happened.", "en")


def test_without_a_release_nothing_is_offered(letter: Letter) -> None:
    for choice in ("return", "stop"):
        decided = letter.forged(decision=choice, recipient_id=None, note_hash=None)
        with refused("not-released"):
            letter.offer(decided)


def test_a_release_to_somebody_else_is_refused(letter: Letter) -> None:
    with refused("recipient-not-me"):
        letter.offer(reader=letter.reader(letter.sam))
    with refused("recipient-not-me"):
        letter.offer(letter.forged(recipient_id=letter.sam.id))


def test_a_release_before_its_time_is_refused(letter: Letter) -> None:
    early = letter.forged(not_before="2026-03-02T09:10:01Z")
    with refused("not-yet"):
        letter.offer(early)
    assert letter.offer(letter.forged(not_before="2026-03-02T09:10:00Z"))
    assert letter.offer(early, head=letter.case.head(NOW + timedelta(seconds=1)))


def test_a_letter_offered_early_is_not_opened_early(letter: Letter) -> None:
    letter.release = letter.forged(not_before="2026-03-02T09:10:00Z")
    offer = letter.offer()
    with refused("not-yet"):
        letter.open(offer=offer, head=letter.case.head(NOW - timedelta(seconds=1)))
    assert letter.open(offer=offer)


def test_a_release_by_the_writer_or_anybody_else_is_refused(letter: Letter) -> None:
    for who in (letter.hana, letter.rob, letter.agency.flo, letter.agency.sue, letter.agency.ada, person("Mallory")):
        with refused("unknown-signer"):
            letter.offer(resigned(letter.release, "decision", who))


def test_a_release_by_one_where_two_are_required_is_refused() -> None:
    letter = copy.deepcopy(prepared(2))
    assert letter.offer()
    for who in (letter.agency.fay, letter.agency.finn):
        with refused("too-few-signatures"):
            letter.offer(resigned(letter.release, "decision", who))
        with refused("too-few-signatures"):
            letter.offer(resigned(letter.release, "decision", who, letter.agency.flo))


def test_a_release_of_another_message_case_or_agency_is_refused(letter: Letter) -> None:
    with refused("decision-of-another-message"):
        letter.offer(letter=letter.world.scribed.envelope)
    with refused("case-mixed"):
        letter.offer(letter.forged(case_id=new_id()))
    with refused("case-mixed"):
        letter.offer(*_both(letter, case_id=new_id()))
    with refused("agency-mixed"):
        letter.offer(*_both(letter, agency_id=new_id()))


def _both(letter: Letter, *writers: Person, **changes: Any) -> tuple[Envelope, Envelope]:
    """A release of Hana's letter with other fields, and that letter."""
    changed = forged(letter.sealed.envelope, "message", *(writers or [letter.hana]), **changes)
    return letter.forged(message_hash=read(changed, "message").hash), changed


def test_only_letters_and_summaries_are_offered(letter: Letter) -> None:
    changes: dict[str, Any] = {"kind": "private", "recipients": [letter.rob.id]}
    with pytest.raises(Exception, match="decision-not-needed"):
        letter.offer(*_both(letter, letter.agency.fay, **changes))
    with refused("kind-not-shown"):
        reading.verify_letter(letter.case.head(), letter.reader(), _both(letter, **changes)[1])


def test_a_letter_to_others_is_refused(letter: Letter) -> None:
    release, other = _both(letter, recipients=[letter.sam.id])
    with refused("recipient-wrong"):
        letter.offer(release, other)
    with refused("recipient-not-me"):
        reading.verify_letter(letter.case.head(), letter.reader(), other)


def test_a_letter_whose_writer_s_entry_was_not_given_is_refused(letter: Letter) -> None:
    with refused("unknown-signer"):
        letter.offer(reader=letter.case.reader(letter.rob))


def test_a_letter_in_somebody_else_s_name_is_refused(letter: Letter) -> None:
    reader = letter.case.reader(letter.rob, letter.hana, letter.sam)
    changes = {"author_id": letter.hana.id, "author_kid": letter.sam.sign_kid, "recipients": [letter.rob.id]}
    with refused("author-wrong"):
        letter.offer(*_both(letter, letter.sam, **changes), reader=reader)


def test_a_summary_by_a_facilitator_says_so(letter: Letter) -> None:
    summary = letter.case.write(letter.agency.fay, [letter.rob], kind="summary")
    release = letter.case.release(summary, letter.rob)
    offer = letter.offer(release, summary.envelope, sealed_note=None)
    assert offer.author == letter.agency.fay.staff()
    assert offer.note is None
    as_hana = {"author_id": letter.hana.id, "author_kid": letter.hana.sign_kid, "kind": "summary"}
    with refused("author-wrong"):
        letter.offer(*_both(letter, **as_hana))


def test_what_was_written_down_is_not_released_by_its_scribe_alone(letter: Letter) -> None:
    scribed = letter.world.scribed
    reader = letter.case.reader(letter.rob, letter.world.xan)
    release = letter.case.release(scribed, letter.rob, letter.agency.finn)
    assert letter.offer(release, scribed.envelope, reader=reader, sealed_note=None).author is not None
    with refused("scribe-alone"):
        letter.offer(resigned(release, "decision", letter.agency.fay), scribed.envelope, reader=reader)


def test_a_content_note_is_the_signed_one(letter: Letter) -> None:
    with refused("note-missing"):
        letter.offer(sealed_note=None)
    with refused("note-hash-wrong"):
        letter.offer(sealed_note=note.seal(note.new("It mentions the accident."), letter.rob.box_pk))
    with refused("cannot-open"):
        letter.offer(sealed_note=note.seal(letter.note, letter.sam.box_pk))
    assert letter.offer(letter.forged(note_hash=None)).note is None


def test_nothing_is_offered_or_opened_under_an_expired_head(letter: Letter) -> None:
    offer, expired = letter.offer(), letter.case.head(NOW + 40 * DAY)
    with refused("roster-expired"):
        letter.offer(head=expired)
    with refused("roster-expired"):
        letter.open(offer=offer, head=expired)
    with refused("roster-expired"):
        reading.open_private(expired, letter.reader(), {}, b"", b"")
    with refused("roster-expired"):
        reading.open_own(expired, letter.reader(), {}, b"", b"")


# Opened -------------------------------------------------------------------------------------------------------------


def test_another_ciphertext_is_refused(letter: Letter) -> None:
    with refused("ct-hash-wrong"):
        letter.open(ciphertext=letter.world.scribed.ciphertext)


def test_a_wrap_for_somebody_else_or_from_elsewhere_is_refused(letter: Letter) -> None:
    payload, key, rob = letter.sealed.statement.payload, letter.sealed.key, letter.rob.box_pk
    with refused("cannot-open"):
        letter.open(wrap=letter.case.wrap(letter.sealed, letter.sam))
    for wrong in (
        message.wrap(key, payload["case_id"], new_id(), rob),
        message.wrap(key, new_id(), payload["message_id"], rob),
        primitives.seal(rob, message.wrapped(key, payload["case_id"], payload["message_id"], letter.sam.box_pk)),
    ):
        with refused("wrap-misplaced"):
            letter.open(wrap=wrong)
    with refused("commitment-mismatch"):
        letter.open(wrap=message.wrap(random_bytes(32), payload["case_id"], payload["message_id"], rob))


def test_hidden_characters_are_refused_to_a_recipient(letter: Letter) -> None:
    payload, key = letter.sealed.statement.payload, letter.sealed.key
    plaintext = pad(canonical({"text": "a \u202e b", "lang": "en", "attachments": []}))
    place = message.place(payload["case_id"], payload["message_id"])
    ciphertext = primitives.aead_seal(primitives.kdf(key, 1, message.CONTEXT), plaintext, place)
    offer = letter.offer(*_both(letter, ct_hash=b64(hash32(ciphertext))))
    with refused("bad-text"):
        letter.open(offer=offer, ciphertext=ciphertext)


# Kept ---------------------------------------------------------------------------------------------------------------


def test_a_letter_of_before_stays_readable_when_facilitators_change(letter: Letter) -> None:
    letter.case.step(letter.case.documents, facilitators=[letter.agency.flo], signers=[letter.agency.fay])
    offer = letter.offer()
    assert offer.decision.stands
    assert offer.author is not None
    assert letter.open(offer=offer)
    with refused("unknown-signer"):
        letter.offer(reader=dataclasses.replace(letter.reader(), kept=frozenset()))


def test_a_letter_stays_readable_when_its_writer_leaves(letter: Letter) -> None:
    staying = [each for each in letter.case.documents if each.get("participant_id") != letter.hana.id]
    letter.case.step(staying)
    reader = letter.case.reader(letter.rob)
    offer = letter.offer(reader=reader)
    assert offer.author is None
    assert reading.open_letter(letter.case.head(), offer, reader, letter.sealed.ciphertext, letter.wrap).text


def test_what_is_kept_for_one_member_is_not_for_another(letter: Letter) -> None:
    """Sam never got the letter, so nothing of it is in Sam's list."""
    letter.case.step(letter.case.documents, facilitators=[letter.agency.flo], signers=[letter.agency.fay])
    assert letter.reader(letter.sam).kept == frozenset()
    late = letter.forged(recipient_id=letter.sam.id)
    with refused("unknown-signer"):
        letter.offer(late, reader=letter.reader(letter.sam), sealed_note=note.seal(letter.note, letter.sam.box_pk))


def test_somebody_who_lost_their_passphrase_reads_on_with_new_keys(letter: Letter) -> None:
    again = person("Rob", letter.rob.id)
    joined = document(letter.case.join(again, "person_responsible"))
    others = [each for each in letter.case.documents if each.get("participant_id") not in (letter.rob.id, None)]
    letter.case.step([*others, joined])
    letter.rob = again
    letter.wrap = letter.case.wrap(letter.sealed, again)
    letter.sealed_note = note.seal(letter.note, again.box_pk)
    assert letter.open().text
    assert letter.offer(reader=letter.reader(letter.rob)).decision.signers == (letter.agency.fay.id,)


# Privates and one's own ---------------------------------------------------------------------------------------------


def test_a_facilitator_s_private_opens_for_its_participant_only(letter: Letter) -> None:
    private = letter.case.write(letter.agency.fay, [letter.rob], "How are you?", kind="private")
    head, wrap = letter.case.head(), private.wraps[letter.rob.box_kid]
    opened = reading.open_private(head, letter.reader(), private.envelope, private.ciphertext, wrap)
    assert opened.text == "How are you?"
    with refused("recipient-not-me"):
        reading.open_private(head, letter.reader(letter.sam), private.envelope, private.ciphertext, wrap)
    with refused("kind-not-shown"):
        reading.open_private(head, letter.reader(), letter.sealed.envelope, letter.sealed.ciphertext, letter.wrap)
    other = resigned(private.envelope, "message", letter.agency.flo)
    with refused("unknown-signer"):
        reading.open_private(head, letter.reader(), other, private.ciphertext, wrap)


def test_a_member_s_private_is_not_a_facilitator_s(letter: Letter) -> None:
    private = letter.case.write(letter.hana, [], kind="private")
    wrap = letter.case.wrap(private, letter.rob)
    with refused("recipient-not-me"):
        reading.open_private(letter.case.head(), letter.reader(), private.envelope, private.ciphertext, wrap)


def test_one_s_own_letter_opens_again(letter: Letter) -> None:
    head, wrap = letter.case.head(), letter.sealed.wraps[letter.hana.box_kid]
    hana = letter.case.reader(letter.hana)
    assert reading.open_own(head, hana, letter.sealed.envelope, letter.sealed.ciphertext, wrap).lang == "en"
    with refused("author-wrong"):
        reading.open_own(head, letter.reader(), letter.sealed.envelope, letter.sealed.ciphertext, letter.wrap)


def test_nothing_is_shown_of_a_letter_by_a_server_alone(letter: Letter) -> None:
    """Without a facilitator's signature there is nothing to begin with."""
    mallory = person("Mallory")
    for who in (mallory, letter.hana):
        with refused("unknown-signer"):
            letter.offer(resigned(bare(letter.world), "decision", who))


# Checkpoints --------------------------------------------------------------------------------------------------------


def checkpoint(size: int, root: int = 0, origin: str = "example/audit/1") -> dict[str, Any]:
    return {"origin": origin, "size": size, "root": b64(bytes([root] * 32))}


@pytest.mark.parametrize(
    ("kept", "offered", "consistent", "stands"),
    [
        (None, checkpoint(5), None, "unproven"),
        (checkpoint(5), checkpoint(5), None, "same"),
        (checkpoint(5), checkpoint(5, root=1), None, "contradiction"),
        (checkpoint(5), checkpoint(5, root=1), True, "contradiction"),
        (checkpoint(5), checkpoint(9, root=1), None, "unproven"),
        (checkpoint(5), checkpoint(9, root=1), True, "newer"),
        (checkpoint(5), checkpoint(9, root=1), False, "contradiction"),
        (checkpoint(9), checkpoint(5, root=1), True, "older"),
        (checkpoint(9), checkpoint(5, root=1), False, "contradiction"),
        (checkpoint(5), checkpoint(5, root=1, origin="example/audit/2"), None, "unproven"),
    ],
)
def test_a_checkpoint_is_compared_with_the_one_kept(
    kept: dict[str, Any] | None, offered: dict[str, Any], consistent: bool | None, stands: str
) -> None:
    assert reading.compare_checkpoint(kept, offered, consistent) == stands


def test_a_release_without_a_checkpoint_says_so(letter: Letter) -> None:
    assert letter.offer(letter.forged(checkpoint=None)).checkpoint is None


def test_skew_is_ten_minutes() -> None:
    assert timedelta(minutes=10) == SKEW
    assert Choice("stop").recipient_id is None
