// @ts-check
/**
 * Makes a transcript of a case: the file to save, and the same letters for paper. Guarantees that the record of it is in
 * the audit log's signed head before anything is made, and that both go from the page with everything else.
 */
import { ApiError, get, post } from "../page/api.js";
import { byId, el, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext, ngettext } from "../page/strings.js";
import { everybody, nameOf, openCase, personOf, placeWords, reading, refresh, room } from "./case_room.js";
import { day, listed } from "./dates.js";
import { begin, data, saying, sends, turnTo } from "./desk.js";
import { FormError } from "./form.js";
import { retried } from "./own.js";
import { fillSlots, part } from "./parts.js";

const PAUSE = 1000;
const TRIES = 60;
const SHORT = 16;
const base = `/cases/${data.case.case_id}`;

/** What the worker made. @type {any} */
let made = null;
/** Whom it is about: a participant_id, or null. @type {string | null} */
let about = null;

/** Everything that the log has of the case, once it has signed for the transcript's own event. @param {string} id */
async function exported(id) {
  const path = `${base}/exports/${id}`;
  const answer = await signed(path);
  for (let page = answer; page.more !== null;) {
    page = await get(`${path}?after=${page.more}`);
    answer.events.push(...page.events);
  }
  return answer;
}

/** @param {string} path @returns {Promise<any>} */
async function signed(path) {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await get(path);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "not-signed-yet" || left <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

async function make() {
  if (room.lapse) throw Object.assign(new Error(room.lapse), { code: room.lapse }); // before anything is recorded
  const { export_id } = await post(`${base}/exports`, { participant_id: about });
  const found = await exported(export_id);
  await retried(refresh, async () => {});
  made = await call("transcript.make", { about, exported: found });
}

/** Side and role; with a number where several have the same. @param {string} id */
function roleOf(id) {
  const person = personOf(id);
  if (!person) return gettext("somebody who has left the case");
  const words = placeWords(person);
  const same = everybody().filter((one) => placeWords(one) === words).map((one) => one.participant_id).sort();
  return same.length > 1 ? `${words} (${same.indexOf(id) + 1})` : words;
}

const named = () => /** @type {HTMLInputElement | null} */ (document.querySelector("[name=names]"))?.checked ?? false;

/** @param {any} person of the worker */
function called(person) {
  if (person.staff_id) return person.name ?? gettext("somebody who has left");
  const role = roleOf(person.participant_id);
  return named() && reading.case_notes?.names?.[person.participant_id] ? `${nameOf(person.participant_id)} (${role})` : role;
}

/** @param {(string | null)[]} names of staff */
const staffNames = (names) => listed(names.map((name) => name ?? gettext("somebody who has left")));

/** @param {any} release */
function passedOn({ to, on, by, note }) {
  const words = { name: called(to), day: day(on), names: staffNames(by) };
  const said = by.length
    ? gettext("Passed on to %(name)s on %(day)s by %(names)s.", words)
    : gettext("Passed on to %(name)s on %(day)s by somebody who has left.", words);
  return el("li", {}, said, ...(note ? [" ", gettext("With this word beforehand: “%(note)s”", { note })] : []));
}

/** @param {any} letter */
function entry(letter) {
  const who = letter.kind === "summary"
    ? gettext("From %(name)s, in their own words", { name: called(letter.from) })
    : gettext("From %(name)s", { name: called(letter.from) });
  const { scribe } = letter;
  const made = part("entry", {
    slots: {
      who,
      when: letter.handed_in ? gettext("Handed in on %(day)s", { day: day(letter.handed_in) }) : "",
      scribe: scribe ? gettext("Written down for them by %(name)s.", { name: staffNames([scribe.name]) }) : "",
    },
    shown: { when: Boolean(letter.handed_in), scribe: Boolean(scribe) },
    body: letter.marked, lang: letter.lang,
  });
  const list = /** @type {HTMLElement} */ (made.querySelector("[data-passed]"));
  const passed = letter.releases.map(passedOn);
  list.replaceChildren(...(passed.length ? passed : [el("li", {}, gettext("It was not passed on to anybody."))]));
  return made;
}

/** `3f2a 91bc …`, as it is compared by eye. @param {string} text */
const short = (text) => (text.slice(0, SHORT).match(/.{1,4}/g) ?? []).join(" ");

function showMade() {
  const { letters, agency, made_at: at, origin, size } = made;
  const { reference } = data.case;
  fillSlots(byId("made"), {
    title: about === null
      ? gettext("The letters that were passed on in case %(reference)s", { reference })
      : gettext("What concerns %(name)s in case %(reference)s", { name: called({ participant_id: about }), reference }),
    made: gettext("Made by a facilitator of %(agency)s on %(day)s.", { agency, day: day(at) }),
    holds: about === null
      ? ngettext("%(n)s letter was passed on. It is here, and no other.", "%(n)s letters were passed on. All of them are here, and no others.", letters.length)
      : ngettext("%(n)s letter: what this person wrote, and what was passed on to them.", "%(n)s letters: what this person wrote, and what was passed on to them.", letters.length),
    fingerprint: short(made.fingerprint), origin, size: String(size), root: short(made.root), root_short: made.root_key.slice(0, SHORT),
    root_key: made.root_key, log_keys: made.log_keys.join(" "),
  });
  byId("letters").replaceChildren(...letters.map(entry));
}

function offerFile() {
  const link = /** @type {HTMLAnchorElement} */ (byId("save"));
  const address = URL.createObjectURL(new Blob([made.file], { type: "application/json" }));
  link.href = address;
  link.download = `transcript-${data.case.reference}-${about === null ? "letters" : "person"}-${made.made_at.slice(0, 10)}.json`;
  addEventListener("pagehide", () => URL.revokeObjectURL(address));
}

/** @param {string} value @param {string} label @param {string} hint @param {number} number */
function choice(value, label, hint, number) {
  const item = part("choice", { slots: { label, hint } });
  const id = `about-${number}`;
  const input = /** @type {HTMLInputElement} */ (item.querySelector("input"));
  Object.assign(input, { id, value });
  input.setAttribute("aria-describedby", `${id}-hint`);
  /** @type {HTMLLabelElement} */ (item.querySelector("label")).htmlFor = id;
  /** @type {HTMLElement} */ (item.querySelector(".govuk-hint")).id = `${id}-hint`;
  return item;
}

function showChoices() {
  const members = everybody().filter((/** @type {any} */ one) => one.member);
  const people = [...members.map((/** @type {any} */ one) => one.participant_id), ...data.case.left];
  byId("choices").replaceChildren(
    choice("letters", gettext("The letters that were passed on"), gettext("For a court, say. With it goes a list of everything that was done in the case, by whom and when, without a word of it."), 0),
    ...people.map((id, i) => choice(id, gettext("What concerns %(name)s", { name: nameOf(id) }), gettext("For a subject access request. Their own letters and what was passed on to them, and nothing of what others did, or when."), i + 1)),
  );
}

sends("transcript-form", async (values) => {
  const chosen = values.get("about");
  if (!chosen) throw new FormError(gettext("Please choose what shall be in it."), "about");
  about = chosen === "letters" ? null : String(chosen);
  await saying("sending", gettext("Recording it, and waiting for the audit log to sign …"), make);
  showMade();
  offerFile();
  byId("making").hidden = true;
  turnTo("made");
});

begin(async () => {
  await openCase();
  showChoices();
  document.querySelector("[name=names]")?.addEventListener("change", showMade);
  show(byId("transcript-form"));
});
