"""Deny by default: a route that does not say who may reach it stops the application from starting.

Before any view: a write must come from this site (Origin, Sec-Fetch-Site) as application/json, its body must be one
JSON object without doubled keys, and the person must be signed in as the route demands. All that happens before the
request's transaction does any work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from flask import Flask, current_app, g, request

from mediation.access import ANYONE, Actor
from mediation.errors import NotAllowed, SignedOut
from mediation.web.transaction import SAFE

View = TypeVar("View", bound=Callable[..., Any])
Who = Literal["anyone", "signed-in", "participant", "staff", "provider"]
POLICY: Final = "__mediation_policy__"


@dataclass(frozen=True)
class Policy:
    """Who may reach a route; `roles` narrows staff to those with at least one of them."""

    who: Who
    roles: frozenset[str] = frozenset()

    def check(self, actor: Actor) -> None:
        """Raise `signed-out` (401) or `not-allowed` (403) unless `actor` may pass."""
        if self.who in ("anyone", "provider"):
            return
        if actor.account_id is None:
            raise SignedOut("signed-out")
        if self.who == "signed-in":
            return
        if actor.kind != self.who or (self.roles and self.roles.isdisjoint(actor.roles)):
            raise NotAllowed("not-allowed")


def _declare(view: View, policy: Policy) -> View:
    setattr(view, POLICY, policy)
    return view


def anyone(view: View) -> View:
    """Signed in or not."""
    return _declare(view, Policy("anyone"))


def signed_in(view: View) -> View:
    """Any account."""
    return _declare(view, Policy("signed-in"))


def participant(view: View) -> View:
    """Participants, admitted or waiting."""
    return _declare(view, Policy("participant"))


def staff(*roles: str) -> Callable[[View], View]:
    """Staff on the newest roster, with at least one of `roles` if any are named."""
    return lambda view: _declare(view, Policy("staff", frozenset(roles)))


def provider(view: View) -> View:
    """Providers of texts, who prove in the view that it is them. They come from no page and carry no session."""
    return _declare(view, Policy("provider"))


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """What a view declares."""
    return getattr(view, POLICY, None)


def check_routes(app: Flask) -> None:
    """Raise AssertionError naming every route that declares nothing."""
    bare = [rule.rule for rule in app.url_map.iter_rules() if policy_of(app.view_functions[rule.endpoint]) is None]
    assert not bare, f"routes without a guard: {', '.join(sorted(bare))}"


def init_app(app: Flask, load_actor: Callable[[], Actor]) -> None:
    """Run the guard before every request; `load_actor` tells who is signed in (ANYONE if nobody)."""

    def before() -> None:
        g.actor = ANYONE
        if request.endpoint is None:  # no such route or method: routing answers
            return
        policy = policy_of(current_app.view_functions[request.endpoint])
        assert policy is not None
        if policy.who == "provider":
            return
        if request.method not in SAFE:
            _same_origin()
            _read_body()
        g.actor = load_actor()
        policy.check(g.actor)

    app.before_request(before)


def _same_origin() -> None:
    expected = current_app.config["ORIGINS"]
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site not in (None, "same-origin") or (origin not in expected and not (origin is None and site == "same-origin")):
        raise NotAllowed("cross-site")


def _read_body() -> None:
    from mediation.web.body import read_object

    g.body = read_object(request)
