"""Vectors of reading in time and by one's own list, and of plaintexts and order blocks of other forms."""

from datetime import timedelta
from typing import Any, Final

from mediation.protocol import case, epoch, kept, members, order, primitives
from mediation.protocol.encoding import canonical, format_time, new_id
from mediation.protocol.padding import pad_to
from tests.protocol.correspondence import reseal
from tests.protocol.forging import forged, read
from tests.protocol.world import DAY, NOW, Envelope, Person
from tests.vectors.builder import Vector, digest, refuse, success
from tests.vectors.settings import Setting, plain
from tests.vectors.steady import steady

ABOUT: Final = "Reading: in time, by one's own list only, and nothing of another form."

SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
LATE: Final = NOW + 40 * DAY


def vectors() -> list[Vector]:
    """Every vector of this module."""
    with steady("reading"):
        setting = Setting()
        return [*_in_time(setting), *_letters(setting), *_plaintexts(setting), *_orders(), *_own_list(setting)]


def _changed(setting: Setting, **changes: Any) -> Envelope:
    return forged(setting.release, "decision", setting.fay, **changes)


def _in_time(setting: Setting) -> list[Vector]:
    hana = setting.hana
    private = setting.case.write(setting.fay, [setting.rob], kind="private")

    def reading(sealed: Any, who: Person) -> dict[str, Any]:
        given = {
            "documents": setting.documents(who),
            "reader": setting.reader(who),
            "message": sealed.envelope,
            "ciphertext_hex": sealed.ciphertext.hex(),
            "wrap_hex": setting.case.wrap(sealed, who).hex(),
        }
        return plain({**setting.base(LATE), **given})

    soon = _changed(setting, not_before=format_time(NOW + 5 * MINUTE))
    unopened: dict[str, Any] = {"ciphertext_hex": None, "wrap_hex": None}
    tomorrow = _changed(setting, not_before=format_time(NOW + DAY))
    opened = plain({**setting.offer(), "later": format_time(NOW)})
    early = plain({**setting.offer(decision=soon), "later": format_time(NOW - 6 * MINUTE)})
    return [
        success("opened later", "scene.opened_later", **opened),
        refuse(
            "opened after the roster", "scene.opened_later", "roster-expired", **{**opened, "later": format_time(LATE)}
        ),
        refuse("opened before its time", "scene.opened_later", "not-yet", **early),
        refuse(
            "offered before its time", "scene.offer", "not-yet", **plain(setting.offer(decision=tomorrow, **unopened))
        ),
        refuse("offered late", "scene.offer", "roster-expired", **plain(setting.offer(LATE, **unopened))),
        refuse("a private read late", "scene.private", "roster-expired", **reading(private, setting.rob)),
        refuse("one's own letter read late", "scene.own", "roster-expired", **reading(setting.letter, hana)),
        refuse(
            "a letter reviewed late", "scene.review", "roster-expired", **plain(setting.review(setting.letter, LATE))
        ),
        refuse("a roster that has expired", "authority.check_current", "roster-expired", trust=setting.trust(LATE)),
        refuse("a roster from the future", "authority.check_current", "roster-not-yet", trust=setting.trust(NOW - DAY)),
        success("a roster that holds", "authority.check_current", trust=setting.trust()),
        *_lapses(setting),
    ]


def _lapses(setting: Setting) -> list[Vector]:
    """Heads whose own dates lapse while the roster holds."""
    dates = {"issued_on": "2026-03-03", "expires_on": "2026-03-30"}
    renewed = case.sign({**setting.case.renewed(), **dates}, setting.fay.sign_seed)
    early = setting.history(statements=[*setting.case.envelopes, renewed])
    later = Setting()
    later.agency.issue(NOW + 20 * DAY)
    last = NOW.replace(hour=0) + 31 * DAY
    times = {
        "nearly ten minutes after its last day": last + 10 * MINUTE - SECOND,
        "ten minutes after its last day": last + 10 * MINUTE,
    }
    return [
        success("a head dated tomorrow", "scene.head", **plain({"trust": setting.trust(), "case": early})),
        *(
            success(f"a head {name}", "scene.head", **plain({"trust": later.trust(now), "case": later.history()}))
            for name, now in times.items()
        ),
    ]


def _letters(setting: Setting) -> list[Vector]:
    """A letter apart from its decision."""
    offer = setting.offer()
    as_private = forged(setting.letter.envelope, "message", setting.hana, kind="private")
    to_xan = forged(setting.letter.envelope, "message", setting.hana, recipients=[setting.xan.id])
    return [
        success("a letter by itself", "scene.letter", **plain(offer)),
        refuse("a private by itself", "scene.letter", "kind-not-shown", **plain({**offer, "message": as_private})),
        refuse(
            "a letter to others by itself", "scene.letter", "recipient-not-me", **plain({**offer, "message": to_xan})
        ),
    ]


def _plaintexts(setting: Setting) -> list[Vector]:
    whole = {"text": "x", "lang": "en", "attachments": []}
    wrong: dict[str, dict[str, Any]] = {
        "no language": {"lang": ""},
        "a language of two lines": {"lang": "en\ncy"},
        "attachments as an object": {"attachments": {}},
        "attachments as text": {"attachments": ""},
    }
    sealed = {
        name: reseal(setting.case, setting.hana, setting.letter, {**whole, **each}) for name, each in wrong.items()
    }
    return [
        refuse(f"a plaintext with {name}", "scene.review", "bad-field", **plain(setting.review(each)))
        for name, each in sealed.items()
    ]


def _orders() -> list[Vector]:
    """Order blocks that are wrong in one field."""
    secret = epoch.new_secret()
    good: dict[str, Any] = {
        "salt": new_id(),
        "seq": 1,
        "prev": None,
        "revises": None,
        "written_at": format_time(NOW),
        "case_hash": digest("head"),
        "seen": 0,
        "memory": 0,
        "provenance": "at home",
        "alarm": None,
    }
    bad = {"salt": "x", "seq": 0, "prev": "x", "revises": "x", "written_at": "x", "case_hash": "x"}
    bad |= {"seen": "0", "memory": "0", "alarm": "x"}

    def inputs(fields: dict[str, Any]) -> dict[str, Any]:
        block = pad_to(canonical(fields), order.SIZE)
        sealed = primitives.seal(epoch.public_key(secret), block)
        return {"sealed_hex": sealed.hex(), "secret_hex": secret.hex(), "order_hash": order.block_hash(block)}

    return [
        success("an order block", "order.open", **inputs(good)),
        *(
            refuse(f"an order block with another {name}", "order.open", "bad-field", **inputs({**good, name: value}))
            for name, value in bad.items()
        ),
        refuse(
            "an order block with hidden text", "order.open", "bad-text", **inputs({**good, "provenance": "a\u202eb"})
        ),
        refuse("an order block with more", "order.open", "unknown-field", **inputs({**good, "more": 1})),
    ]


def _own_list(setting: Setting) -> list[Vector]:
    """A colleague lists for Rob what nobody could have written; and a list of another form."""
    world, rob = setting.case, setting.rob
    recipients = sorted([rob.id, setting.hana.id])
    sender = {"author_id": setting.flo.id, "author_kid": setting.flo.sign_kid}
    two = forged(setting.letter.envelope, "message", setting.flo, kind="private", recipients=recipients, **sender)
    lists = {
        "of a private to two": kept.build([read(two, "message").hash]),
        "without a salt": {"salt": "x", "hashes": [digest("x")]},
    }
    codes = {"of a private to two": "recipients-wrong", "without a salt": "bad-field"}
    return [
        refuse(f"a list {name}", "scene.private", codes[name], **_listed(setting, world, rob, two, each))
        for name, each in lists.items()
    ]


def _listed(setting: Setting, world: Any, rob: Person, message: Envelope, list_: Any) -> dict[str, Any]:
    documents = [each for each in world.documents if "side" in each]
    changed = [
        {**each, "kept": kept.document_hash(list_)} if each["participant_id"] == rob.id else each for each in documents
    ]
    filled = members.fill(changed)
    step = case.sign(case.admit(world.renewed(), members.hashes(filled)), setting.fay.sign_seed)
    given = {
        "trust": setting.trust(),
        "case": setting.history(statements=[*world.envelopes, step]),
        "documents": [each for each in filled if each.get("participant_id") == rob.id],
        "reader": {**setting.reader(rob), "kept": list_},
        "message": message,
        "ciphertext_hex": setting.letter.ciphertext.hex(),
        "wrap_hex": world.wrap(setting.letter, rob).hex(),
    }
    return plain(given)
