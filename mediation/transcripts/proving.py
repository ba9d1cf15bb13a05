"""Verifies a transcript: whose keys these are, what was signed with them, and that the log tells of it.

From the agency's root key to the case's statements, from the signed head of the log to its events; then every letter
and every release under the statement and the roster of its moment. What was tampered with is listed.
"""

from collections.abc import Sequence
from typing import Final

from mediation.ledger.checking import Trusted
from mediation.protocol import authority, case_head, envelope, members
from mediation.protocol.encoding import b64, parse_time, unb64
from mediation.protocol.errors import ProtocolError
from mediation.transcripts.events import Trail, read_events
from mediation.transcripts.form import Transcript
from mediation.transcripts.history import History
from mediation.transcripts.letters import Checked, check_letters, check_maker
from mediation.transcripts.report import LETTERS, PERSON, TranscriptReport

CREATED: Final = "case.created"
STATED: Final = "case.stated"


def verify(given: Transcript, trusted: Trusted, root_key: bytes | None = None) -> TranscriptReport:
    """Check a transcript. `root_key`: the agency's, if the reader knows it; else the one in the file, which the report
    names.
    """
    report = TranscriptReport(LETTERS if given.about is None else PERSON, about=given.about)
    report.root_given = root_key is not None
    trail = read_events(report, trusted, given)
    if trail is None:
        return report
    report.closed_at = trail.closing.at
    try:
        history = _history(report, given, trail, root_key)
    except ProtocolError as error:
        report.find(error.code, error.sentence)
        return report
    _check_log_keys(report, trusted, history)
    statements = _check_statements(report, given, history, trail)
    name_key = None if given.name_key is None else unb64(given.name_key)
    checked = Checked(report, history, trail, given.about, statements, name_key)
    check_maker(checked)
    check_letters(checked, given.letters, given.releases)
    return report


def _history(report: TranscriptReport, given: Transcript, trail: Trail, root_key: bytes | None) -> History:
    """The agency and the case, each from its first statement on. Raises ProtocolError."""
    root = root_key or unb64(envelope.parse(given.agency[0], "agency").payload["root_pk"])
    report.root_key = b64(root)
    word = authority.verify(given.agency, given.rosters, root, parse_time(trail.closing.at))
    report.agency = str(word.agency.newest.payload["name"])
    history = History(word, given.case, given.documents)
    report.case_id = history.case_id
    newest = history.chains[-1]
    case_head.assess(newest, word, given.case["anchor"])
    hashes = [members.document_hash(each) for each in given.documents]
    if not set(hashes) <= history.named or len(hashes) != len(set(hashes)):
        report.miss("document-unnamed")
    if given.about is None and not history.named <= set(hashes):
        raise ProtocolError("member-unopened")
    return history


def _check_log_keys(report: TranscriptReport, trusted: Trusted, history: History) -> None:
    """The keys that were brought along are those of this agency's log."""
    named = {key for each in history.authority.agency.statements for key in each.payload["log_vkeys"]}
    if report.head is not None and not named.intersection(trusted.log_keys):
        report.miss("log-key-unnamed")


def _check_statements(
    report: TranscriptReport, given: Transcript, history: History, trail: Trail
) -> Sequence[int] | None:
    """After which events the case had each of its statements; None where the file has only one person's events."""
    if given.about is not None:
        return None
    told = [(place, each) for place, each in enumerate(trail.events) if each.kind in (CREATED, STATED)]
    hashes = [each.refs.get("statement") for _, each in told]
    if hashes != [each.hash for each in history.chains]:
        report.miss("statements-differ")
    return [place for place, _ in told]
