// @ts-check
/** Titles and names of one's cases, opened on this screen, in the places of the page that wait for them. */
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { data, keep, refreshOwn } from "./desk.js";
import { each } from "./frame.js";
import { labels } from "./letter_parts.js";
import { retried } from "./own.js";

/** What the worker could open of the cases that the server listed. @returns {Promise<any[]>} */
export const listCases = () => retried(list, refreshOwn);

async function list() {
  const { cases, pins } = await call("cases.list", { trust: data.trust, cases: data.cases, pins: data.pins });
  await keep(pins);
  return cases;
}

/** @param {any} person @param {any} one the case */
const called = (person, one) => one.names[person.participant_id] ?? labels()[person.side] ?? "";

/** Everybody's names in one line. @param {any} one */
export const namesOf = (one) => one.people.map((/** @type {any} */ person) => called(person, one)).filter(Boolean).join(", ");

/** @param {any} one */
export function stateOf(one) {
  if (!one.ok) return gettext("Cannot be opened here (%(code)s)", { code: one.code });
  if (one.lapse) return gettext("Has to be renewed");
  return gettext("To be renewed by %(day)s", { day: day(one.expires_on) });
}

/** @param {any[]} cases */
export function fillNames(cases) {
  const byCase = new Map(cases.map((one) => [one.case_id, one]));
  const names = new Map(cases.flatMap((one) => Object.entries(one.names)));
  each("[data-title-of]", (/** @type {HTMLElement} */ place) => {
    const title = byCase.get(place.dataset.titleOf)?.title;
    if (title) place.textContent = ` · ${title}`;
  });
  each("[data-name-of]", (/** @type {HTMLElement} */ place) => {
    const name = names.get(place.dataset.nameOf ?? "");
    if (name) place.textContent = ` · ${name}`;
  });
  each("[data-people-of]", (/** @type {HTMLElement} */ place) => {
    const one = byCase.get(place.dataset.peopleOf);
    if (one?.people.length) place.textContent = namesOf(one);
  });
  each("[data-state-of]", (/** @type {HTMLElement} */ place) => {
    const one = byCase.get(place.dataset.stateOf);
    if (one) place.textContent = stateOf(one);
  });
}
