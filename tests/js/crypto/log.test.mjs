// @ts-check
/** Following the audit log: what the worker keeps of it, and what it refuses to take in its place. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import * as j from "./journey.mjs";
import { Person } from "./person.mjs";
import { Server } from "./server.mjs";

const DIGEST = "A".repeat(43);
const EMPTY = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

/** @type {Server} */
let server;
/** @type {Person} */
let ada;
/** The head that the server has published. @type {{origin: string, size: number, root: string}} */
let head;
/** @type {any} */
let trust;

/** @param {number} size */
const published = (size) => ada.get(`/audit/published?size=${size}`);

/** A memory `pins` in which this checkpoint is kept. @param {any} checkpoint */
async function keeping(checkpoint) {
  const document = { agency: null, roster: null, cases: {}, consents: {}, checkpoint, authors: {}, opened: [] };
  return { revision: 7, ...(await ada.call("memory.close", { name: "pins", revision: 7, document })) };
}

/** What is kept after following. @param {any} answer of the server @param {any} kept before */
async function followed(answer, kept = null) {
  const { pins } = await ada.call("log.follow", { trust, pins: await keeping(kept), published: answer });
  return (await ada.call("memory.open", pins)).document.checkpoint;
}

/** @param {any} answer @param {any} kept @param {string} code */
const refused = (answer, kept, code) => assert.rejects(followed(answer, kept), { code });

/** As the page does it: asked from the size that was kept. @param {any} kept */
async function asked(kept) {
  const { size } = await ada.call("log.size", { pins: await keeping(kept) });
  return followed(await published(size), kept);
}

describe("following the log", { timeout: 60_000 }, () => {
  before(async () => {
    server = await Server.start();
    ada = new Person("Ada", server.ask);
    await j.foundAgency(ada, server.setUpCode);
    trust = await ada.get("/trust");
    for (const end = Date.now() + 20_000; (await published(0)).note === null; ) {
      assert.ok(Date.now() < end, "nothing was published");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    head = await followed(await published(0));
  });
  after(() => server.stop());

  it("keeps the first published head, and the same again", async () => {
    const { note } = await published(0);
    assert.deepEqual(note.split("\n").slice(0, 2), [head.origin, String(head.size)]);
    assert.equal(Buffer.from(note.split("\n")[2], "base64").toString("base64url"), head.root);
    assert.deepEqual(await asked(head), head);
  });

  it("asks from the size that was kept", async () => {
    assert.deepEqual(await ada.call("log.size", { pins: null }), { size: 0 });
    assert.deepEqual(await ada.call("log.size", { pins: await keeping(head) }), { size: head.size });
  });

  it("keeps nothing before anything was published", async () => {
    assert.equal(await followed({ note: null, proof: [] }), null);
    await refused({ note: null, proof: [] }, head, "log-rolled-back");
  });

  it("goes on from the empty log, and from another log of the agency", async () => {
    assert.deepEqual(await asked({ origin: head.origin, size: 0, root: EMPTY }), head);
    assert.deepEqual(await asked({ origin: "another.example/audit/1", size: 9, root: DIGEST }), head);
  });

  it("refuses a shorter log", async () => {
    const longer = { ...head, size: head.size + 1 };
    await assert.rejects(asked(longer), { code: "log-rolled-back" });
  });

  it("refuses a log that does not begin with what was kept", async () => {
    await assert.rejects(asked({ ...head, root: DIGEST }), { code: "log-forked" });
    await assert.rejects(asked({ ...head, size: head.size - 3, root: DIGEST }), { code: "log-forked" });
    const { note, proof } = await published(1);
    await refused({ note, proof }, { ...head, size: 1, root: DIGEST }, "log-forked");
    assert.ok(proof.length > 1);
    await refused({ note, proof: [] }, { ...head, size: 1, root: DIGEST }, "log-forked");
    await refused({ note, proof: ["?"] }, head, "bad-base64");
  });

  it("refuses what the log's key has not signed", async () => {
    const { note } = await published(0);
    const altered = (/** @type {string} */ from, /** @type {string} */ to) => ({ note: note.replace(from, to), proof: [] });
    await refused(altered(`\n${head.size}\n`, `\n${head.size + 1}\n`), null, "note-signature-wrong");
    await refused(altered("— ", "— x"), null, "note-unsigned");
    await refused(altered(head.origin, "x"), null, "note-unsigned");
    await refused(altered(`\n${head.size}\n`, `\n0${head.size}\n`), null, "bad-checkpoint");
    await refused(altered("\n\n", "\n"), null, "bad-note");
    await refused({ note: 7, proof: [] }, null, "bad-note");
  });

  it("follows only the log that a verified statement of the agency names", async () => {
    const answer = await published(0);
    const [envelope] = trust.agency;
    const payload = envelope.payload.slice(0, -8) + "A".repeat(8);
    const other = { ...trust, agency: [{ ...envelope, payload }] };
    const given = { trust: other, pins: await keeping(null), published: answer };
    await assert.rejects(ada.call("log.follow", given), { code: "bad-signature" });
  });
});
