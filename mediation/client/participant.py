"""A participant: reads what was released to them, writes, chooses, consents, pauses; everything verified first."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from mediation.client import composing, consenting, letters, membership, recorded
from mediation.client.composing import Desk, Letter
from mediation.client.errors import ClientError
from mediation.client.letters import Letters, Offered
from mediation.client.membership import Membership
from mediation.client.recorded import Receipt
from mediation.client.signing_in import SignedIn
from mediation.protocol import reading
from mediation.protocol.encoding import unb64
from mediation.protocol.log_proof import LogProof
from mediation.protocol.message import Content

CHECKPOINT: Final = "checkpoint"


class Participant:
    """What a participant does, signed in as `me`."""

    def __init__(self, me: SignedIn) -> None:
        self.me = me

    @property
    def participant_id(self) -> str:
        """Their id in the case."""
        return str(self.me.participant_id)

    def state(self) -> str:
        """`waiting`, `admitted` or `removed`. Raises ApiError."""
        return membership.state(self.me)

    def place(self) -> Membership:
        """Their place in the case, verified. Raises what `membership.load` raises."""
        return membership.load(self.me)

    def letters(self) -> Letters:
        """Everything that they have, verified. Raises what `membership.load` and `letters.load` raise."""
        return letters.load(self.place())

    def others(self) -> list[Any]:
        """Whom they can write to: [{participant_id, side, role}], as the server says; facilitators review recipients.

        Raises as `place`.
        """
        return list(self.place().view["others"])

    # Choosing

    def open(self, message_id: str, *, tell: bool = False) -> str:
        """Open a letter, or read it again; `tell`: whether its writer may know. Its text.

        Raises `not-offered`, ApiError (409 `recalled`, …), and what `reading.open_letter` raises.
        """
        place = self.place()
        offered = _offered(letters.load(place), message_id)
        answer = self.me.transport.post(f"/letters/{message_id}/opening", {"tell": tell})
        ciphertext, wrap = unb64(answer["ciphertext"]), unb64(answer["wrap"])
        text = reading.open_letter(place.head, offered.offer, place.reader, ciphertext, wrap).text
        self.me.pins.keep(lambda value: _with_opened(value, offered.offer.message.hash))
        return text

    def keep(self, message_id: str, *, tell: bool = False) -> Any:
        """Keep a letter for later. Raises ApiError (409 `already-opened`, `recalled`, `not-standing`)."""
        return self._choose(message_id, "kept", tell)

    def read_together(self, message_id: str, *, tell: bool = False) -> Any:
        """Ask to read a letter with one's facilitator. Raises as `keep`."""
        return self._choose(message_id, "with_facilitator", tell)

    def decline(self, message_id: str, *, tell: bool = False) -> Any:
        """Not want a letter. It can still be opened later. Raises as `keep`."""
        return self._choose(message_id, "not_wanted", tell)

    def _choose(self, message_id: str, choice: str, tell: bool) -> Any:
        return self.me.transport.put(f"/letters/{message_id}/choice", {"choice": choice, "tell": tell})

    # Writing

    def write(
        self,
        recipients: Collection[str],
        text: str,
        *,
        answers: str | None = None,
        revises: str | None = None,
        provenance: str = "",
    ) -> str:
        """Hand in a letter to other members (participant_ids); its message_id. It goes to the facilitators first.

        Raises `not-admitted`, ApiError (409 `not-standing`, …), the head's lapse, and what `message.seal` raises.
        """
        content = Content("relay", recipients, text, composing.LANG, answers)
        return self._send(Letter(self.participant_id, content, revises=revises, provenance=provenance))

    def private(self, text: str) -> str:
        """Write to one's facilitators alone; the message_id. Raises as `write`."""
        return self._send(Letter(self.participant_id, Content("private", [], text, composing.LANG)))

    def accept(self, message_id: str) -> str:
        """Accept the wording that a facilitator suggested for a returned letter, and sign it as one's own.

        The new message_id. Raises `nothing-suggested`, and as `write`.
        """
        found = self.letters()
        reason = found.returned(message_id)
        own = next((each for each in found.own if each.message_id == message_id), None)
        if reason is None or own is None or reason["suggestion"] is None:
            raise ClientError("nothing-suggested")
        return self.write(own.recipients, reason["suggestion"], answers=own.answers, revises=message_id)

    def _send(self, letter: Letter) -> str:
        place = self.place()
        found = letters.load(place)
        alarm = CHECKPOINT if found.contradicted else None
        return composing.send(Desk(self.me, place.head, place.people, len(found.offers), alarm), letter)

    def take_back(self, message_id: str) -> Any:
        """Take a letter back: the answer is always the same. Raises ApiError."""
        return self.me.transport.post(f"/messages/{message_id}/withdrawal", {})

    # Taking part

    def agree(self, text: str) -> Any:
        """Consent to exactly this text; it also lifts a pause or a withdrawal. Raises ApiError, the head's lapse."""
        place = self.place()
        return consenting.give(self.me, place.head, place.people, self.participant_id, text, place.view["consents"])

    def pause(self) -> Any:
        """Pause, at once. Raises ApiError."""
        return self.me.transport.put("/standing", {"standing": "paused"})

    def withdraw(self) -> Any:
        """Withdraw, at once. Raises ApiError."""
        return self.me.transport.put("/standing", {"standing": "withdrawn"})

    def set_contact(self, channel: str, number: str | None, wording: str = "update", **more: Any) -> Any:
        """How to be told that something waits: `text`, `call` or `none`; `more`: language, code_word, hours. Raises
        ApiError (422 `bad-number`).
        """
        body = {"channel": channel, "number": number, "wording": wording, **more}
        return self.me.transport.put("/contact", body)

    def send_code(self) -> Any:
        """Have a code sent to one's own number. Raises ApiError (409 `number-confirmed`, 429 `too-many-codes`, …)."""
        return self.me.transport.post("/contact/code", {})

    def confirm(self, code: str) -> Any:
        """Confirm one's number by the code that came. Raises ApiError (422 `code-wrong`, 410 `code-gone`)."""
        return self.me.transport.post("/contact/confirmation", {"code": code})

    # What has been recorded

    def receipts(self) -> list[Receipt]:
        """Every act of one's own that was recorded, newest first, as the server lists them. Raises ApiError."""
        return recorded.receipts(self.me)

    def receipt(self, receipt_id: str) -> LogProof:
        """The receipt of one of them, verified. Raises as `recorded.receipt`."""
        return recorded.receipt(self.me, receipt_id)

    # Drafts

    def save_draft(self, about: str, value: Mapping[str, Any]) -> None:
        """Keep a draft, encrypted to oneself; `about` is an id: the case's, or of the letter that it answers."""
        self.me.memory.change(f"draft-{about}", lambda _: dict(value))

    def draft(self, about: str) -> Any:
        """A draft, None if there is none. Raises what `protocol.memory.open_` raises of one that was altered."""
        return self.me.memory.read(f"draft-{about}").value


def _offered(found: Letters, message_id: str) -> Offered:
    for each in found.offers:
        if each.message_id == message_id:
            return each
    raise ClientError("not-offered")


def _with_opened(value: Mapping[str, Any], hash_: str) -> dict[str, Any]:
    return {**value, "opened": sorted({*value["opened"], hash_})}
