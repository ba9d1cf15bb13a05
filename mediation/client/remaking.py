"""What a member may read, sealed to the key that they have now, after they came back with new ones.

Nobody can seal anew what could not be opened; it stays closed.
"""

from mediation.client import review, steps
from mediation.client.case_access import CaseAccess
from mediation.client.case_file import CaseFile
from mediation.client.review import DROPPED, RECALLED, Message, Ruling
from mediation.client.steps import Adopted
from mediation.protocol import counted, message, note
from mediation.protocol.encoding import b64
from mediation.protocol.primitives import kid


def welcome(case: CaseAccess, adopted: Adopted, participant_id: str) -> Adopted:
    """The outcome of a step that admits somebody; once they are in, `remake_keys` for them."""
    if adopted.state == "adopted":
        remake_keys(case.file(), participant_id)
    return adopted


def remake_keys(file: CaseFile, participant_id: str) -> None:
    """Seal to a member's present key everything that they may read: what counts for them today and what their kept
    list holds. Raises ApiError, and as `review.read`."""
    written = steps.record(file)
    hashes = counted.counted(file.head, file.people, written, file.lists).lists.of(participant_id)
    for each in review.read(file).messages if written.messages else ():
        if each.statement.hash in hashes:
            _remake_key(file, each, participant_id)
        _remake_notes(file, each, participant_id)


def _remake_key(file: CaseFile, read: Message, participant_id: str) -> None:
    """Seal a message's key to a member's new key. What was recalled is not theirs any more, and nobody can seal anew
    what could not be opened. Raises ApiError."""
    box_pk = file.people.get(participant_id).box_pk
    if box_pk is None or read.opened is None or read.state_for(participant_id) == RECALLED:
        return
    sealed = message.wrap(read.opened.key, file.case_id, read.message_id, box_pk)
    file.me.transport.post(f"/messages/{read.message_id}/wraps", {"box_kid": kid(box_pk), "seal": b64(sealed)})


def _remake_notes(file: CaseFile, read: Message, participant_id: str) -> None:
    """Seal the content note of a message's release to a member's new key; also of one that a colleague has yet to
    sign. Raises ApiError."""
    box_pk = file.people.get(participant_id).box_pk
    for each in read.rulings:
        if box_pk is not None and each.note is not None and _is_release_to(each, participant_id):
            file.me.transport.put(f"/decisions/{each.hash}/note", {"recipient": b64(note.seal(each.note, box_pk))})


def _is_release_to(ruling: Ruling, participant_id: str) -> bool:
    found = ruling.decision
    return found is not None and found.recipient_id == participant_id and ruling.state != DROPPED
