"""What a list of cases is made from: asked once for all of them, whatever their number.

Nothing is verified here: a list shows what is stored, and whoever reads it verifies each case from the root key on.
What a chain's newest statement says is remembered under its hash. A case whose stored rows do not fit that statement
is shown without documents.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Executable, String, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from mediation.access import Actor, require
from mediation.accounts import authority
from mediation.accounts.lasting import LastingList, lasting
from mediation.accounts.recent import Recent
from mediation.cases import anchors
from mediation.cases.heads import adopted
from mediation.cases.listing import Listed
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
_NOBODY: Final = literal(None, EpochSeal.box_kid.type).label("box_kid")
EPOCHS: Final = union_all(
    select(EpochSeal.case_id, EpochSeal.epoch, EpochSeal.box_kid, EpochSeal.seal.label("sealed"))
    .join(
        CaseFacilitator,
        (CaseFacilitator.case_id == EpochSeal.case_id) & (CaseFacilitator.box_kid == EpochSeal.box_kid),
    )
    .where(EpochSeal.case_id.in_(CASES), CaseFacilitator.staff_id == STAFF),
    select(EpochLink.case_id, EpochLink.epoch, _NOBODY, EpochLink.previous_secret).where(EpochLink.case_id.in_(CASES)),
).order_by("case_id", "epoch")
"""What opens epochs: secrets sealed to the facilitator who asks, and links to the epoch before, sealed to nobody."""
DOCUMENTS: Final = (
    select(MemberDocument.case_id, MemberDocument.hash, MemberDocument.document)
    .where(MemberDocument.case_id.in_(CASES))
    .order_by(MemberDocument.case_id, MemberDocument.hash)
)
KEPT: Final = select(KeptList.case_id, KeptList.hash, KeptList.document).where(KeptList.case_id.in_(CASES))
CONSENTS: Final = (
    select(Consent.case_id, Consent.participant_id, lasting(Consent.envelope))
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
    """What the hash of a chain's newest statement stands for: its statements, the documents of its people before
    fillers, what its lists open to, and the kids of its epochs.
    """

    statements: LastingList
    documents: LastingList
    kept: dict[str, Any]
    epoch_kids: tuple[str, ...]


_outlines: Recent[str, Outline] = Recent(256)
Rows = Mapping[str, Sequence[Any]]
AnyCase = Case | Listed


def forget() -> None:
    """Remember nothing."""
    _outlines.clear()


def by_case(session: Session, wanted: Executable, **given: Any) -> Rows:
    """The rows of each case that a statement finds, in its order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in session.connection().execute(wanted, given):
        found[row.case_id].append(row)
    return found


def _outline(statements: Sequence[Any], documents: Sequence[Any], kept: Sequence[Any]) -> Outline | None:
    """None where a document is not there that the newest statement names."""
    payloads = [parse_canonical(unb64(row.envelope["payload"])) for row in statements]
    newest, epochs = payloads[-1], {each["epoch"]: kid(unb64(each["epoch_pk"])) for each in payloads}
    given = [row.document for row in documents if row.hash in newest["members"]]
    if len(given) != len(newest["members"]):
        return None
    people = [document for document in given if "participant_id" in document]
    lists = {row.hash: row.document for row in kept}
    return Outline(
        LastingList([row.envelope for row in statements]),
        LastingList([*people, *(document for document in given if "participant_id" not in document)]),
        {
            "facilitators": lists.get(newest["kept"] or ""),
            "members": {each["participant_id"]: lists.get(each["kept"] or "") for each in people},
        },
        tuple(epochs[number] for number in sorted(epochs)),
    )


class Summaries:
    """Several cases as their members of staff are shown them in a list. Raises `not-allowed` for one that is not the
    actor's to read.
    """

    def __init__(self, session: Session, actor: Actor, cases: Sequence[AnyCase]) -> None:
        for case in cases:
            require(actor, "case:read", case)
        self._session = session
        ids = [case.case_id for case in cases]
        sealed = [case.case_id for case in cases if is_facilitator(actor, case)]
        self._sealed = frozenset(sealed)
        self._outlines = {case.case_id: _outlines.find(case.head_hash) for case in cases}
        self._broken: dict[str, list[Any]] = {}
        self._look_up([case for case in cases if self._outlines[case.case_id] is None])
        self._epochs = by_case(session, EPOCHS, cases=sealed, staff=actor.staff_id)
        self._consents = by_case(session, CONSENTS, cases=ids)
        self._people = by_case(session, PEOPLE, cases=ids)

    def _look_up(self, cases: Sequence[AnyCase]) -> None:
        """Read what is not remembered of these cases."""
        if not cases:
            return
        ids = [case.case_id for case in cases]
        statements = by_case(self._session, STATEMENTS, cases=ids)
        documents = by_case(self._session, DOCUMENTS, cases=ids)
        kept = by_case(self._session, KEPT, cases=ids)
        for case in cases:
            id_, chain = case.case_id, statements[case.case_id]
            whole = chain and chain[-1].hash == case.head_hash and len(chain) == chain[-1].seq
            found = _outline(chain, documents[id_], kept[id_]) if whole else None
            if found is None:
                self._broken[id_] = [row.envelope for row in chain]
            else:
                self._outlines[id_] = _outlines.put(case.head_hash, found)

    def outline(self, case: AnyCase) -> Outline | None:
        """What the newest statement stands for; None where the stored chain does not end in it or hides a document."""
        return self._outlines[case.case_id]

    def sealed(self, case: AnyCase) -> bool:
        """Whether the actor facilitates this case."""
        return case.case_id in self._sealed

    def of(self, case: AnyCase, from_seq: int = 1) -> dict[str, Any]:
        """What verifying a case and opening its epochs takes; seals and links only for its facilitators."""
        id_, outline = case.case_id, self.outline(case)
        statements = self._broken.get(id_, []) if outline is None else outline.statements
        return {
            "case_id": id_,
            "reference": case.reference,
            "nonce": case.nonce,
            "created_on": format_date(case.created_at.date()),
            "expires_on": format_date(case.expires_on),
            "statements": statements if from_seq == 1 else statements[from_seq - 1 :],
            "anchor": None if outline is None else self._anchor(case),
            "seals": [
                {"epoch": row.epoch, "box_kid": row.box_kid, "seal": b64(row.sealed)}
                for row in self._epochs[id_]
                if row.box_kid is not None
            ],
            "links": [
                {"epoch": row.epoch, "previous_secret": b64(row.sealed)}
                for row in self._epochs[id_]
                if row.box_kid is None
            ],
            "documents": [] if outline is None else outline.documents,
            "kept": _NOTHING_KEPT if outline is None else outline.kept,
            "consents": [row.envelope for row in self._consents[id_]],
            "standings": [standing(row) for row in self._people[id_]],
        }

    def _anchor(self, case: AnyCase) -> dict[str, Any] | None:
        roster = authority.state(self._session, case.agency_id).roster
        return None if roster is None else anchors.proof(self._session, roster, case.case_id)


def statements_of(session: Session, case: Case) -> LastingList:
    """The envelopes of a case's adopted statements, oldest first."""
    outline = _outlines.find(case.head_hash)
    if outline is not None:
        return outline.statements
    return _chains.get(case.head_hash, lambda: LastingList(adopted(session, case.case_id)))


_chains: Recent[str, LastingList] = Recent(256)
_NOTHING_KEPT: Final[dict[str, Any]] = {"facilitators": None, "members": {}}


def standing(member: Any) -> dict[str, Any]:
    """Whether somebody takes part: {participant_id, standing, since, acknowledged}."""
    return {
        "participant_id": member.participant_id,
        "standing": str(member.standing),
        "since": format_time(member.since),
        "acknowledged": member.acknowledged_at is not None,
    }
