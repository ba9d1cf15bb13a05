"""What a list of cases is made from: asked once for all of them, whatever their number.

Nothing is verified here: a list shows what is stored, and whoever reads it verifies each case from the root key on.
What a chain's newest statement says is remembered under its hash. A case whose stored rows do not fit that statement
is shown without documents.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, String, bindparam, select
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts import authority
from mediation.accounts.recent import Recent
from mediation.cases import anchors
from mediation.cases.models import (
    Case,
    CaseFacilitator,
    CaseStatement,
    Consent,
    EpochLink,
    EpochSeal,
    KeptList,
    Member,
    MemberDocument,
)
from mediation.cases.queries import is_facilitator
from mediation.cases.states import StatementState
from mediation.protocol.encoding import b64, format_date, format_time, parse_canonical, unb64
from mediation.protocol.primitives import kid

CASES: Final = bindparam("cases", expanding=True, type_=String)
STAFF: Final = bindparam("staff", type_=String)
STATEMENTS: Final = (
    select(CaseStatement.case_id, CaseStatement.seq, CaseStatement.hash, CaseStatement.envelope)
    .where(CaseStatement.case_id.in_(CASES), CaseStatement.state == StatementState.ADOPTED)
    .order_by(CaseStatement.case_id, CaseStatement.seq)
)
SEALS: Final = (
    select(EpochSeal.case_id, EpochSeal.epoch, EpochSeal.box_kid, EpochSeal.seal)
    .join(
        CaseFacilitator,
        (CaseFacilitator.case_id == EpochSeal.case_id) & (CaseFacilitator.box_kid == EpochSeal.box_kid),
    )
    .where(EpochSeal.case_id.in_(CASES), CaseFacilitator.staff_id == STAFF)
    .order_by(EpochSeal.case_id, EpochSeal.epoch)
)
LINKS: Final = (
    select(EpochLink.case_id, EpochLink.epoch, EpochLink.previous_secret)
    .where(EpochLink.case_id.in_(CASES))
    .order_by(EpochLink.case_id, EpochLink.epoch)
)
DOCUMENTS: Final = (
    select(MemberDocument.case_id, MemberDocument.hash, MemberDocument.document)
    .where(MemberDocument.case_id.in_(CASES))
    .order_by(MemberDocument.case_id, MemberDocument.hash)
)
KEPT: Final = select(KeptList.case_id, KeptList.hash, KeptList.document).where(KeptList.case_id.in_(CASES))
CONSENTS: Final = (
    select(Consent.case_id, Consent.participant_id, Consent.envelope)
    .where(Consent.case_id.in_(CASES))
    .order_by(Consent.case_id, Consent.participant_id, Consent.seq)
)
PEOPLE: Final = (
    select(Member.case_id, Member.participant_id, Member.standing, Member.since, Member.acknowledged_at)
    .where(Member.case_id.in_(CASES), Member.in_head.is_(True))
    .order_by(Member.case_id, Member.participant_id)
)


@dataclass(frozen=True)
class Outline:
    """What the newest statement of a chain says: hashes of members and of the facilitators' list, kids of epochs."""

    members: frozenset[str]
    kept: str | None
    epoch_kids: tuple[str, ...]


_outlines: Recent[str, Outline] = Recent(1024)


def _outline(statements: Sequence[Any]) -> Outline:
    payloads = [parse_canonical(unb64(row.envelope["payload"])) for row in statements]
    epochs = {payload["epoch"]: kid(unb64(payload["epoch_pk"])) for payload in payloads}
    newest = payloads[-1]
    return Outline(frozenset(newest["members"]), newest["kept"], tuple(epochs[number] for number in sorted(epochs)))


Rows = Mapping[str, Sequence[Any]]


def by_case(session: Session, wanted: Executable, **given: Any) -> Rows:
    """The rows of each case that a statement finds, in its order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.connection().execute(wanted, given):
        found[row.case_id].append(row)
    return found


class Summaries:
    """Several cases as their members of staff are shown them in a list. Raises `not-allowed` for one that is not the
    actor's to read.
    """

    def __init__(self, session: Session, actor: Actor, cases: Sequence[Case]) -> None:
        for case in cases:
            require(actor, "case:read", case)
        self._session, self._actor = session, actor
        ids = [case.case_id for case in cases]
        sealed = [case.case_id for case in cases if is_facilitator(actor, case)]
        self._sealed = frozenset(sealed)
        self._statements = by_case(session, STATEMENTS, cases=ids)
        self._seals = by_case(session, SEALS, cases=sealed, staff=actor.staff_id)
        self._links = by_case(session, LINKS, cases=sealed)
        self._documents = by_case(session, DOCUMENTS, cases=ids)
        self._kept = by_case(session, KEPT, cases=ids)
        self._consents = by_case(session, CONSENTS, cases=ids)
        self._people = by_case(session, PEOPLE, cases=ids)

    def outline(self, case: Case) -> Outline | None:
        """What the newest statement says; None where the stored chain does not end in the head or hides a document."""
        statements = self._statements[case.case_id]
        if not statements or statements[-1].hash != case.head_hash:
            return None
        outline = _outlines.get(case.head_hash, lambda: _outline(statements))
        stored = {row.hash for row in self._documents[case.case_id]}
        return outline if outline.members <= stored else None

    def sealed(self, case: Case) -> bool:
        """Whether the actor facilitates this case."""
        return case.case_id in self._sealed

    def of(self, case: Case, from_seq: int = 1) -> dict[str, Any]:
        """What verifying a case and opening its epochs takes; seals and links only for its facilitators."""
        outline = self.outline(case)
        documents, kept = ([], _NOTHING_KEPT) if outline is None else self._opened(case, outline)
        anchor = None if outline is None else self._anchor(case)
        return self._plain(case, from_seq) | {"anchor": anchor, "documents": documents, "kept": kept}

    def _plain(self, case: Case, from_seq: int) -> dict[str, Any]:
        id_ = case.case_id
        return {
            "case_id": id_,
            "reference": case.reference,
            "nonce": case.nonce,
            "created_on": format_date(case.created_at.date()),
            "expires_on": format_date(case.expires_on),
            "statements": [row.envelope for row in self._statements[id_] if row.seq >= from_seq],
            "seals": [
                {"epoch": row.epoch, "box_kid": row.box_kid, "seal": b64(row.seal)} for row in self._seals[id_]
            ],
            "links": [
                {"epoch": row.epoch, "previous_secret": b64(row.previous_secret)} for row in self._links[id_]
            ],
            "consents": [row.envelope for row in self._consents[id_]],
            "standings": [standing(row) for row in self._people[id_]],
        }

    def _anchor(self, case: Case) -> dict[str, Any] | None:
        roster = authority.state(self._session, case.agency_id).roster
        return None if roster is None else anchors.proof(self._session, roster, case.case_id)

    def _opened(self, case: Case, outline: Outline) -> tuple[list[Any], dict[str, Any]]:
        """The documents behind the head, people before fillers, and what its lists open to."""
        given = [row.document for row in self._documents[case.case_id] if row.hash in outline.members]
        people = [document for document in given if "participant_id" in document]
        lists = {row.hash: row.document for row in self._kept[case.case_id]}
        members = {document["participant_id"]: lists.get(document["kept"] or "") for document in people}
        fillers = [document for document in given if "participant_id" not in document]
        return [*people, *fillers], {"facilitators": lists.get(outline.kept or ""), "members": members}


_NOTHING_KEPT: Final[dict[str, Any]] = {"facilitators": None, "members": {}}


def standing(member: Any) -> dict[str, Any]:
    """Whether somebody takes part: {participant_id, standing, since, acknowledged}."""
    return {
        "participant_id": member.participant_id,
        "standing": str(member.standing),
        "since": format_time(member.since),
        "acknowledged": member.acknowledged_at is not None,
    }
