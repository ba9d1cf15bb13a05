"""Every tampering with a transcript is really done, by somebody with whatever keys they could have; each is found."""

from copy import deepcopy

import pytest

from mediation.ledger.checking import Trusted
from mediation.protocol import checkpoint, envelope, event, message, notes, primitives
from mediation.protocol.checkpoint import Checkpoint
from mediation.protocol.encoding import b64, canonical, unb64
from mediation.protocol.padding import pad
from mediation.protocol.primitives import kdf, kid, random_bytes, sign_public_key
from mediation.transcripts.form import parse
from mediation.transcripts.proving import verify
from tests.transcripts import scene as scenes
from tests.transcripts.parts import Change, hidden, letter, opened, place_of, release, signed_anew
from tests.transcripts.scene import Document, Scene


def text_changed(document: Document) -> None:
    letter(document)["content"]["text"] = "I forgive everything."


def language_changed(document: Document) -> None:
    letter(document)["content"]["lang"] = "cy"


def text_changed_with_its_ciphertext(document: Document) -> None:
    """The forger encrypts other words under the letter's own key."""
    given = letter(document)
    payload = envelope.parse(given["message"], "message").payload
    plain = canonical({"text": "I forgive everything.", "lang": "en", "attachments": []})
    place = message.place(payload["case_id"], payload["message_id"])
    sealed = primitives.aead_seal(kdf(unb64(given["content"]["key"]), 1, message.CONTEXT), pad(plain), place)
    given["content"] |= {"text": "I forgive everything.", "ciphertext": b64(sealed)}


def key_swapped(document: Document) -> None:
    letter(document)["content"]["key"] = letter(document, scenes.ANSWER)["content"]["key"]


def content_swapped(document: Document) -> None:
    """Two letters change their words, keys and ciphertexts."""
    one, other = letter(document), letter(document, scenes.ANSWER)
    one["content"], other["content"] = other["content"], one["content"]


def signature_swapped(document: Document) -> None:
    one, other = letter(document)["message"], letter(document, scenes.ANSWER)["message"]
    one["signatures"][0]["sig"] = other["signatures"][0]["sig"]


def signature_by_another_key(document: Document) -> None:
    given, seed = letter(document), random_bytes(32)
    given["message"] = signed_anew(given["message"], "message", seed, author_kid=kid(sign_public_key(seed)))


def submission_dropped(document: Document) -> None:
    del document["events"][place_of(document, "message.submitted")]


def middle_event_dropped(document: Document) -> None:
    del document["events"][place_of(document, "message.opened")]


def last_event_dropped(document: Document) -> None:
    document["events"].pop()


def events_swapped(document: Document) -> None:
    document["events"][3:5] = document["events"][4:2:-1]


def event_twice(document: Document) -> None:
    document["events"].insert(3, document["events"][3])


def event_altered(document: Document) -> None:
    given = document["events"][place_of(document, "message.released")]
    salt, read = unb64(given["opening"])[: event.SALT_SIZE], opened(given)
    given["opening"] = b64(salt + canonical({**read, "at": "2026-01-01T00:00:00Z", "v": 1}))


def proof_moved(document: Document) -> None:
    document["events"][2]["proof"] = document["events"][7]["proof"]


def index_moved(document: Document) -> None:
    document["events"][-1]["index"] += 1


def head_unknown(document: Document) -> None:
    document["events"][0]["log"] = 1


def decision_removed(document: Document) -> None:
    document["releases"] = [each for each in document["releases"] if each != release(document, letter(document))]


def letter_removed(document: Document) -> None:
    document["letters"].remove(letter(document))


def letter_and_decision_removed(document: Document) -> None:
    decision_removed(document)
    letter_removed(document)


def content_removed(document: Document) -> None:
    letter(document)["content"] = None


def letter_twice(document: Document) -> None:
    document["letters"].append(letter(document))


def release_twice(document: Document) -> None:
    document["releases"].append(document["releases"][0])


def content_note_changed(document: Document) -> None:
    release(document, letter(document))["note"]["text"] = "Nothing in particular."


def content_note_removed(document: Document) -> None:
    release(document, letter(document))["note"] = None


def roster_removed(document: Document) -> None:
    document["rosters"].pop()


def agency_removed(document: Document) -> None:
    document["agency"] *= 2


def statement_removed(document: Document) -> None:
    document["case"]["statements"].pop()


def nonce_changed(document: Document) -> None:
    document["case"]["nonce"] = b64(random_bytes(16))


def member_removed(document: Document) -> None:
    document["documents"].remove(next(each for each in document["documents"] if "side" in each))


def member_changed(document: Document) -> None:
    next(each for each in document["documents"] if "side" in each)["side"] = "community"


LETTERS: list[tuple[Change, set[str]]] = [
    (text_changed, {"text-differs"}),
    (language_changed, {"text-differs"}),
    (text_changed_with_its_ciphertext, {"ct-hash-wrong", "release-alone", "release-missing"}),
    (key_swapped, {"commitment-mismatch", "release-alone", "release-missing"}),
    (content_swapped, {"ct-hash-wrong", "release-alone", "release-missing"}),
    (signature_swapped, {"bad-signature", "release-alone", "release-missing"}),
    (signature_by_another_key, {"unknown-signer", "submission-missing", "release-alone", "release-missing"}),
    (submission_dropped, {"submission-missing", "event-missing"}),
    (middle_event_dropped, {"event-missing"}),
    (last_event_dropped, {"not-closed"}),
    (events_swapped, {"events-out-of-order"}),
    (event_twice, {"events-out-of-order", "number-twice"}),
    (event_altered, {"bad-proof", "event-missing", "release-unrecorded"}),
    (proof_moved, {"bad-proof"}),
    (index_moved, {"bad-proof", "not-closed"}),
    (head_unknown, {"head-missing", "statements-differ"}),
    (decision_removed, {"release-missing", "letter-not-passed-on"}),
    (letter_removed, {"release-alone", "release-missing"}),
    (letter_and_decision_removed, {"release-missing"}),
    (content_removed, {"letter-not-shown"}),
    (letter_twice, {"letter-twice"}),
    (release_twice, {"release-twice"}),
    (content_note_changed, {"note-hash-wrong", "release-missing", "letter-not-passed-on"}),
    (content_note_removed, {"note-missing", "release-missing"}),
    (roster_removed, {"roster-unknown"}),
    (agency_removed, {"chain-seq"}),
    (statement_removed, {"statements-differ"}),
    (nonce_changed, {"case-id-wrong"}),
    (member_removed, {"member-unopened"}),
    (member_changed, {"document-unnamed", "member-unopened"}),
]


@pytest.mark.parametrize(("change", "codes"), LETTERS, ids=[change.__name__ for change, _ in LETTERS])
def test_a_change_is_found(scene: Scene, change: Change, codes: set[str]) -> None:
    assert codes <= set(scene.tampered(change))


@pytest.mark.parametrize("kind", ["letters", "person"])
def test_no_event_can_be_left_out(scene: Scene, kind: str) -> None:
    """Neither in between nor as the last one of somebody."""
    document = getattr(scene, kind)
    for place in range(len(document["events"])):
        without = {**document, "events": [each for at, each in enumerate(document["events"]) if at != place]}
        codes = {each.code for each in scene.check(without).findings}
        assert codes & {"event-missing", "acts-missing", "not-closed"}, opened(document["events"][place])


def test_a_release_that_the_writer_or_a_facilitator_of_another_case_signed(scene: Scene) -> None:
    for seed in (scene.world.mary.me.keys.sign_seed, scene.world.flo.me.keys.sign_seed):

        def change(document: Document, seed: bytes = seed) -> None:
            given = release(document, letter(document))
            given["decision"] = signed_anew(given["decision"], "decision", seed)
            document["releases"] = [
                given if one["decision"]["payload"] == given["decision"]["payload"] else one
                for one in document["releases"]
            ]

        assert {"unknown-signer", "release-missing"} <= set(scene.tampered(change))


def test_a_release_of_which_the_log_knows_nothing(scene: Scene) -> None:
    """Signed by a facilitator of the case, but never handed in."""

    def change(document: Document) -> None:
        given = release(document, letter(document, scenes.ANSWER))
        fay = scene.world.fay.me.keys.sign_seed
        own = signed_anew(given["decision"], "decision", fay, consents_hash=b64(bytes(32)))
        document["releases"].append({"decision": own, "note": None})

    assert scene.tampered(change) == ["release-unrecorded"]


def test_a_letter_that_was_called_back_or_is_private_is_no_letter_that_was_passed_on(scene: Scene) -> None:
    read = {each.text: each for each in scene.world.case.read().messages}

    def content(text: str) -> Document:
        found = read[text]
        assert found.opened is not None
        key, ciphertext = b64(found.opened.key), found.view["ciphertext"]
        return {"text": text, "lang": found.opened.lang, "ciphertext": ciphertext, "key": key}

    def shown(document: Document) -> None:
        hidden(document)["content"] = content(scenes.CALLED_BACK)

    def added(text: str) -> Change:
        given = {"message": read[text].statement.envelope, "content": content(text)}
        return lambda document: document["letters"].append(given)

    assert scene.tampered(shown) == ["letter-not-passed-on"]
    assert scene.tampered(added(scenes.RETURNED)) == ["letter-not-passed-on"]
    assert scene.tampered(added(scenes.PRIVATE)) == ["kind-not-shown"]
    assert scene.tampered(added(scenes.NOTE)) == ["kind-not-shown"]


def test_another_root_key(scene: Scene) -> None:
    given, other = parse(canonical(scene.letters)), sign_public_key(random_bytes(32))
    report = verify(given, Trusted([scene.key]), other)
    assert [each.code for each in report.findings] == ["unknown-signer"]
    unasked = verify(given, Trusted([scene.key]))
    assert not unasked.findings and not unasked.root_given and unasked.root_key == b64(scene.root)


def test_a_checkpoint_of_another_log(scene: Scene) -> None:
    """Signed with a key of the forger's own, which the agency never named."""
    seed = random_bytes(32)
    head = checkpoint.opened(scene.letters["heads"][0]["note"], [scene.key])
    key = notes.verifier_key(head.origin, seed).text

    def change(document: Document) -> None:
        document["heads"] = [{"note": checkpoint.issue(head, [seed]), "published": None}]

    assert set(scene.tampered(change)) == {"note-unsigned", "head-missing"}
    copy = deepcopy(scene.letters)
    change(copy)
    assert [each.code for each in scene.check(copy, keys=[key]).findings] == ["log-key-unnamed"]


def test_a_head_that_was_signed_over_another_tree(scene: Scene) -> None:
    """The operator has the log's real key, and makes events of their own."""
    size = checkpoint.opened(scene.letters["heads"][0]["note"], [scene.key]).size
    origin = scene.world.settings.log_origin()

    def change(document: Document) -> None:
        note = checkpoint.issue(Checkpoint(origin, size, bytes(32)), scene.world.settings.audit_keys)
        document["heads"][0]["note"] = note

    assert {"log-forked", "bad-proof"} == set(scene.tampered(change))
