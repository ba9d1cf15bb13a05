"""Signing in shows the server nothing with which it could open anything, and asks it for nothing unsafe."""

import httpx
import pytest

from mediation.client import ApiError, ClientError, ProtocolError, Site
from mediation.client.signing_in import SignedIn
from mediation.protocol.encoding import b64
from tests.client.hostile import altered, answered
from tests.client.world import HARMED, PHRASE, URL, Wire, World, heard, join


@pytest.fixture
def named(world: World) -> tuple[str, SignedIn]:
    """A sign-in name, and who it is."""
    _, joined = join(world.site, world.case, HARMED)
    return joined.sign_in_name, joined.me


def test_the_same_keys_are_there_again(world: World, named: tuple[str, SignedIn]) -> None:
    name, me = named
    again = world.site.sign_in(name.replace("-", " ").title(), PHRASE)
    assert (again.keys, again.account_id, again.participant_id) == (me.keys, me.account_id, me.participant_id)


def test_neither_passphrase_nor_keys_are_sent(world: World) -> None:
    card = world.case.people.invite(HARMED)
    wire = Wire(world.app)
    joined = Site(URL, wire=wire).invitation(card.code).join(PHRASE)
    Site(URL, wire=wire).sign_in(joined.sign_in_name, PHRASE)
    sent = b"".join(f"{each.url} {each.headers}".encode() + each.content for each in wire.sent)
    assert PHRASE.encode() not in sent
    assert card.code.encode() not in sent
    for seed in (joined.me.keys.sign_seed, joined.me.keys.box_seed):
        assert b64(seed).encode() not in sent


def test_a_wrong_passphrase_and_an_unknown_name_are_refused_alike(world: World, named: tuple[str, SignedIn]) -> None:
    name, _ = named
    with pytest.raises(ApiError) as wrong:
        world.site.sign_in(name, "another passphrase entirely")
    with pytest.raises(ApiError) as unknown:
        world.site.sign_in("nobody-here-10", PHRASE)
    assert (
        (wrong.value.status, wrong.value.code) == (unknown.value.status, unknown.value.code) == (401, "sign-in-failed")
    )


@pytest.mark.parametrize("weak", [{"opslimit": 1}, {"memlimit": 1024}, {"opslimit": 10**9}, {"memlimit": 2**40}])
def test_unsafe_stretching_is_refused_before_anything_secret_is_sent(
    world: World, named: tuple[str, SignedIn], weak: dict[str, int]
) -> None:
    wire = Wire(world.app)
    wire.evil = altered("/sign-in/parameters", lambda answer: answer | weak)
    with pytest.raises(ProtocolError, match="pwhash-bounds"):
        Site(URL, wire=wire).sign_in(named[0], PHRASE)
    assert [request.url.path for request in wire.sent] == ["/api/v1/sign-in/parameters"]


def test_an_altered_bundle_opens_nothing(world: World, named: tuple[str, SignedIn]) -> None:
    wire = Wire(world.app)
    wire.evil = altered("/session", lambda answer: answer | {"revision": 2})
    with pytest.raises(ProtocolError, match="cannot-open"):
        Site(URL, wire=wire).sign_in(named[0], PHRASE)


def test_another_persons_bundle_opens_nothing(world: World, named: tuple[str, SignedIn]) -> None:
    _, other = join(world.site, world.case, HARMED)
    wire = Wire(world.app)
    wire.evil = altered("/session", lambda answer: answer | {"account_id": other.me.account_id})
    with pytest.raises(ProtocolError, match="cannot-open"):
        Site(URL, wire=wire).sign_in(named[0], PHRASE)


def test_signing_out_ends_the_session(world: World) -> None:
    invite_id, joined = join(world.site, world.case, HARMED)
    world.case.people.admit(invite_id, heard(joined.words))
    session = dict(joined.me.transport.cookies)
    joined.me.sign_out()
    stolen = world.site.transport()
    stolen.cookies.update(session)
    with pytest.raises(ApiError, match="signed-out"):
        stolen.get("/letters")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code": 5}', b'{"message": "no code"}'])
def test_an_answer_of_another_form_is_not_believed(world: World, body: bytes) -> None:
    world.wire(world.mary.me).evil = answered("/trust", httpx.Response(400, content=body))
    with pytest.raises(ClientError, match="unexpected-answer"):
        world.mary.place()


def test_a_missing_field_is_not_a_crash(world: World) -> None:
    world.wire(world.mary.me).evil = altered("/trust", lambda answer: {"agency_id": answer["agency_id"]})
    with pytest.raises(ClientError, match="unexpected-answer"):
        world.mary.place()
