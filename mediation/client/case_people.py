"""A facilitator and the people of a case: invitations, six words, consent, standing, contact."""

from typing import Any

from mediation.client import people
from mediation.client.cards import Card
from mediation.client.case_access import CaseAccess
from mediation.client.people import Hears, Waiting
from mediation.client.remaking import welcome
from mediation.client.steps import Adopted


class CasePeople:
    """The people of a case."""

    def __init__(self, case: CaseAccess) -> None:
        self._case = case

    def invite(self, side: str, role: str = "party", participant_id: str | None = None) -> Card:
        """A card for somebody new, or for a member (`participant_id`) with new keys. Raises as `people.invite`."""
        return people.invite(self._case.file(), side, role, participant_id)

    def waiting(self) -> list[Waiting]:
        """Who joined and waits to be admitted, with their six words. Raises as `people.waiting`."""
        return people.waiting(self._case.file())

    def cancel(self, invite_id: str) -> None:
        """Cancel an invitation. Raises ApiError."""
        self._case.delete(f"/invitations/{invite_id}")

    def admit(self, invite_id: str, hears: Hears) -> Adopted:
        """Admit somebody after hearing their six words; what they may read is sealed to their new keys.

        Raises as `people.admit`.
        """
        file = self._case.file()
        found = people.find(file, invite_id)
        return welcome(self._case, people.admit(file, found, hears), found.joiner.participant_id)

    def add_assisted(self, side: str, role: str = "party") -> str:
        """Somebody who takes part without a device; their participant_id. Raises as `people.add_assisted`."""
        return people.add_assisted(self._case.file(), side, role)[0]

    def remove(self, participant_id: str) -> Adopted:
        """Somebody leaves the case. Raises as `people.remove`."""
        return people.remove(self._case.file(), participant_id)

    def agree_for(self, participant_id: str, text: str, means: str = "dictation") -> None:
        """Write down an assisted person's consent. Raises as `people.agree_for`."""
        people.agree_for(self._case.file(), participant_id, text, means)

    def set_standing(self, participant_id: str, standing: str) -> Any:
        """`paused` or `withdrawn`, for somebody who asked for it. Raises ApiError."""
        return self._put(participant_id, "standing", {"standing": standing})

    def acknowledge(self, participant_id: str) -> Any:
        """Say that a pause or withdrawal was seen. Raises ApiError."""
        return self._case.post(self._path(participant_id, "acknowledgement"), {})

    def set_contact(
        self, participant_id: str, channel: str, number: str | None, wording: str = "update", **more: Any
    ) -> Any:
        """How somebody is told that something waits: `text`, `call` or `none`; `more`: language, code_word, hours.
        Raises ApiError.
        """
        body = {"channel": channel, "number": number, "wording": wording, **more}
        return self._put(participant_id, "contact", body)

    def send_code(self, participant_id: str) -> Any:
        """Have a code sent to somebody's number, who reads it out. Raises ApiError (409 `number-shared`, …)."""
        return self._case.post(self._path(participant_id, "contact/code"), {})

    def confirm(self, participant_id: str, code: str) -> Any:
        """Confirm somebody's number by the code that they read out. Raises ApiError (422 `code-wrong`, …)."""
        return self._case.post(self._path(participant_id, "contact/confirmation"), {"code": code})

    def _put(self, participant_id: str, what: str, body: dict[str, Any]) -> Any:
        return self._case.put(self._path(participant_id, what), body)

    def _path(self, participant_id: str, what: str) -> str:
        return f"/cases/{self._case.case_id}/participants/{participant_id}/{what}"
