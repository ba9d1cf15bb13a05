// @ts-check
/** Signing in, the split key from page to page, locking: what static/js/page/ promises, over the real worker code. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, it, mock } from "node:test";
import { FakeServer, fire, openTab, tab, until } from "./fake_browser.mjs";
import { call, stop } from "../../static/js/page/rpc.js";
import { keep, lock, prepare, restore, watch, wipe } from "../../static/js/page/keys.js";
import { load, save } from "../../static/js/page/memory.js";
import { signIn } from "../../static/js/page/sign_in.js";

const PASSPHRASE = "a passphrase for this test only";
const MINUTE = 60_000;
/** @type {FakeServer} */
let server;
/** What the page showed and hid. @type {string[]} */
let shown = [];
/** Another tab's end of the channel. @type {BroadcastChannel} */
let other;
/** @type {any[]} */
let heard = [];
let now = Date.now();

before(() => {
  server = new FakeServer(PASSPHRASE);
  openTab(server);
  mock.method(Date, "now", () => now);
  watch({ hide: () => shown.push("hide"), show: () => shown.push("show"), leave: () => shown.push("leave") });
  other = new BroadcastChannel("keys");
  other.addEventListener("message", (event) => heard.push(/** @type {MessageEvent} */ (event).data));
});

beforeEach(() => {
  openTab(server);
  [shown, heard] = [[], []];
});

afterEach(() => wipe(true));

after(() => {
  other.close();
  fire("pagehide"); // closes the page's own channel
});

/** What is awaited before keys are kept. */
const ready = async () => undefined;

/** Until the page has heard all that the other tab said, and the other way round: messages keep their order. */
async function settled() {
  const mark = `mark ${Math.random()}`;
  const storage = [...tab.storage];
  tab.storage.set("k", mark);
  other.postMessage({ type: "want" });
  await until(() => heard.some(({ blob }) => blob === mark));
  heard = heard.filter(({ blob }) => blob !== mark);
  tab.storage.clear();
  storage.forEach(([name, value]) => tab.storage.set(name, value));
}

/** Signs in, and forgets what other tabs heard of it. */
async function signInQuietly() {
  await signIn("calm-river-7", PASSPHRASE, ready);
  await settled();
  heard = [];
}

it("keeps no keys, and no session, when what must come before fails", async () => {
  const ready = () => Promise.reject(new Error("the log forked"));
  await assert.rejects(signIn("calm-river-7", PASSPHRASE, ready), { message: "the log forked" });
  assert.deepEqual(tab.asked, ["POST /sign-in/parameters", "POST /session", "DELETE /session"]);
  assert.equal(tab.storage.size, 0);
});

it("locks tabs of an earlier session when somebody signs in", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  await settled();
  assert.deepEqual(heard, [{ type: "lock" }]);
});

it("signs in, and shows the server neither passphrase nor keys", async () => {
  const session = await signIn("calm-river-7", PASSPHRASE, ready);
  assert.deepEqual(session, { account_id: server.accountId, kind: "participant", roles: [], revision: 1 });
  assert.deepEqual(tab.asked, ["POST /sign-in/parameters", "POST /session", "PUT /session/lock-key"]);
  assert.ok(!tab.sent.join().includes(PASSPHRASE));
});

it("keeps nothing in the tab that opens without the server's half", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  const [blob] = tab.storage.values();
  assert.equal(tab.storage.size, 1);
  assert.ok(!tab.sent.join().includes(blob));
  const half = Buffer.alloc(32, 7).toString("base64url");
  await assert.rejects(call("session.restore", { blob, half }), { code: "cannot-open" });
});

it("refuses a wrong passphrase without leaving the page or a session", async () => {
  server.signOut();
  await assert.rejects(signIn("calm-river-7", `${PASSPHRASE}!`, ready), { code: "sign-in-failed" });
  assert.deepEqual([tab.went, tab.storage.size, server.signedIn], [[], 0, false]);
});

it("sends nothing made of the passphrase when the server asks for weak stretching", async () => {
  const weak = { answer: () => /** @type {[number, any]} */ ([200, { ...server.parameters, memlimit: 1024 }]) };
  openTab(weak);
  await assert.rejects(signIn("calm-river-7", PASSPHRASE, ready), { code: "pwhash-bounds" });
  assert.deepEqual(tab.asked, ["POST /sign-in/parameters"]);
});

it("ends the session when the bundle does not open", async () => {
  const { bundle } = server;
  server.bundle = bundle.slice(0, -4) + (bundle.endsWith("AAAA") ? "BBBB" : "AAAA");
  await assert.rejects(signIn("calm-river-7", PASSPHRASE, ready), { code: "cannot-open" });
  server.bundle = bundle;
  assert.equal(server.signedIn, false);
});

it("opens the keys again on the next page", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  fire("pagehide");
  await assert.rejects(call("memory.close", { name: "draft", revision: 1, document: {} }), { code: "locked" });
  fire("pageshow", { persisted: true });
  await until(() => shown.includes("show"));
  assert.deepEqual(shown, ["hide", "show"]);
  assert.ok((await call("memory.close", { name: "draft", revision: 1, document: {} })).blob);
});

it("asks for the server's half ahead of time, uses it once, and asks for nothing where the tab holds nothing", async () => {
  prepare();
  assert.deepEqual([tab.asked, tab.workers.length], [[], 0]);
  await signInQuietly();
  const asked = () => tab.asked.filter((one) => one === "GET /session/lock-key").length;
  wipe();
  prepare();
  assert.equal(asked(), 1);
  assert.deepEqual([await restore(), asked()], [true, 1]);
  wipe();
  assert.deepEqual([await restore(), asked()], [true, 2]);
  wipe();
  prepare();
  wipe();
  assert.deepEqual([await restore(), asked()], [true, 4]);
});

it("locks nobody out when a page is put away while it opens", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  wipe();
  let answered = false;
  restore().then(() => { answered = true; });
  fire("pagehide");
  await new Promise((resolve) => setTimeout(resolve, 50));
  // A page that had been told "not opened" would have gone to the unlock page, and taken the wrapped keys away.
  assert.deepEqual([answered, tab.storage.has("k")], [false, true]);
  fire("pageshow", { persisted: true });
  await until(() => shown.includes("show"));
});

it("goes to the unlock page when a page comes back whose session was locked meanwhile", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  fire("pagehide");
  server.half = null;
  fire("pageshow", { persisted: true });
  await until(() => tab.went.length > 0);
  assert.deepEqual(tab.went, ["/unlock"]);
  assert.deepEqual([...tab.storage], [["next", "/letters"]]);
});

it("starts anew when a page comes back without connection, and signs in again when signed out", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  fire("pagehide");
  tab.online = false;
  fire("pageshow", { persisted: true });
  await until(() => tab.went.length > 0);
  [tab.online, server.signedIn] = [true, false];
  fire("pageshow", { persisted: true });
  await until(() => tab.went.length > 1);
  assert.deepEqual([tab.went, shown], [["again", "/sign-in"], ["hide"]]);
});

it("does not open what was wiped while it was being opened", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  wipe();
  const opening = restore();
  wipe();
  assert.equal(await opening, false);
  assert.equal(await restore(), true);
});

it("keeps the wrapped keys when there is no connection", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  wipe();
  tab.online = false;
  await assert.rejects(restore(), { code: "no-connection" });
  tab.online = true;
  assert.equal(await restore(), true);
});

it("forgets wrapped keys that do not open", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  wipe();
  server.half = Buffer.alloc(32, 1).toString("base64url");
  assert.equal(await restore(), false);
  assert.equal(tab.storage.size, 0);
});

it("gets the wrapped keys from another tab, and gives them", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  const [blob] = tab.storage.values();
  other.postMessage({ type: "want" });
  await until(() => heard.some(({ type }) => type === "have"));
  assert.deepEqual(heard.find(({ type }) => type === "have"), { type: "have", blob });

  wipe(true);
  other.addEventListener("message", () => other.postMessage({ type: "have", blob }), { once: true });
  assert.equal(await restore(), true);
});

it("asks for the passphrase when no other tab answers", async () => {
  assert.equal(await restore(), false);
  assert.deepEqual(tab.asked, []);
});

it("locks every tab and the server when one is locked", async () => {
  await signInQuietly();
  lock();
  assert.deepEqual([shown, tab.went], [["hide"], ["/unlock"]]);
  await until(() => server.half === null && heard.length > 0);
  assert.deepEqual(heard, [{ type: "lock" }]);
  assert.equal(tab.storage.has("k"), false);
  assert.ok(tab.workers.every(({ ended }) => ended));
});

it("locks here when another tab was locked", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  other.postMessage({ type: "lock" });
  await until(() => tab.went.length > 0);
  assert.deepEqual([shown, tab.went, tab.storage.has("k")], [["hide"], ["/unlock"], false]);
});

it("leaves when another tab leaves quickly", async () => {
  other.postMessage({ type: "leave" });
  await until(() => shown.length > 0);
  assert.deepEqual(shown, ["leave"]);
});

it("locks after 15 minutes without a touch, and the touch that comes after them does not count", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  now += 14 * MINUTE;
  fire("keydown");
  now += 14 * MINUTE;
  fire("visibilitychange");
  assert.deepEqual(tab.went, []);
  now += 2 * MINUTE;
  fire("pointerdown");
  assert.deepEqual(tab.went, ["/unlock"]);
  await until(() => server.half === null);
});

it("stays open while somebody is active in another tab", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  now += 14 * MINUTE;
  other.postMessage({ type: "active" });
  await settled();
  now += 2 * MINUTE;
  fire("visibilitychange");
  assert.deepEqual(tab.went, []);
});

it("tells other tabs of a touch, but not of every one", async () => {
  await signInQuietly();
  now += MINUTE;
  for (let i = 0; i < 5; i++) fire("input");
  await until(() => heard.length > 0);
  await settled();
  assert.deepEqual(heard, [{ type: "active" }]);
});

it("seals own documents, and opens them again", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  assert.deepEqual(await load("draft:1"), { revision: 0, document: null });
  assert.equal(await save("draft:1", 0, { text: "an unfinished letter" }), 1);
  assert.ok(!tab.sent.join().includes("unfinished"));
  assert.deepEqual(await load("draft:1"), { revision: 1, document: { text: "an unfinished letter" } });
});

it("refuses an own document that the server altered or moved", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  await save("draft:2", 0, { text: "x" });
  const kept = server.memory.get("/memory/draft%3A2");
  server.memory.set("/memory/draft%3A3", kept);
  await assert.rejects(load("draft:3"), { code: "cannot-open" });
  server.memory.set("/memory/draft%3A2", { ...kept, revision: 2 });
  await assert.rejects(load("draft:2"), { code: "cannot-open" });
});

it("tells every caller when the worker is ended", async () => {
  const waiting = call("session.ready");
  stop();
  await assert.rejects(waiting, { code: "stopped" });
});

it("opens again when the worker broke down", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  tab.workers[tab.workers.length - 1].heard.error({});
  assert.equal(await restore(), true);
  assert.ok((await call("memory.close", { name: "draft", revision: 1, document: {} })).blob);
});

it("keeps the first half that the server was given", async () => {
  await signIn("calm-river-7", PASSPHRASE, ready);
  const first = server.half;
  await keep();
  assert.equal(server.half, first);
  wipe();
  assert.equal(await restore(), true);
});
