// @ts-check
/** A server that lies: what the worker refuses to show, sign or send, and what it raises an alarm about. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as j from "./journey.mjs";
import { Person } from "./person.mjs";
import { Server } from "./server.mjs";

const DAY = 86_400_000;

/** @type {Server} */
let server;
/** @type {Record<string, Person>} */
const who = {};
/** @type {string} */
let id;
/** @type {{sam: string, bea: string}} */
let ids;
/** Sam's letter, released to Bea with a note and opened; another, released and still closed. @type {string[]} */
let letters;
/** What the server answered before Bea joined, to roll back to. @type {any} */
let old;

/** @param {string} name */
const person = (name) => (who[name.toLowerCase()] = new Person(name, server.ask));

/** @param {Promise<any>} act @param {string} code */
const refused = (act, code) => assert.rejects(act, { code });

/** The same text with another character in its middle. @param {string} text */
function flipped(text) {
  const middle = Math.floor(text.length / 2);
  return text.slice(0, middle) + (text[middle] === "A" ? "B" : "A") + text.slice(middle + 1);
}

/**
 * A lie about one path alone.
 * @param {RegExp} where
 * @param {(answer: any) => any} change
 * @returns {import("./server.mjs").Lie}
 */
const about = (where, change) => (answer, method, path) =>
  method !== "PUT" && where.test(path) ? change(answer) : answer;

/** @param {any[]} offers @param {number} number of the letter; letters of one second come in any order */
const letter = (offers, number) => offers.find((each) => each.message_id === letters[number]);

/**
 * What Bea is shown of the first letter when the server lies about it.
 * @param {(offer: any, other: any) => any} change
 */
async function offerWhen(change) {
  let place = 0;
  const lie = about(/^\/letters$/, (all) => {
    place = all.offers.findIndex((/** @type {any} */ each) => each.message_id === letters[0]);
    return { ...all, offers: all.offers.with(place, change(all.offers[place], letter(all.offers, 1))) };
  });
  const { offers } = await server.lying(lie, () => j.letters(who.bea));
  assert.equal(offers[1 - place].ok, true, "one bad letter hides no other");
  return offers[place];
}

describe("a lying server", { timeout: 120_000 }, () => {
  before(async () => {
    server = await Server.start();
    for (const name of ["Ada", "Fay", "Finn", "Sam", "Bea"]) person(name);
    const { ada, fay, finn, sam, bea } = who;
    await j.foundAgency(ada, server.setUpCode);
    await j.employ(ada, fay);
    await j.employ(ada, finn);
    const people = [
      { side: "person_harmed", assisted: false, name: "Sam" },
      { side: "person_responsible", assisted: false, name: "Bea" },
    ];
    const made = await j.openCase(fay, { cover: [finn], people });
    id = made.case_id;
    ids = { sam: made.people[0].participant_id, bea: made.people[1].participant_id };
    await j.welcome(fay, id, sam, made.people[0]);
    old = { case: await fay.get(`/cases/${id}`), trust: await fay.get("/trust") };
    await j.welcome(fay, id, bea, made.people[1]);
    await j.agree(sam);
    await j.agree(bea);
    letters = [];
    for (const text of ["Why?", "And when?"]) {
      const written = await j.write(sam, { kind: "relay", recipients: [ids.bea], text });
      await j.decide(fay, id, written, { recipient_id: ids.bea, note: "A hard question." });
      letters.push(written);
    }
    await j.open(bea, letters[0]);
  });

  after(async () => {
    await Promise.all(Object.values(who).map((each) => each.leave()));
    await server.stop();
  });

  it("shows nothing of a letter that was altered in any part", async () => {
    assert.equal(
      (await offerWhen((offer) => ({ ...offer, ciphertext: flipped(offer.ciphertext) }))).code,
      "ct-hash-wrong",
    );
    assert.equal((await offerWhen((offer) => ({ ...offer, wrap: flipped(offer.wrap) }))).code, "cannot-open");
    assert.equal((await offerWhen((offer) => ({ ...offer, note: flipped(offer.note) }))).code, "cannot-open");
    assert.equal((await offerWhen((offer) => ({ ...offer, note: null }))).code, "note-missing");
    assert.equal((await offerWhen((offer, other) => ({ ...offer, note: other.note }))).code, "note-hash-wrong");
    assert.equal((await offerWhen((offer, other) => ({ ...offer, wrap: other.note }))).code, "wrap-misplaced");
    const signed = await offerWhen((offer) => ({
      ...offer,
      message: {
        ...offer.message,
        signatures: [{ ...offer.message.signatures[0], sig: flipped(offer.message.signatures[0].sig) }],
      },
    }));
    assert.equal(signed.code, "bad-signature");
    assert.deepEqual(Object.keys(signed).sort(), ["code", "message_id", "offered_on", "ok", "state", "tell"]);
  });

  it("shows no letter by another's release, under another's number, or that was called back", async () => {
    assert.equal(
      (await offerWhen((offer, other) => ({ ...offer, decision: other.decision }))).code,
      "decision-of-another-message",
    );
    assert.equal((await offerWhen((offer) => ({ ...offer, message_id: letters[1] }))).code, "mixed-up");
    assert.equal(
      (await offerWhen((offer) => ({ ...offer, state: "recalled", message: null, decision: null }))).code,
      "recalled",
    );
    const [own] = (await who.sam.get("/letters")).own;
    assert.equal((await offerWhen((offer) => ({ ...offer, decision: own.message }))).code, "wrong-type");
    const lie = about(/^\/letters$/, (all) => ({ ...all, own: [{ ...own, message_id: letters[0] }] }));
    assert.equal((await server.lying(lie, () => j.letters(who.bea))).own[0].ok, false);
    await j.letters(who.bea);
    await refused(
      who.bea.call("letters.open", { message_id: "x".repeat(22), ciphertext: "", wrap: "" }),
      "not-offered",
    );
  });

  it("opens an offered letter only with its own ciphertext and wrap", async () => {
    const { bea } = who;
    await j.letters(bea);
    const first = letter((await bea.get("/letters")).offers, 0);
    await refused(
      bea.call("letters.open", { message_id: letters[1], ciphertext: first.ciphertext, wrap: first.wrap }),
      "ct-hash-wrong",
    );
    assert.equal(letter((await j.letters(bea)).offers, 1).text, null);
  });

  it("refuses a staff list, a case or an agency that steps back behind what was seen, even with an older memory", async () => {
    const { bea, fay } = who;
    await j.enter(bea);
    const back = about(/^\/membership/, (given) => ({ ...given, statements: old.case.statements }));
    await refused(
      server.lying(back, () => j.enter(bea)),
      "chain-rolled-back",
    );
    const rosters = about(/^\/trust/, (given) => ({ ...given, rosters: given.rosters.slice(0, 1) }));
    await refused(
      server.lying(rosters, () => j.enter(bea)),
      "chain-rolled-back",
    );
    await refused(
      server.lying(
        about(/^\/trust/, (given) => ({ ...given, agency: [] })),
        () => j.enter(bea),
      ),
      "chain-empty",
    );
    await refused(
      server.lying(
        about(new RegExp(`^/cases/${id}$`), () => old.case),
        () => j.enterCase(fay, id),
      ),
      "chain-rolled-back",
    );
    const unseen = about(/^\/membership/, (given) => ({
      ...given,
      anchor: { hash: "A".repeat(43), index: 0, path: [] },
    }));
    await refused(
      server.lying(unseen, () => j.enter(bea)),
      "anchor-wrong",
    );
  });

  it("refuses pins and drafts that the server altered or moved", async () => {
    const { bea } = who;
    const altered = about(/^\/memory\/pins/, (given) => ({ ...given, blob: flipped(given.blob) }));
    await refused(
      server.lying(altered, () => j.enter(bea)),
      "cannot-open",
    );
    await refused(
      server.lying(
        about(/^\/memory\/pins/, (given) => ({ ...given, revision: 1 })),
        () => j.enter(bea),
      ),
      "cannot-open",
    );
    const { blob } = await bea.call("memory.close", { name: "draft-x", revision: 1, document: { text: "Dear" } });
    await refused(bea.call("memory.open", { name: "draft-y", revision: 1, blob }), "cannot-open");
  });

  it("tells the facilitators when a writer's memory was taken back, or a message is held back", async () => {
    const { fay, bea } = who;
    const before = await bea.pins();
    for (const text of ["First.", "Second."]) await j.write(bea, { kind: "private", recipients: [], text });
    await server.lying(
      (answer, method, path, person) =>
        method === "GET" && path === "/memory/pins" && person === bea ? before : answer,
      async () => {
        await j.letters(bea).catch(() => undefined); // the server takes no pins against its own revision
        const { body } = await bea.call("letters.write", {
          kind: "private",
          recipients: [],
          text: "Third.",
          answers: null,
          revises: null,
        });
        await bea.post("/messages", body);
      },
    );
    const { items, alarms } = await j.read(fay, id);
    assert.deepEqual(items.at(-1).alarms, ["seq-wrong", "prev-wrong", "memory-fell"]);
    assert.deepEqual(alarms, []);
    const hold = about(/\/messages$/, (all) => all.slice(0, -1));
    assert.deepEqual((await server.lying(hold, () => j.read(fay, id))).alarms, ["messages-missing"]);
  });

  it("shows a facilitator an answer to what its reader was not given, and does not release it", async () => {
    const { fay, sam } = who;
    const [first] = letters;
    const second = await j.write(sam, { kind: "relay", recipients: [ids.bea], text: "Again.", answers: first });
    assert.deepEqual((await j.read(fay, id)).items.at(-1).alarms, []);
    const withholding = about(/\/messages$/, (all) =>
      Array.isArray(all) ? all.map((each) => (each.message_id === first ? { ...each, decisions: [] } : each)) : all,
    );
    await server.lying(withholding, async () => {
      assert.deepEqual((await j.read(fay, id)).items.at(-1).alarms, ["answers-unknown"]);
      const choice = { message_id: second, decision: "release", recipient_id: ids.bea };
      await refused(fay.call("review.decide", choice), "answers-unknown");
    });
  });

  it("gives an invitation's holder nothing that was swapped, and admits no join but the holder's", async () => {
    const { fay } = who;
    await j.enterCase(fay, id);
    const cards = [];
    for (let i = 0; i < 2; i++) {
      const card = await fay.call("cases.invite", { side: "community", role: "supporter" });
      await fay.post("/invitations", card.body);
      cards.push(card);
    }
    const newcomer = new Person("Kit", server.ask);
    const swap = about(/^\/invitations\//, () => ({ blob: cards[1].body.blob, mac: cards[1].body.mac }));
    await refused(
      server.lying(swap, () => j.join(newcomer, cards[0].code)),
      "invite-mac-wrong",
    );
    const alter = about(/^\/invitations\//, (given) => ({ ...given, blob: flipped(given.blob) }));
    await refused(
      server.lying(alter, () => j.join(newcomer, cards[0].code)),
      "invite-mac-wrong",
    );
    await refused(newcomer.call("joining.begin", { code: `${cards[0].code.slice(0, -1)}U` }), "bad-invitation-code");
    await j.join(newcomer, cards[0].code);
    const { view } = await j.enterCase(fay, id);
    const row = view.invitations.find((/** @type {any} */ each) => each.invite_id === cards[0].invite_id);
    const other = view.invitations.find((/** @type {any} */ each) => each.invite_id === cards[1].invite_id);
    await refused(
      fay.call("cases.join", { invitation: { ...row, join_mac: flipped(row.join_mac) } }),
      "join-mac-wrong",
    );
    await refused(fay.call("cases.join", { invitation: { ...row, invite: other.invite } }), "invite-key-wrong");
    await refused(
      fay.call("cases.join", { invitation: { ...row, sealed_secret: other.sealed_secret } }),
      "invite-secret-misplaced",
    );
    await refused(fay.call("cases.admit", { invite_id: cards[0].invite_id, messages: [] }), "not-heard");
    await newcomer.leave();
  });

  it("counts for itself what may still be read when somebody leaves, whatever the server leaves out", async () => {
    const { fay } = who;
    const { messages } = await j.read(fay, id);
    const args = { facilitators: [fay.session.staffId], settings: await fay.find("/memory/settings") };
    const { body } = await fay.call("cases.change", { ...args, messages: messages.slice(1) });
    await refused(fay.post(`/cases/${id}/statements`, body), "kept-mismatch");
    await refused(fay.call("cases.change", { facilitators: [who.ada.session.staffId ?? "x"], messages }), "not-mine");
  });

  it("decides nothing on what it could not read, for people who paused, or twice", async () => {
    const { fay, sam } = who;
    const third = await j.write(sam, { kind: "relay", recipients: [ids.bea], text: "A third." });
    const broken = about(/\/messages$/, (all) =>
      all.map((/** @type {any} */ each) => ({ ...each, order_block: flipped(each.order_block) })),
    );
    await server.lying(broken, () => j.read(fay, id));
    await refused(
      fay.call("review.decide", { message_id: third, decision: "release", recipient_id: ids.bea }),
      "cannot-open",
    );
    const paused = about(new RegExp(`^/cases/${id}$`), (view) => ({
      ...view,
      standings: view.standings.map((/** @type {any} */ each) => ({ ...each, standing: "paused" })),
    }));
    await server.lying(paused, () => j.read(fay, id));
    await refused(
      fay.call("review.decide", { message_id: third, decision: "release", recipient_id: ids.bea }),
      "not-standing",
    );
    await server
      .lying(
        about(new RegExp(`^/cases/${id}$`), (view) => ({ ...view, consents: [] })),
        () => j.read(fay, id),
      )
      .then(({ alarms }) => assert.deepEqual(alarms, []));
    await refused(
      fay.call("review.decide", { message_id: third, decision: "release", recipient_id: ids.bea }),
      "consent-missing",
    );
    await j.read(fay, id);
    await refused(
      fay.call("review.decide", { message_id: letters[0], decision: "release", recipient_id: ids.bea }),
      "already-decided",
    );
    await refused(
      fay.call("review.decide", { message_id: third, decision: "release", recipient_id: ids.sam }),
      "recipient-wrong",
    );
    await refused(fay.call("review.sign", { message_id: third, hash: "A".repeat(43) }), "proposal-unknown");
  });

  it("raises an alarm when the server hands over an older consent than was seen", async () => {
    const { fay, sam } = who;
    await j.agree(sam);
    await j.enterCase(fay, id);
    const older = about(new RegExp(`^/cases/${id}$`), (view) => ({ ...view, consents: view.consents.slice(0, 2) }));
    assert.ok((await server.lying(older, () => j.enterCase(fay, id))).alarms.includes("consent-chain-rolled-back"));
    await j.enter(sam);
    const mine = about(/^\/membership/, (given) => ({ ...given, consents: given.consents.slice(0, 1) }));
    const entered = await server.lying(mine, () => j.enter(sam));
    assert.deepEqual([entered.consent, entered.alarms], [null, ["chain-rolled-back"]]);
    await refused(sam.call("letters.agree", { text: j.CONSENT }), "chain-rolled-back");
  });

  it("shows with an expired case what was opened before and nothing new, and neither writes nor decides", async () => {
    const { fay, bea } = who;
    await j.read(fay, id);
    const later = new Date(Date.now() + 40 * DAY);
    for (const each of [fay, bea]) each.believe(later);
    const read = await j.letters(bea);
    assert.equal(read.expired, true);
    assert.deepEqual(
      [0, 1].map((number) => letter(read.offers, number)).map((each) => each.text ?? each.code),
      ["Why?", "roster-expired"],
    );
    await refused(bea.call("letters.write", { kind: "private", recipients: [], text: "Hello?" }), "roster-expired");
    await refused(bea.call("letters.agree", { text: j.CONSENT }), "roster-expired");
    const { items, lapse } = await j.read(fay, id);
    assert.equal(lapse, "roster-expired");
    assert.ok(items.some((/** @type {any} */ each) => each.text === "Why?"));
    await refused(fay.call("review.decide", { message_id: letters[1], decision: "return" }), "not-opened");
    await refused(fay.call("review.write", { kind: "note", recipients: [], text: "A note." }), "roster-expired");
    await refused(fay.call("cases.invite", { side: "community" }), "roster-expired");
    for (const each of [fay, bea]) each.believe(new Date());
  });

  it("issues no staff list that leaves cases out, and takes nobody onto it unheard", async () => {
    const { ada } = who;
    await j.enterSetup(ada);
    const { body } = await ada.call("setup.roster", { staff: null, admits: [], anchors: await ada.get("/anchors") });
    await ada.post("/rosters", body);
    await j.enterSetup(ada);
    await refused(ada.call("setup.roster", { staff: null, admits: [], anchors: { leaves: [] } }), "anchors-fell");
    await refused(
      ada.call("setup.roster", { staff: null, admits: ["A".repeat(43)], anchors: await ada.get("/anchors") }),
      "not-heard",
    );
    const stranger = { staff_id: "x".repeat(22), display_name: "Eve", roles: ["facilitator"] };
    await refused(
      ada.call("setup.roster", { staff: [stranger], admits: [], anchors: await ada.get("/anchors") }),
      "not-mine",
    );
  });

  it("answers what it does not know, or not yet, with a code", async () => {
    const nobody = new Person("Nobody", server.ask);
    await refused(nobody.call("letters.enter", { trust: {}, membership: {}, pins: null }), "locked");
    await refused(nobody.call("letters.read", { letters: {} }), "not-entered");
    await refused(nobody.call("review.read", { messages: [] }), "not-entered");
    await refused(nobody.call("setup.invite", { display_name: "x", roles: [], memory: null }), "not-entered");
    await refused(nobody.call("joining.check", { invitation: { blob: "", mac: "" } }), "not-entered");
    await refused(nobody.call("joining.join", { passphrase: j.PHRASE }), "not-entered");
    await refused(nobody.call("letters.nothing", {}), "unknown-method");
    await refused(nobody.call("nothing.enter", {}), "unknown-method");
    await refused(nobody.call("joining.checkPassphrase", { passphrase: "short" }), "passphrase-too-short");
    await nobody.leave();
  });
});
