// @ts-check
/**
 * One case on a facilitator's page. Guarantees that it was verified in the worker before anything of it is shown, that names
 * come from the facilitators' own note, and that a message which did not get through is sent again as the same bytes.
 */
import { ApiError, get, post, put } from "../page/api.js";
import { byId } from "../page/dom.js";
import { become } from "../page/held.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { showAlarms } from "./alarms.js";
import { data, keep } from "./desk.js";
import { labels } from "./letter_parts.js";
import { retried, stored } from "./own.js";
import { fillSlots } from "./parts.js";

const SIDES = ["person_harmed", "person_responsible", "community"];

/** What `cases.enter` answered last. @type {any} */
export const room = {};
/** What `review.read` answered last. @type {any} */
export const reading = {};

/** Verifies the case and reads its messages. */
export async function enterCase() {
  const { pins, ...entered } = await call("cases.enter", { trust: data.trust, case: data.case, pins: data.pins, settings: data.settings });
  await keep(pins);
  become(room, entered);
  const { pins: after, ...read } = await call("review.read", { messages: data.messages });
  await keep(after);
  become(reading, read);
  const changed = room.recovery_changed ? ["recovery-changed"] : [];
  if (document.getElementById("alarms")) showAlarms(byId("alarms"), [...new Set([...room.alarms, ...reading.alarms, ...changed])]);
  fillSlots(document, { "case-title": reading.case_notes?.title ? ` · ${reading.case_notes.title}` : "" });
}

async function fetchAnew() {
  const path = `/cases/${data.case.case_id}`;
  [data.trust, data.case, data.messages, data.pins, data.settings] = await Promise.all([
    get("/trust"), get(path), get(`${path}/messages`), stored("pins"), stored("settings"),
  ]);
}

/** Fetches again what has moved on since the page was made, and verifies it anew. */
export async function refresh() {
  await fetchAnew();
  await enterCase();
}

/** With what another tab has remembered meanwhile, if there is anything. @template T @param {() => Promise<T>} run */
export const again = (run) => retried(run, refresh);

/** The first of a page: verified, again if another tab was faster. */
export const openCase = () => retried(enterCase, fetchAnew);

/** @type {Map<string, any>} what was sealed but did not get through */
const unsent = new Map();

/**
 * Sends what the worker sealed; a refusal for good gives its number back.
 * @param {{message_id: string, body: any}} sealed
 */
export async function hand({ message_id, body }) {
  try {
    await post("/messages", body);
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) await keep((await call("review.refused", { message_id })).pins);
    throw error;
  }
}

/** Seals and sends a message of one's own. @param {Record<string, any>} message as review.write takes it @returns {Promise<string>} its message_id */
export async function write(message) {
  const name = JSON.stringify(message);
  const sealed = unsent.get(name) ?? await again(async () => {
    const { pins, ...made } = await call("review.write", message);
    await keep(pins);
    return made;
  });
  unsent.set(name, sealed);
  try {
    await hand(sealed);
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) unsent.delete(name);
    throw error;
  }
  unsent.delete(name);
  return sealed.message_id;
}

/** The same words at the beginning of a sentence. @param {string} text */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** @param {string | null} side */
export const sideWords = (side) => labels()[side ?? ""] || gettext("somebody from the community");

/** @param {string | null} role */
export const roleWords = (role) => ({
  supporter: gettext("supporter"), guardian: gettext("parent or guardian"), interpreter: gettext("interpreter"), representative: gettext("representative"),
})[role ?? ""] ?? "";

/** Side, and role where somebody is there beside a party. @param {{side: string | null, role: string | null}} person */
export const placeWords = ({ side, role }) => [sideWords(side), roleWords(role)].filter(Boolean).join(", ");

/** Everybody of the case and those who are named in its note but yet to be invited; nobody who has left it. @returns {any[]} */
export function everybody() {
  const notes = reading.case_notes;
  const known = new Set([...data.case.left, ...room.people.map((/** @type {any} */ one) => one.participant_id)]);
  const named = Object.entries(notes?.people ?? {}).filter(([id]) => !known.has(id));
  const waiting = named.map(([participant_id, about]) => ({ participant_id, .../** @type {any} */ (about), joined: false, member: false, consent: null, standing: null }));
  const all = [...room.people.map((/** @type {any} */ one) => ({ ...one, member: true })), ...waiting];
  return all.sort((a, b) => SIDES.indexOf(a.side) - SIDES.indexOf(b.side));
}

/** @param {string} id */
export const personOf = (id) => everybody().find((one) => one.participant_id === id);

/** What facilitators call somebody: the name in their note, else side and role. @param {string} id */
export function nameOf(id) {
  const person = personOf(id);
  return reading.case_notes?.names?.[id] || (person ? capital(placeWords(person)) : gettext("Somebody who has left the case"));
}

/** A person of a message, staff or member. @param {any} person */
export const who = (person) => (person.staff_id ? person.name ?? gettext("somebody who has left") : nameOf(person.participant_id));

/** Signs the next step of the case and hands it in. @param {any} body @returns {Promise<boolean>} whether it holds now; else colleagues have to sign it */
export async function step(body) {
  const { state } = await post(`/cases/${data.case.case_id}/statements`, body);
  return state === "adopted";
}

/** Seals to somebody's new keys what may still be read with them. @param {string} participantId */
export async function remake(participantId) {
  await refresh();
  const { wraps, notes } = await call("review.remake", { participant_id: participantId });
  for (const { message_id, body } of wraps) await post(`/messages/${message_id}/wraps`, body);
  for (const { hash, body } of notes) await put(`/decisions/${hash}/note`, body);
}

/** Signs a colleague's change of the case. @param {string} hash @param {boolean} heard the six words of whom it admits @returns {Promise<boolean>} whether it holds now */
export async function signStep(hash, heard = false) {
  const { body } = await call("cases.sign", { hash, messages: data.messages, heard });
  const { state } = await post(`/cases/${data.case.case_id}/statements/${hash}/signatures`, body);
  return state === "adopted";
}
