// @ts-check
/** The page's small helpers: the API's errors, words, leaving quickly, the worker's frame. */
import assert from "node:assert/strict";
import { beforeEach, it, mock } from "node:test";
import { fire, openTab, tab, until } from "./fake_browser.mjs";
import { answer } from "../../static/js/crypto/dispatch.js";
import { ProtocolError } from "../../static/js/protocol/errors.js";

const strings = {
  language: "cy", plural: { zero: 0, one: 1, two: 2, few: 3, many: 4, other: 5 },
  messages: {
    "Hello %(name)s": "Helo %(name)s",
    "%(n)s day": ["0 dydd", "%(n)s dydd", "%(n)s ddydd", "%(n)s diwrnod", "%(n)s o ddyddiau", "%(n)s diwrnod!"],
  },
};
tab.elements.set("strings", { textContent: JSON.stringify(strings) });
const { ApiError, del, get, post } = await import("../../static/js/page/api.js");
const { announce, byId, el, paragraphs } = await import("../../static/js/page/dom.js");
const { island } = await import("../../static/js/page/island.js");
const { leave, setUpLeave, threeShifts } = await import("../../static/js/page/leave.js");
const { toNext } = await import("../../static/js/page/places.js");
const { retried } = await import("../../static/js/pages/own.js");
const { gettext, ngettext } = await import("../../static/js/page/strings.js");

/** @type {[number, any]} */
let next = [200, {}];
beforeEach(() => openTab({ answer: () => next }));

it("gives the server's code and sentence", async () => {
  next = [409, { code: "already-released", message: "This letter was released already." }];
  await assert.rejects(post("/x", {}), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.code, error.message], [409, "already-released", "This letter was released already."]);
    return true;
  });
});

it("has a plain sentence where the server has none, or there is no connection", async () => {
  next = [502, null];
  await assert.rejects(get("/x"), { code: "unexpected", message: /at our end/ });
  next = [200, null];
  await assert.rejects(get("/x"), { code: "unexpected" });
  tab.online = false;
  await assert.rejects(get("/x"), { code: "no-connection", status: 0 });
});

it("takes somebody who is signed out to the sign-in page, and leaves nothing in the tab", async () => {
  next = [401, { code: "signed-out", message: "You are signed out." }];
  tab.storage.set("k", "wrapped");
  await assert.rejects(get("/x"), { code: "signed-out" });
  assert.deepEqual([tab.went, tab.storage.size], [["/sign-in"], 0]);
});

it("answers 204 with null", async () => {
  next = [204, null];
  assert.equal(await del("/x"), null);
});

/** A tab that finds so many times that another one was faster. @param {number} times */
function contested(times) {
  const seen = { runs: 0, refreshed: 0 };
  const run = async () => {
    seen.runs += 1;
    if (seen.runs <= times) await post("/memory/pins", {});
    return seen.runs;
  };
  return { seen, run, refresh: async () => { seen.refreshed += 1; } };
}

it("takes in what another tab remembered and goes on without a word", async () => {
  next = [409, { code: "memory-conflict", message: "This was changed in another window." }];
  for (const times of [0, 1, 3]) {
    const { seen, run, refresh } = contested(times);
    assert.equal(await retried(run, refresh), times + 1);
    assert.equal(seen.refreshed, times);
  }
  const { run, refresh } = contested(9);
  await assert.rejects(retried(run, refresh), { code: "memory-conflict" });
});

it("tries again when what it took in was overtaken as well, and hands on any other refusal at once", async () => {
  next = [409, { code: "memory-conflict", message: "This was changed in another window." }];
  const { seen, run } = contested(1);
  let refreshed = 0;
  await retried(run, async () => {
    refreshed += 1;
    if (refreshed === 1) await post("/memory/pins", {});
  });
  assert.deepEqual([seen.runs, refreshed], [2, 2]);
  next = [409, { code: "already-released", message: "This letter was released already." }];
  const other = contested(1);
  await assert.rejects(retried(other.run, other.refresh), { code: "already-released" });
  assert.deepEqual(other.seen, { runs: 1, refreshed: 0 });
});

it("translates, fills in and counts", () => {
  assert.equal(gettext("Hello %(name)s", { name: "<b>Ann</b>" }), "Helo <b>Ann</b>");
  assert.equal(gettext("Not translated %(x)s %(y)s", { x: 1 }), "Not translated 1 %(y)s");
  assert.deepEqual([0, 1, 2, 3, 6, 20].map((n) => ngettext("%(n)s day", "%(n)s days", n)),
    ["0 dydd", "1 dydd", "2 ddydd", "3 diwrnod", "6 o ddyddiau", "20 diwrnod!"]);
});

it("takes nobody to another site after unlocking", () => {
  for (const place of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1"]) {
    tab.storage.set("next", place);
    toNext("/home");
  }
  tab.storage.set("next", "/letters/1");
  toNext("/home");
  assert.deepEqual(tab.went, ["/home", "/home", "/home", "/home", "/letters/1"]);
});

it("clears the page, the tab and the session when left quickly, and goes even if that fails", async () => {
  next = [204, null];
  tab.storage.set("k", "wrapped").set("next", "/letters");
  leave("https://neutral.example/");
  assert.equal(document.title, "\u200b");
  assert.equal(/** @type {any} */ (document).emptied, true);
  assert.deepEqual([tab.storage.size, tab.went, tab.asked], [0, ["https://neutral.example/"], ["DELETE /session"]]);

  const broken = mock.method(sessionStorage, "clear", () => { throw new Error("no storage"); });
  assert.throws(() => leave("https://neutral.example/"));
  broken.mock.restore();
  assert.equal(tab.went.length, 2);
});

it("leaves at a click and at three presses of Shift", () => {
  /** @type {(event: any) => void} */
  let click = () => assert.fail("nothing listens");
  const addEventListener = (/** @type {string} */ _, /** @type {any} */ f) => { click = f; };
  const control = { href: "https://neutral.example/", addEventListener };
  mock.method(document, "querySelectorAll", () => [control]);
  setUpLeave();
  click({ preventDefault() {} });
  for (const timeStamp of [1, 2, 3]) fire("keydown", { key: "Shift", timeStamp });
  assert.equal(tab.went.length, 2);
});

it("counts only quick presses of Shift alone", () => {
  let left = 0;
  const press = threeShifts(() => { left++; });
  const keys = (/** @type {[string, number, boolean?][]} */ ...all) => {
    for (const [key, timeStamp, repeat] of all) press({ key, timeStamp, repeat });
  };
  keys(["Shift", 0], ["A", 1], ["Shift", 2], ["Shift", 3], ["B", 4]);
  keys(["Shift", 10], ["Shift", 11, true], ["Shift", 12, true], ["C", 13]);
  keys(["Shift", 100], ["Shift", 4000], ["Shift", 5200], ["D", 5300]);
  assert.equal(left, 0);
  keys(["Shift", 6000], ["Shift", 6100], ["Shift", 6200]);
  assert.equal(left, 1);
  keys(["Shift", 6300]);
  assert.equal(left, 1);
});

it("answers the page for known methods only", async () => {
  const capabilities = { known: async () => ({ methods: { echo: (/** @type {any} */ args) => args } }) };
  assert.deepEqual(await answer({ id: 1, method: "known.echo", args: [1] }, capabilities), { id: 1, ok: [1] });
  for (const method of ["known.toString", "known.constructor", "__proto__.echo", "constructor.echo", "other.echo", "known"]) {
    const { error } = /** @type {any} */ (await answer({ id: 2, method, args: {} }, capabilities));
    assert.equal(error.code, "unknown-method", method);
  }
});

it("lets no text of an unexpected error out of the worker, and tells the place only", async () => {
  /** @type {string[]} */
  const logged = [];
  const console_ = mock.method(console, "error", (/** @type {string} */ text) => logged.push(text));
  const methods = {
    slips: () => JSON.parse("a secret letter"),
    refuses: () => { throw new ProtocolError("bad-field", "seq"); },
  };
  const slip = await answer({ id: 1, method: "x.slips", args: {} }, { x: async () => ({ methods }) });
  const refusal = await answer({ id: 2, method: "x.refuses", args: {} }, { x: async () => ({ methods }) });
  console_.mock.restore();
  assert.equal(/** @type {any} */ (slip).error.code, "unexpected");
  assert.ok(!JSON.stringify([slip, logged]).includes("secret"));
  assert.match(logged.join(), /x\.slips failed\n +at /);
  assert.deepEqual(/** @type {any} */ (refusal).error, {
    code: "bad-field", message: "A field of the statement has a value that is not allowed there.", detail: "seq",
  });
});

it("has the worker's address let through by a Trusted Types policy of its own name", async () => {
  /** @type {string[]} */
  const names = [];
  /** @type {any} */ (globalThis).trustedTypes = {
    createPolicy: (/** @type {string} */ name, /** @type {any} */ rules) => {
      names.push(name);
      return { createScriptURL: (/** @type {string} */ url) => ({ trusted: rules.createScriptURL(url) }) };
    },
  };
  const { call, stop } = await import("../../static/js/page/rpc.js");
  await call("session.ready");
  stop();
  await call("session.ready");
  stop();
  delete /** @type {any} */ (globalThis).trustedTypes;
  assert.deepEqual(names, ["mediation-worker"]);
  await until(() => tab.workers.length === 2);
  assert.ok(tab.workers.every(({ address }) => address.trusted.endsWith("/static/js/worker.js")));
});

/** As much of an element as the helpers touch. @param {string} tag */
function element(tag) {
  /** @type {any[]} */
  const children = [];
  /** @type {Record<string, string>} */
  const attributes = {};
  return {
    tag, children, attributes, append: (/** @type {any[]} */ ...more) => children.push(...more),
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => { attributes[name] = value; },
  };
}

it("makes elements of text that stays text", () => {
  /** @type {any} */ (document).createElement = element;
  const made = /** @type {any} */ (el("p", { class: "x", hidden: true, title: null, lang: undefined, draggable: false, tabindex: 0 }, "<b>"));
  assert.deepEqual([made.tag, made.attributes, made.children], ["p", { class: "x", hidden: "", tabindex: "0" }, ["<b>"]]);
});

it("shows a letter's lines and paragraphs", () => {
  const parts = /** @type {any[]} */ (paragraphs("\nDear Sam,\nthank you.\n\n\nYours\n"));
  const shape = parts.map(({ children }) => children.map((/** @type {any} */ child) => child.tag ?? child));
  assert.deepEqual(shape, [["Dear Sam,", "br", "thank you."], ["Yours"]]);
});

it("reads islands, and says so when an element is missing", () => {
  assert.deepEqual(island("strings"), strings);
  assert.equal(island("nothing"), null);
  assert.throws(() => byId("nothing"), /no element #nothing/);
});

it("announces the same words twice as two announcements", async () => {
  const region = { textContent: "Saved" };
  tab.elements.set("announce", region);
  announce("Saved");
  assert.equal(region.textContent, "");
  await until(() => region.textContent === "Saved");
});

it("encodes the text of an envelope in the page again", () => {
  const text = JSON.stringify({ list: [{ payload_text: '{"a":"é🙂"}', payloadType: "x" }], payload_text: 3 });
  tab.elements.set("data", { textContent: text });
  const payload = Buffer.from('{"a":"é🙂"}').toString("base64url");
  assert.deepEqual(island("data"), { list: [{ payload, payloadType: "x" }], payload_text: 3 });
  tab.elements.delete("data");
});
