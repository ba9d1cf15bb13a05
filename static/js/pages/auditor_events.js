// @ts-check
/**
 * The events of the audit log. Guarantees that a line is called verified only when its words were written here, from an
 * event that was proved to stand under the signed head; what could not be proved is said, and why.
 */
import { byId, el, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { begin, data, keep, refreshOwn } from "./desk.js";
import { proofFrom } from "./held_head.js";
import { retried } from "./own.js";
import { fillSlots } from "./parts.js";

async function prove() {
  const proof = await proofFrom(data.found, await call("auditing.kept", { pins: data.pins }));
  const { pins, ...proved } = await call("auditing.prove", { trust: data.trust, pins: data.pins, found: data.found, proof });
  await keep(pins);
  return proved;
}

/** @param {any} event of the worker */
function write({ index, refs, n, ...event }) {
  const row = byId(`event-${index}`);
  fillSlots(row, { index: String(index), n: String(n), ...event });
  const named = Object.entries(refs).sort().map(([name, value]) => el("li", {}, `${name} ${value}`));
  row.querySelector("[data-refs]")?.replaceChildren(...named);
}

/** @param {string} why */
function notVerified(why) {
  byId("why-not").textContent = why;
  show(byId("not-verified"));
}

// The policy of every page lets no form be sent: this one only leads to another address.
byId("look").addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = [...new FormData(/** @type {HTMLFormElement} */ (byId("look")))].map(([name, value]) => [name, String(value)]);
  location.assign(`/audit?${new URLSearchParams(chosen.filter(([, value]) => value))}`);
});

begin(async () => {
  if (data.found.note === null) return;
  try {
    const { size, origin, events } = await retried(prove, refreshOwn);
    events.forEach(write);
    fillSlots(byId("verified"), { size: String(size), origin });
    show(byId("verified"));
  } catch (error) {
    notVerified(error instanceof Error ? error.message : String(error));
  }
});
