"""The desk of facilitators and supervisors. Names and letters stay sealed here: scripts open them."""

from typing import Any

from flask import Blueprint, Response, g, request

from mediation.access import require
from mediation.accounts import invitations, rosters
from mediation.cases import views as case_views
from mediation.cases.listing import PAGE
from mediation.cases.queries import case_for, member_of
from mediation.errors import NotFound
from mediation.messages import case_list, views
from mediation.messages import queue as queries
from mediation.sms import wordings
from mediation.sms.tasks import TextTaskKind, is_open
from mediation.web import guard
from mediation.web.pages import contact_fields, own, render
from mediation.web.transaction import clock

pages = Blueprint("facilitator", __name__)


def page(
    name: str, data: dict[str, Any], waiting: queries.Page | None = None, draft: str | None = None, **context: Any
) -> Response:
    """A page of the desk, with the queue's length in its header; `draft`: the case or the person about whom somebody of
    the staff may have begun to write.
    """
    first = waiting or queries.page(g.session, g.actor, clock())
    remembers = {"settings": "settings"} | ({} if draft is None else {"draft": f"draft-{draft}"})
    return render(
        f"facilitator/{name}.html",
        own.data(remembers, me=g.actor.staff_id, **data),
        entry=f"js/pages/facilitator_{name}.js",
        waiting_count=f"{len(first.items)}{'+' if first.more else ''}" if first.items else "",
        **context,
    )


def case_page(name: str, case_id: str, data: dict[str, Any] | None = None, **context: Any) -> Response:
    """A page of one case: {case, messages} as the API answers them, for the script to verify and open."""
    return desk_page(name, *views.case_and_messages(g.session, g.actor, case_id, clock()), data, **context)


def desk_page(
    name: str, case: dict[str, Any], messages: list[dict[str, Any]], data: dict[str, Any] | None = None, **context: Any
) -> Response:
    """As `case_page`, of a case that has been looked up."""
    shown = {"case_id": case["case_id"], "reference": case["reference"]}
    return page(name, {"case": case, "messages": messages, **(data or {})}, case=shown, **context)


def after() -> str | None:
    """The key of the page before, where this is a further one."""
    return request.args.get("after")


def colleagues(everybody: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The other facilitators among the staff, as choices of a form."""
    return [
        {"value": one["staff_id"], "text": one["display_name"]}
        for one in everybody
        if "facilitator" in one["roles"] and one["staff_id"] != g.actor.staff_id
    ]


def staff() -> list[dict[str, Any]]:
    """As GET /staff lists them."""
    return rosters.listed(g.session, g.actor, clock())


@pages.get("/queue")
@guard.staff("facilitator", "supervisor")
def queue() -> Response:
    """What is waiting: whoever paused or stopped, then oldest first; with the cases of what is shown."""
    found = queries.page(g.session, g.actor, clock(), after())
    cases = case_list.named(g.session, g.actor, [item["case_id"] for item in found.items])
    counted = found if after() is None else None
    return page("queue", {"items": found.items, "cases": cases}, counted, items=found.items, more=found.more)


@pages.get("/review/<message_id>")
@guard.staff("facilitator")
def review(message_id: str) -> Response:
    """One letter beside the history of its case, and the decision."""
    case, messages = views.around(g.session, g.actor, message_id, clock())
    message = next(each for each in messages if each["message_id"] == message_id)
    return desk_page("review", case, messages, {"message_id": message_id}, stands=_stands(message))


def _stands(message: dict[str, Any]) -> str:
    """How a letter is titled: `in_review`, or what has become of it."""
    if message["taken_back"]:
        return "taken_back"
    if message["state"] == "in_review" and message["held"] is not None:
        return "held"
    reached = any(each["state"] in ("offered", "opened") for each in message["recipients"])
    return "later" if message["state"] == "released" and not reached else str(message["state"])


@pages.get("/cases")
@guard.staff("facilitator", "supervisor")
def cases() -> Response:
    """The cases that somebody facilitates, or all of the agency's for a supervisor."""
    found = case_list.case_list(g.session, g.actor, after())
    shown = [
        {name: each[name] for name in ("case_id", "reference", "created_on")} | {"people": len(each["standings"])}
        for each in found
    ]
    more = shown[-1]["case_id"] if len(shown) == PAGE else None
    return page("cases", {"cases": found}, cases=shown, more=more)


@pages.get("/cases/new")
@guard.staff("facilitator")
def new_case() -> Response:
    """Open a case."""
    everybody = staff()
    return page("case_new", {"staff": everybody}, colleagues=colleagues(everybody))


@pages.get("/cases/<case_id>")
@guard.staff("facilitator", "supervisor")
def case(case_id: str) -> Response:
    """One case: its people, letters, notes, and changes that wait for signatures."""
    return case_page("case", case_id)


@pages.get("/cases/<case_id>/invite")
@guard.staff("facilitator")
def invite(case_id: str) -> Response:
    """Make an invitation and show its card."""
    return case_page("invite", case_id)


@pages.get("/cases/<case_id>/invitations/<invite_id>")
@guard.staff("facilitator")
def invitation(case_id: str, invite_id: str) -> Response:
    """Where an invitation stands."""
    one = _invitation(case_id, invite_id)
    shown = {name: one[name] for name in ("invite_id", "state", "expires_at", "participant_id")}
    return case_page("invitation", case_id, {"invite_id": invite_id}, invitation=shown)


@pages.get("/cases/<case_id>/admit/<invite_id>")
@guard.staff("facilitator")
def admit(case_id: str, invite_id: str) -> Response:
    """Hear six words and let somebody in."""
    _invitation(case_id, invite_id)
    return case_page("admit", case_id, {"invite_id": invite_id})


def _invitation(case_id: str, invite_id: str) -> dict[str, Any]:
    found = invitations.for_case(g.session, g.actor, case_for(g.session, g.actor, case_id))
    one = next((one for one in found if one["invite_id"] == invite_id), None)
    if one is None:
        raise NotFound("not-found")
    return one


@pages.get("/cases/<case_id>/people/<participant_id>")
@guard.staff("facilitator")
def person(case_id: str, participant_id: str) -> Response:
    """One person: the private thread, how to reach them, whether they take part."""
    _member(case_id, participant_id)
    contact = case_views.contact(g.session, participant_id)
    data = {"participant_id": participant_id}
    return case_page(
        "person",
        case_id,
        data,
        draft=participant_id,
        participant_id=participant_id,
        last_texts=contact_fields.last_texts(participant_id),
        unread=[wordings.LANGUAGES[each] for each in wordings.UNREVIEWED],
        shared=contact["channel"] == "text" and is_open(g.session, TextTaskKind.SHARED, participant_id, case_id),
        **contact_fields.given(contact),
    )


@pages.get("/cases/<case_id>/write-down/<participant_id>")
@guard.staff("facilitator")
def write_down(case_id: str, participant_id: str) -> Response:
    """Take down what an assisted person says."""
    _member(case_id, participant_id)
    return case_page("write_down", case_id, {"participant_id": participant_id}, draft=participant_id)


def _member(case_id: str, participant_id: str) -> None:
    member_of(g.session, case_for(g.session, g.actor, case_id), participant_id)


@pages.get("/cases/<case_id>/write")
@guard.staff("facilitator")
def write(case_id: str) -> Response:
    """A summary or a note in the facilitator's own words."""
    return case_page("write", case_id, draft=case_id)


@pages.get("/cases/<case_id>/letters/<message_id>/print")
@guard.staff("facilitator")
def paper(case_id: str, message_id: str) -> Response:
    """A letter that was passed on, for paper or for reading aloud."""
    case, messages = views.around(g.session, g.actor, message_id, clock())
    if case["case_id"] != case_id:
        raise NotFound("not-found")
    return desk_page("print", case, messages, {"message_id": message_id})


@pages.get("/cases/<case_id>/transcript")
@guard.staff("facilitator")
def transcript(case_id: str) -> Response:
    """Make a file of what was written, which can be checked without this server; and the same for paper."""
    require(g.actor, "case:export", case_for(g.session, g.actor, case_id))
    return case_page("transcript", case_id)


@pages.get("/cases/<case_id>/facilitators")
@guard.staff("facilitator")
def facilitators(case_id: str) -> Response:
    """Change who facilitates a case, and how many must sign."""
    everybody = staff()
    name = next((str(one["display_name"]) for one in everybody if one["staff_id"] == g.actor.staff_id), "")
    choices = [{"value": g.actor.staff_id, "text": name}, *colleagues(everybody)]
    return case_page("facilitators", case_id, {"staff": everybody}, colleagues=choices)
