"""What only the recovery sheet's root key can do, and an administrator who signs in place of a facilitator."""


import pytest

from mediation.accounts import set_up_code
from mediation.client import Administrator, ApiError, ClientError, ProtocolError, Site, root_key, trust
from mediation.client.recovery_sheet import to_code
from mediation.client.set_up import SetUp
from mediation.client.signing_in import utc_now
from mediation.db import engine_from, writing
from mediation.ledger import restoring
from mediation.ledger.state import Head, SignerState
from mediation.ledger.upkeep import Upkeep
from mediation.protocol import notes
from mediation.protocol.primitives import box_public_key, random_bytes
from mediation.settings import Settings
from tests import standing
from tests.client.world import PHRASE, URL, Wire, World, hire


@pytest.fixture
def fresh(settings: Settings) -> tuple[Site, SetUp]:
    """A server, and its agency that was just founded, with the sheet in hand."""
    site = Site(URL, wire=Wire(standing.app(settings)))
    code = set_up_code.make(settings.instance)
    return site, site.set_up(code, agency_name="Bridgeway", display_name="Ada", phrase=PHRASE)


def test_a_second_administrator_issues_once_the_root_key_has_named_them(fresh: tuple[Site, SetUp]) -> None:
    site, founded = fresh
    ada = Administrator(founded.administrator)
    ben = Administrator(hire(site, ada, "Ben", ["administrator"]).me)
    with pytest.raises(ProtocolError, match="unknown-signer"):
        ben.renew()
    both = [str(each.me.staff_id) for each in (ada, ben)]
    root_key.declare(ada.me, founded.sheet.root, both)
    assert ben.renew().roster.seq == 3
    assert ada.renew().roster.seq == 4


def test_after_a_restored_backup_the_root_key_names_the_next_log_and_everybody_goes_on(
    fresh: tuple[Site, SetUp], settings: Settings
) -> None:
    site, founded = fresh
    ada = founded.administrator
    engine = engine_from(settings)
    Upkeep(engine, utc_now).turn()
    first = trust.load(ada)
    named = list(first.authority.agency.newest.payload["log_vkeys"])
    SignerState(settings.instance).write(Head(settings.log_origin(), 4096, bytes(32)))  # the database has less
    with writing(engine) as session:
        origin = restoring.open_next_log(session, utc_now()).origin
        session.commit()
    Upkeep(engine, utc_now).turn()
    with pytest.raises(ProtocolError, match="note-unsigned"):
        trust.load(ada)
    with pytest.raises(ApiError, match="log-key-missing"):
        root_key.name_log_keys(ada, founded.sheet.root, named)
    with pytest.raises(ClientError, match="recovery-code"):
        root_key.name_log_keys(ada, to_code(random_bytes(32)), named)

    key = notes.verifier_key(origin, settings.audit_keys[0]).text
    root_key.name_log_keys(ada, founded.sheet.root, [*named, key])
    after = trust.load(ada)
    assert after.checkpoint is not None and after.checkpoint["origin"] == origin
    before = first.authority.agency.newest.payload
    changed = {name for name, value in after.authority.agency.newest.payload.items() if value != before[name]}
    assert changed == {"seq", "prev", "log_vkeys"}
    hire(site, Administrator(ada), "Fay")
    engine.dispose()


def test_another_root_key_is_refused_before_anything_is_sent(world: World) -> None:
    with pytest.raises(ClientError, match="recovery-code"):
        root_key.declare(world.ada.me, to_code(random_bytes(32)), [str(world.ada.me.staff_id)])


def test_nobody_is_named_who_is_no_administrator(fresh: tuple[Site, SetUp]) -> None:
    site, founded = fresh
    fay = hire(site, Administrator(founded.administrator), "Fay")
    with pytest.raises(ClientError, match="not-mine"):
        root_key.declare(founded.administrator, founded.sheet.root, [str(fay.me.staff_id)])


def test_nothing_is_sealed_to_another_recovery_key_before_it_is_accepted(fresh: tuple[Site, SetUp]) -> None:
    site, founded = fresh
    fay, finn = (hire(site, Administrator(founded.administrator), name) for name in ("Fay", "Finn"))
    case = fay.open_case([str(finn.me.staff_id)]).case
    other = box_public_key(random_bytes(32))
    root_key.declare(founded.administrator, founded.sheet.root, [str(founded.administrator.staff_id)], other)
    with pytest.raises(ClientError, match="recovery-changed"):
        fay.open_case([])
    with pytest.raises(ClientError, match="recovery-changed"):
        case.change_staff([str(fay.me.staff_id)])
    fay.accept_recovery_key()
    assert case.change_staff([str(fay.me.staff_id)]).state == "adopted"


def test_an_administrator_signs_in_place_of_somebody_who_cannot(world: World) -> None:
    world.case.change_staff(approvals=2)
    asked = world.case.change_staff([str(world.fay.me.staff_id), str(world.flo.me.staff_id)])
    assert asked.state == "proposed"
    assert world.ada.case(world.case_id).sign(asked.hash).state == "adopted"
    assert world.case.file().alarms == ("issuer-stood-in",)
    assert world.flo.case(world.case_id).file().head.signed.stand_in is not None


def test_standing_in_opens_nothing(world: World) -> None:
    world.mary.private("For Fay and Finn.")
    [message] = world.ada.case(world.case_id).read().messages
    assert (message.text, message.code) == (None, "wrap-missing")


def test_an_administrator_alone_hands_no_case_on(world: World) -> None:
    with pytest.raises(ClientError, match="not-mine"):
        world.ada.case(world.case_id).change_staff([str(world.flo.me.staff_id)])


def test_an_administrators_signature_is_one_of_two(world: World) -> None:
    world.case.change_staff(approvals=2)
    asked = world.ada.case(world.case_id).people.remove(world.mary.participant_id)
    assert asked.state == "proposed"
    assert world.case.sign(asked.hash).state == "adopted"
    assert world.mary.state() == "removed"
