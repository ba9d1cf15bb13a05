// @ts-check
/** Messages and decisions in a few words, for lists of staff. */
import { gettext } from "../page/strings.js";
import { nameOf, who } from "./case_room.js";
import { day, listed } from "./dates.js";

/** @param {any} item */
const to = (item) => listed(item.to.map((/** @type {any} */ one) => nameOf(one.participant_id)));

/** @param {any} item @returns {string} */
export function whatWords(item) {
  const from = who(item.from);
  if (item.kind === "note") return gettext("Note by %(from)s", { from });
  if (item.kind === "summary") return gettext("%(from)s, in their own words, to %(to)s", { from, to: to(item) });
  if (item.kind === "relay") return gettext("%(from)s to %(to)s", { from, to: to(item) });
  return item.to.length ? gettext("%(from)s, privately, to %(to)s", { from, to: to(item) }) : gettext("%(from)s, privately, to you", { from });
}

/** Where a message stands for one reader. @param {any} reader of item.recipients @returns {string} */
export function readerWords({ person, state, choice, tell }) {
  const name = nameOf(person.participant_id);
  const told = tell ? gettext("the writer may know") : "";
  const words = /** @type {Record<string, string>} */ ({
    in_review: gettext("%(name)s: not decided yet", { name }),
    returned: gettext("%(name)s: given back to the writer", { name }),
    stopped: gettext("%(name)s: not passed on", { name }),
    released: gettext("%(name)s: passed on, for later", { name }),
    recalled: gettext("%(name)s: taken back or called off", { name }),
  });
  const chosen = /** @type {Record<string, string>} */ ({
    kept: gettext("%(name)s: kept for later", { name }), with_facilitator: gettext("%(name)s: wants to read it with you", { name }),
    not_wanted: gettext("%(name)s: does not want it", { name }), opened: gettext("%(name)s: has read it", { name }),
  });
  const said = chosen[choice ?? ""] ?? words[state] ?? gettext("%(name)s: waits to be read", { name });
  return told ? `${said} (${told})` : said;
}

/** @param {any} item @returns {string} */
export const stateWords = (item) => (item.taken_back
  ? gettext("Taken back by the writer")
  : item.recipients.map(readerWords).join(" · "));

/** @param {any} decision of item.decisions @returns {string} */
export function decisionWords({ decision, recipient, not_before: from, signed_by: signers }) {
  const names = listed(signers.map((/** @type {any} */ one) => one.name ?? gettext("somebody who has left")));
  const name = recipient ? nameOf(recipient.participant_id) : "";
  if (decision === "return") return gettext("Give it back to the writer. Signed by %(names)s.", { names });
  if (decision === "stop") return gettext("Do not pass it on. Signed by %(names)s.", { names });
  if (from) return gettext("Pass it on to %(name)s, not before %(when)s. Signed by %(names)s.", { name, names, when: moment(from) });
  return gettext("Pass it on to %(name)s. Signed by %(names)s.", { name, names });
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

/** A time as staff say it, in the time zone of their screen. @param {string} value */
export const moment = (value) => MOMENT.format(new Date(value));

/** @param {any} item */
export const dayOf = (item) => day(item.written_at ?? item.submitted_at);

/** How it was written down, if it was. @param {any} item @returns {string} */
export function scribeWords({ scribe }) {
  if (!scribe) return "";
  const name = scribe.name ?? gettext("somebody who has left");
  return /** @type {Record<string, string>} */ ({
    dictation: gettext("%(name)s wrote down what they said.", { name }), letter: gettext("%(name)s copied it from paper.", { name }),
    recording: gettext("%(name)s wrote it down from a recording.", { name }),
  })[scribe.means] ?? "";
}
