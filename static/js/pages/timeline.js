// @ts-check
/** What has happened in a case: letters, private lines, notes and changes of the case itself, newest first. */
import { gettext } from "../page/strings.js";
import { call } from "../page/rpc.js";
import { nameOf, reading, roleWords, room } from "./case_room.js";
import { day, listed } from "./dates.js";
import { dayOf, stateWords, whatWords } from "./item_words.js";
import { part } from "./parts.js";

/** @param {any[]} people */
const names = (people) => listed(people.map(({ name }) => name ?? gettext("somebody who has left")));

/** One change of a case, in words. @param {any} change @returns {string} */
export function changeWords(change) {
  const name = change.participant_id ? nameOf(change.participant_id) : "";
  switch (change.what) {
    case "create": return gettext("The case was opened");
    case "renew": return gettext("The case is renewed");
    case "people": return gettext("People of the case changed");
    case "admit": return change.has_keys ? gettext("%(name)s is let in", { name }) : gettext("%(name)s is added, without a phone or computer", { name: name || roleWords(change.role) });
    case "new-keys": return gettext("%(name)s is let in anew, with a new passphrase", { name });
    case "remove": return gettext("%(name)s leaves the case", { name });
    case "approvals": return change.to > 1 ? gettext("%(n)s facilitators must sign before anything is passed on", { n: change.to }) : gettext("One facilitator’s signature is enough");
    case "facilitators": return [
      change.added.length ? gettext("%(names)s facilitates it too", { names: names(change.added) }) : "",
      change.removed.length ? gettext("%(names)s no longer facilitates it", { names: names(change.removed) }) : "",
      change.keys ? gettext("A facilitator has new keys") : "",
    ].filter(Boolean).join("; ");
    default: return change.what;
  }
}

/** @param {any} item */
function ofItem(item) {
  const what = whatWords(item);
  const prose = item.marked ?? (item.document?.name === "return" ? [[item.document.value.reason, false]] : null);
  const state = item.recipients.length && item.kind !== "private" ? stateWords(item) : "";
  const when = dayOf(item);
  const sealed = item.ok || !room.facilitators.some((/** @type {any} */ one) => one.me);
  const by = sealed ? state : gettext("Cannot be shown (%(code)s)", { code: item.code });
  const made = part("event", { slots: { what, when, by: by && `· ${by}`, of: what }, shown: { text: Boolean(prose) }, ...(prose ? { body: prose, lang: item.lang } : {}) });
  return { at: item.submitted_at, made };
}

/** @param {any} statement of cases.history */
function ofStatement({ issued_on, changes, signed_by, stand_in }) {
  const by = [...signed_by, ...(stand_in ? [stand_in] : [])];
  // New lists of what may still be read change everybody's entry too: the other change says it.
  const told = changes.length > 1 ? changes.filter((/** @type {any} */ change) => change.what !== "people") : changes;
  const slots = { what: told.map(changeWords).join("; "), when: day(issued_on), by: by.length ? `· ${gettext("signed by %(names)s", { names: names(by) })}` : "", of: "" };
  return { at: `${issued_on}T00:00:00Z`, made: part("event", { slots, shown: { text: false } }) };
}

/** What is shown as it happened; the case's own notes and what people are called stand elsewhere. @param {any} item */
const isEvent = (item) => !item.document || item.document.name === "return";

/**
 * @param {HTMLElement} place
 * @param {string | null} [but] a message that the page shows anyway
 */
export async function showTimeline(place, but = null) {
  const { statements } = await call("cases.history");
  const items = reading.items.filter((/** @type {any} */ item) => item.message_id !== but && isEvent(item)).map(ofItem);
  const all = [...statements.map(ofStatement), ...items].map((event, n) => ({ ...event, n }));
  all.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.n - a.n));
  place.replaceChildren(...all.map(({ made }) => made));
}
