// @ts-check
/** The whole journey through the worker and the real server: what each capability promises when everybody is honest. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as j from "./journey.mjs";
import { Person } from "./person.mjs";
import { Server } from "./server.mjs";

/** @type {Server} */
let server;
/** @type {Record<string, Person>} */
const who = {};
/** @type {any} the new case */
let made;
/** @type {string} */
let id;
/** The ids of the people. @type {{sam: string, bea: string, tom: string}} */
let ids;

/** @param {string} name */
const person = (name) => (who[name.toLowerCase()] = new Person(name, server.ask));

/** @param {Promise<any>} act @param {string} code */
const refused = (act, code) => assert.rejects(act, { code });

describe("an honest case", { timeout: 120_000 }, () => {
  before(async () => {
    server = await Server.start();
    for (const name of ["Ada", "Fay", "Finn", "Flo", "Sam", "Bea", "Kit"]) person(name);
    const { ada, fay, finn, sam, bea } = who;
    await j.foundAgency(ada, server.setUpCode);
    await j.employ(ada, fay);
    await j.employ(ada, finn);
    made = await j.openCase(fay, {
      cover: [finn],
      people: [
        { side: "person_harmed", assisted: false, name: "Sam" },
        { side: "person_responsible", assisted: false, name: "Bea" },
        { side: "person_harmed", assisted: true, name: "Tom" },
      ],
    });
    id = made.case_id;
    const [samId, beaId, tomId] = made.people.map((/** @type {any} */ each) => each.participant_id);
    ids = { sam: samId, bea: beaId, tom: tomId };
    await j.welcome(fay, id, sam, made.people[0]);
    await j.welcome(fay, id, bea, made.people[1]);
    await j.agree(sam);
    await j.agree(bea);
  });

  after(async () => {
    await Promise.all(Object.values(who).map((each) => each.leave()));
    await server.stop();
  });

  it("tells the administrator who works here and when the staff list must be issued anew", async () => {
    const entered = await j.enterSetup(who.ada);
    assert.deepEqual(entered.roster.staff.map((/** @type {any} */ each) => [each.display_name, each.roles]).sort(), [
      ["Ada", ["administrator"]],
      ["Fay", ["facilitator"]],
      ["Finn", ["facilitator"]],
    ]);
    assert.deepEqual([entered.renew, entered.issuer], [false, true]);
    who.ada.believe(new Date(Date.now() + 25 * 86_400_000));
    assert.equal((await j.enterSetup(who.ada)).renew, true);
    who.ada.believe(new Date());
  });

  it("shows a newcomer who waits six words, and nothing else", async () => {
    const { fay, kit } = who;
    await j.enterCase(fay, id);
    const card = await fay.call("cases.invite", { side: "person_harmed", role: "supporter" });
    await fay.post("/invitations", card.body);
    const joined = await j.join(kit, card.code);
    assert.deepEqual(
      [joined.for, joined.side, joined.role, joined.approvals],
      ["participant", "person_harmed", "supporter", 1],
    );
    assert.deepEqual(
      joined.facilitators.map((/** @type {any} */ each) => each.name),
      ["Fay", "Finn"],
    );
    const entered = await j.enter(kit);
    assert.deepEqual([entered.state, entered.six_words, entered.others], ["waiting", joined.words, []]);
    await refused(kit.call("letters.read", { letters: { offers: [], own: [], private: [] } }), "not-entered");
  });

  it("carries a letter to its recipient with a content note, and both sides call each other as the facilitator wrote", async () => {
    const { fay, sam, bea } = who;
    await j.note(fay, id, {
      kind: "private",
      recipients: [ids.sam],
      document: { name: "called", value: { [ids.bea]: "Bea" } },
    });
    await j.note(fay, id, {
      kind: "private",
      recipients: [ids.bea],
      document: { name: "called", value: { [ids.sam]: "Sam" } },
    });
    const letter = await j.write(sam, { kind: "relay", recipients: [ids.bea], text: "Why?\n\tTell me." });
    const { items, case_notes, called, alarms } = await j.read(fay, id);
    const item = items.at(-1);
    assert.deepEqual(
      [item.ok, item.text, item.from.name, item.alarms, alarms],
      [true, "Why?\n\tTell me.", "Sam", [], []],
    );
    assert.deepEqual([case_notes.title, called[ids.bea][ids.sam]], ["A broken window", "Sam"]);
    assert.equal(
      (await fay.call("review.asRecipient", { message_id: letter, recipient_id: ids.bea })).from.called,
      "Sam",
    );
    assert.equal((await j.decide(fay, id, letter, { recipient_id: ids.bea, note: "A hard question." })).state, "final");
    const [offer] = (await j.letters(bea)).offers;
    assert.deepEqual(
      [offer.ok, offer.text, offer.note, offer.from.called, offer.released_by],
      [true, null, "A hard question.", "Sam", ["Fay"]],
    );
    assert.equal((await j.open(bea, letter)).text, "Why?\n\tTell me.");
    assert.equal((await j.letters(bea)).offers[0].text, "Why?\n\tTell me.");
  });

  it("returns a letter with a suggestion, which its writer sends as their own", async () => {
    const { finn, sam, bea } = who;
    const first = await j.write(bea, { kind: "relay", recipients: [ids.sam], text: "I was angry." });
    await j.read(finn, id);
    const back = await finn.act("review.close", {
      message_id: first,
      decision: "return",
      reason: "Say more.",
      suggestion: "I was angry. I am sorry.",
    });
    await finn.post(`/messages/${first}/decisions`, back.body);
    await finn.post("/messages", back.reason.body);
    const read = await j.letters(bea);
    const { value } = read.private.findLast((/** @type {any} */ each) => each.document?.name === "return").document;
    assert.deepEqual(
      [value.message_id, value.suggestion, read.own.at(-1).status],
      [first, "I was angry. I am sorry.", "returned"],
    );
    const second = await j.write(bea, { kind: "relay", recipients: [ids.sam], text: value.suggestion, revises: first });
    assert.equal((await j.read(finn, id)).items.at(-1).revises, first);
    await j.decide(finn, id, second, { recipient_id: ids.sam });
    assert.equal((await j.open(sam, second)).text, "I was angry. I am sorry.");
  });

  it("lets nobody release alone what they wrote down for somebody, and prints for somebody without a device", async () => {
    const { fay, finn, bea } = who;
    await j.enterCase(fay, id);
    await fay.post(
      "/consents",
      await fay.call("cases.agree", { participant_id: ids.tom, text: j.CONSENT, means: "dictation" }),
    );
    const scribed = await j.note(fay, id, {
      kind: "relay",
      recipients: [ids.bea],
      text: "Hello.",
      author_id: ids.tom,
      means: "dictation",
      provenance: "at his table",
    });
    const { state, hash } = await j.decide(fay, id, scribed, { recipient_id: ids.bea });
    assert.equal(state, "proposed");
    assert.equal((await j.coSign(finn, id, scribed, hash)).state, "final");
    const offer = (await j.letters(bea)).offers.find((/** @type {any} */ each) => each.message_id === scribed);
    assert.deepEqual(offer.scribe, { name: "Fay", means: "dictation" });
    const answer = await j.write(bea, { kind: "relay", recipients: [ids.tom], text: "Hello Tom." });
    await j.read(fay, id);
    await refused(fay.call("review.print", { message_id: answer, participant_id: ids.tom }), "not-offered");
    await j.decide(finn, id, answer, { recipient_id: ids.tom });
    await j.read(fay, id);
    assert.equal((await fay.call("review.print", { message_id: answer, participant_id: ids.tom })).text, "Hello Tom.");
    await refused(fay.call("review.print", { message_id: scribed, participant_id: ids.bea }), "not-assisted");
    /** @param {any[]} messages @param {string} state of the answer, as the server says @param {string} standing of Tom */
    const told = async (messages, state, standing) => {
      const view = await fay.get(`/cases/${id}`);
      const standings = view.standings.map((/** @type {any} */ each) => ({ ...each, standing }));
      await fay.call("cases.enter", { trust: await fay.get("/trust"), case: { ...view, standings }, pins: await fay.pins() });
      const recipients = [{ participant_id: ids.tom, state, choice: null, tell: false }];
      await fay.call("review.read", {
        messages: messages.map((each) => (each.message_id === answer ? { ...each, recipients } : each)),
      });
      return fay.call("review.print", { message_id: answer, participant_id: ids.tom });
    };
    const messages = await fay.get(`/cases/${id}/messages`);
    await refused(told(messages, "recalled", "active"), "recalled");
    await refused(told(messages, "offered", "paused"), "not-standing");
    assert.equal((await told(messages, "opened", "paused")).text, "Hello Tom.");
  });

  it("lists the cases with what their note calls them, and tells who signed what", async () => {
    const { fay } = who;
    const listed = await fay.act("cases.list", {
      trust: await fay.get("/trust"),
      cases: await fay.get("/cases"),
      pins: await fay.pins(),
    });
    assert.deepEqual(
      listed.cases.map((/** @type {any} */ each) => [each.ok, each.title, each.names[ids.tom]]),
      [[true, "A broken window", "Tom"]],
    );
    await j.enterCase(fay, id);
    await fay.post(`/cases/${id}/statements`, (await fay.call("cases.renew")).body);
    await j.enterCase(fay, id);
    const { statements } = await fay.call("cases.history");
    assert.deepEqual(
      statements.map((/** @type {any} */ each) => [each.changes[0].what, each.signed_by[0].name]),
      [
        ["create", "Fay"],
        ["people", "Fay"],
        ["people", "Fay"],
        ["renew", "Fay"],
      ],
    );
  });

  it("gives somebody who lost their passphrase new keys, and all that they may still read", async () => {
    const { fay } = who;
    const again = person("Sam");
    const admitted = await j.welcome(fay, id, again, { participant_id: ids.sam });
    assert.deepEqual([admitted.state, admitted.remake], ["adopted", true]);
    await j.read(fay, id);
    const { wraps, notes } = await fay.call("review.remake", { participant_id: ids.sam });
    for (const each of wraps) await fay.post(`/messages/${each.message_id}/wraps`, each.body);
    for (const each of notes) await fay.put(`/decisions/${each.hash}/note`, each.body);
    const read = await j.letters(again);
    assert.deepEqual(
      read.offers.map((/** @type {any} */ each) => [each.ok, each.text]),
      [[true, "I was angry. I am sorry."]],
    );
    assert.deepEqual(
      read.own.map((/** @type {any} */ each) => [each.ok, each.text]),
      [[true, "Why?\n\tTell me."]],
    );
    assert.equal(read.consent, null);
    await j.agree(again);
    assert.notEqual((await j.enter(again)).consent, null);
  });

  it("gives somebody who took part with help and now has a device all that they had on paper", async () => {
    const { fay } = who;
    const tom = person("Tom");
    const admitted = await j.welcome(fay, id, tom, { participant_id: ids.tom });
    assert.deepEqual([admitted.state, admitted.remake], ["adopted", true]);
    await j.read(fay, id);
    const { wraps, notes } = await fay.call("review.remake", { participant_id: ids.tom });
    assert.deepEqual([wraps.length, notes], [2, []]);
    for (const each of wraps) await fay.post(`/messages/${each.message_id}/wraps`, each.body);
    const { offers, own } = await j.letters(tom);
    assert.deepEqual(
      own.map((/** @type {any} */ each) => [each.ok, each.text]),
      [[true, "Hello."]],
    );
    assert.equal((await j.open(tom, offers[0].message_id)).text, "Hello Tom.");
  });

  it("hands the case over: a new epoch, two approvals, and everything that counted stays readable", async () => {
    const { ada, fay, flo, sam, bea } = who;
    await j.employ(ada, flo);
    const { messages } = await j.read(fay, id);
    const change = await fay.act("cases.change", {
      facilitators: [fay.session.staffId, flo.session.staffId],
      approvals: 2,
      messages,
      settings: await fay.find("/memory/settings"),
    });
    assert.equal((await fay.post(`/cases/${id}/statements`, change.body)).state, "adopted");
    const { items, facilitators, approvals_required: approvals } = await j.read(flo, id);
    assert.deepEqual([facilitators.map((/** @type {any} */ each) => each.name), approvals], [["Fay", "Flo"], 2]);
    assert.deepEqual(
      items.map((/** @type {any} */ each) => each.ok),
      items.map(() => true),
    );
    assert.deepEqual(
      (await j.letters(bea)).offers.map((/** @type {any} */ each) => each.ok),
      [true, true],
    );
    const letter = await j.write(sam, { kind: "relay", recipients: [ids.bea], text: "Thank you." });
    const { state, hash } = await j.decide(flo, id, letter, { recipient_id: ids.bea });
    assert.equal(state, "proposed");
    assert.equal((await j.coSign(fay, id, letter, hash)).state, "final");
    assert.equal((await j.open(bea, letter)).text, "Thank you.");
  });

  it("admits somebody where two must sign only when both have heard the six words", async () => {
    const { fay, flo } = who;
    const ann = person("Ann");
    const admitted = await j.welcome(fay, id, ann, { side: "person_harmed", role: "supporter" });
    assert.equal(admitted.state, "proposed");
    const { messages } = await j.read(flo, id);
    await refused(flo.call("cases.sign", { hash: admitted.hash, messages }), "not-heard");
    await refused(flo.call("cases.sign", { hash: admitted.hash, messages, heard: true }), "not-heard");
    const proposal = await flo.call("cases.proposal", { hash: admitted.hash });
    assert.deepEqual(proposal.words, (await ann.call("joining.words")).words);
    assert.deepEqual([proposal.changes[0].what, proposal.signed_by[0].name, proposal.mine], ["admit", "Fay", false]);
    const { body } = await flo.call("cases.sign", { hash: admitted.hash, messages, heard: true });
    assert.equal((await flo.post(`/cases/${id}/statements/${admitted.hash}/signatures`, body)).state, "adopted");
    assert.equal((await j.enter(ann)).state, "admitted");
  });

  it("lets an administrator stand in for one signature that cannot be had, and shows it", async () => {
    const { ada, fay } = who;
    const { messages } = await j.read(fay, id);
    const change = await fay.act("cases.change", {
      approvals: 1,
      messages,
      settings: await fay.find("/memory/settings"),
    });
    const { state, hash } = await fay.post(`/cases/${id}/statements`, change.body);
    assert.equal(state, "proposed");
    await j.enterCase(ada, id);
    const proposal = await ada.call("cases.proposal", { hash });
    assert.deepEqual(proposal.changes, [{ what: "approvals", from: 2, to: 1 }]);
    const { body } = await ada.call("cases.sign", { hash, messages: await ada.get(`/cases/${id}/messages`) });
    assert.equal((await ada.post(`/cases/${id}/statements/${hash}/signatures`, body)).state, "adopted");
    const entered = await j.read(fay, id);
    assert.deepEqual([entered.issuer_signed, entered.alarms, entered.approvals_required], [true, [], 1]);
    assert.equal((await fay.call("cases.history")).statements.at(-1).stand_in.name, "Ada");
    await refused(ada.call("review.write", { kind: "note", recipients: [], text: "A note." }), "not-mine");
  });
});
