"""Pages for anybody, signed in or not: what this is, help, who can read what, signing in, joining, setting up."""

from flask import Blueprint, Response, g, redirect
from werkzeug.wrappers import Response as AnyResponse

from mediation.accounts.models import Account
from mediation.web import guard
from mediation.web.pages import context, own, render

pages = Blueprint("anyone", __name__)
PLAIN = "js/pages/plain.js"


@pages.get("/")
@guard.anyone
def about() -> AnyResponse:
    """What this is; before there is an agency, setting it up."""
    if not context.agency()["set_up"]:
        return redirect("/set-up", 303)
    return render("anyone/about.html", entry=PLAIN)


@pages.get("/help")
@guard.anyone
def help_now() -> Response:
    """Numbers to ring, for anybody."""
    return render("anyone/help.html", entry=PLAIN)


@pages.get("/privacy")
@guard.anyone
def privacy() -> Response:
    """Who can read letters, when confidentiality ends, how long letters are kept, and what cannot be promised."""
    return render("anyone/privacy.html", entry=PLAIN)


@pages.get("/accessibility")
@guard.anyone
def accessibility() -> Response:
    """What works for whom, and the ways without a screen."""
    return render("anyone/accessibility.html", entry=PLAIN)


@pages.get("/sign-in")
@guard.anyone
def sign_in() -> AnyResponse:
    """Sign in; somebody who is signed in already goes to their first page."""
    if g.actor.account_id is not None:
        return redirect(context.first_page(g.actor), 303)
    return render("anyone/sign_in.html", entry="js/pages/anyone_sign_in.js")


@pages.get("/unlock")
@guard.signed_in
def unlock() -> Response:
    """Open what is locked, in a session that goes on."""
    name = g.session.get_one(Account, g.actor.account_id).sign_in_name
    data = {
        "account_id": g.actor.account_id,
        "kind": g.actor.kind,
        "sign_in_name": name,
        "first_page": context.first_page(g.actor),
    }
    return render("anyone/unlock.html", data, entry="js/pages/anyone_unlock.js")


@pages.get("/signed-out")
@guard.anyone
def signed_out() -> Response:
    """After signing out."""
    return render("anyone/signed_out.html", entry=PLAIN)


@pages.get("/set-up")
@guard.anyone
def set_up() -> AnyResponse:
    """Make the agency, once."""
    found = context.agency()
    if found["set_up"]:
        return redirect("/", 303)
    return render("anyone/set_up.html", {"log_vkey": found.get("log_vkey")}, entry="js/pages/anyone_set_up.js")


@pages.get("/join")
@guard.anyone
def join() -> Response:
    """Join with a code, as a participant or as staff."""
    return render("anyone/join.html", entry="js/pages/anyone_join.js")


@pages.get("/waiting")
@guard.signed_in
def waiting() -> AnyResponse:
    """The six words again, for staff who have not been let in yet."""
    if context.first_page(g.actor) != "/waiting":
        return redirect(context.first_page(g.actor), 303)
    return render("anyone/waiting.html", own.data(), entry="js/pages/anyone_waiting.js")
