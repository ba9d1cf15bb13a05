// @ts-check
/** Deciding about a letter: pass it on now or later, give it back, do not pass it on, or hold it. */
import { ApiError, post, put } from "../page/api.js";
import { byId, el, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { again, hand, nameOf, personOf, write } from "./case_room.js";
import { keep, saying, sends, turnTo } from "./desk.js";
import { FormError } from "./form.js";
import { each } from "./frame.js";
import { fillSlots } from "./parts.js";
import { showWhen } from "./when.js";

/** @typedef {{readers: string[], closable: boolean, preview: (reader: string, note: string) => Promise<void>}} Choices `closable`: nobody has proposed anything yet */

/** @param {any} item @param {string[]} readers */
function offerReaders(item, readers) {
  byId("recipients").replaceChildren(...readers.map((id, i) => el("div", { class: "govuk-radios__item" },
    el("input", { class: "govuk-radios__input", type: "radio", id: `reader-${i}`, name: "recipient", value: id, checked: readers.length === 1 }),
    el("label", { class: "govuk-label govuk-radios__label", for: `reader-${i}` }, nameOf(id)))));
  byId("reader-choice").hidden = readers.length < 2;
}

/** Why nothing can be passed on to or from somebody now; nothing if it can. @param {any} item @param {string} reader @returns {string} */
function hindrance(item, reader) {
  const people = [reader, item.from.participant_id].filter(Boolean).map(personOf);
  const gone = people.find((one) => !one);
  if (people.includes(undefined) || gone) return gettext("Somebody whom this letter concerns is no longer in the case. It cannot be passed on.");
  const stopped = people.find(({ standing }) => standing && standing !== "active");
  if (stopped) return gettext("%(name)s has paused or stopped. It cannot be passed on until they carry on.", { name: nameOf(stopped.participant_id) });
  const silent = people.find(({ consent }) => !consent);
  return silent ? gettext("%(name)s has not said yes yet. It cannot be passed on before that.", { name: nameOf(silent.participant_id) }) : "";
}

/** @param {string} title @param {string} next */
export function decided(title, next) {
  for (const id of ["decision-form", "proposed", "held", "advice"]) hide(byId(id));
  fillSlots(byId("decided"), { decided: title, "decided-next": next });
  turnTo("decided");
}

/** @param {any} item @param {FormData} values @param {string} reader @param {boolean} later */
async function release(item, values, reader, later) {
  const why = hindrance(item, reader);
  if (why) throw new FormError(why, "decision");
  const typed = String(values.get("not_before") ?? "");
  if (later && !typed) throw new FormError(gettext("Please choose a day and a time."), "not-before");
  if (later && new Date(typed).getTime() <= Date.now()) throw new FormError(gettext("This time is already past."), "not-before");
  const not_before = later ? new Date(typed).toISOString().replace(/\.\d+/, "") : null;
  const note = String(values.get("note") ?? "").trim() || null;
  const { body, final } = await call("review.decide", { message_id: item.message_id, decision: "release", recipient_id: reader, not_before, note });
  await post(`/messages/${item.message_id}/decisions`, body);
  const name = nameOf(reader);
  if (!final) decided(gettext("You have signed"), gettext("It is passed on to %(name)s as soon as a colleague has signed the same decision.", { name }));
  else decided(later ? gettext("It will be passed on") : gettext("It is passed on"), gettext("%(name)s is told in the way they chose that something is waiting, never what. You will be reminded to ask how it was for them.", { name }));
}

/** Why a letter is not passed on, for the writer, or for the colleague who signs next. @param {any} item @param {FormData} values @param {"return" | "stop"} decision */
async function close(item, values, decision) {
  const reason = String(values.get("reason") ?? "").trim();
  const suggestion = decision === "return" ? String(values.get("suggestion") ?? "").trim() || null : null;
  if (!reason && item.kind !== "summary") throw new FormError(gettext("Please tell the writer why, in your own words."), "reason");
  const value = { message_id: item.message_id, decision, reason, suggestion };
  const { body, final, reason: told } = await again(async () => {
    const { pins, ...made } = await call("review.close", value);
    await keep(pins);
    return made;
  });
  try {
    await post(`/messages/${item.message_id}/decisions`, body);
  } catch (error) {
    if (told && error instanceof ApiError && error.status >= 400) await keep((await call("review.refused", { message_id: told.message_id })).pins);
    throw error;
  }
  if (told) await hand(told);
  if (!final) await write({ kind: "note", recipients: [], document: { name: "return", value } });
  if (!final) decided(gettext("You have signed"), gettext("It is done as soon as a colleague has signed the same decision; your words to the writer go out with it."));
  else if (decision === "return") decided(gettext("It goes back to the writer"), gettext("They read your words, and can write it again. The reader learns nothing of it."));
  else decided(gettext("It is not passed on"), gettext("The writer reads your words. Think of somebody they can talk to. The reader learns nothing of it."));
}

/** @param {any} item */
async function hold(item) {
  await put(`/messages/${item.message_id}/hold`, {});
  decided(gettext("You hold it"), gettext("Nothing is signed. Only you can decide on it until you lift the hold, or a colleague lifts it for you."));
}

/** @param {any} item @param {Choices} choices */
export function setUpDecision(item, { readers, closable, preview }) {
  const form = /** @type {HTMLFormElement} */ (byId("decision-form"));
  offerReaders(item, readers);
  const reader = () => String(new FormData(form).get("recipient") ?? "");
  const look = () => {
    const [id, note] = [reader(), /** @type {HTMLTextAreaElement} */ (byId("note")).value.trim()];
    const why = id ? hindrance(item, id) : "";
    fillSlots(byId("hindrance"), { hindrance: why });
    byId("hindrance").hidden = !why;
    if (id) preview(id, note);
  };
  form.addEventListener("change", look);
  if (!closable || item.held) each(closable ? "#decision-form [value=hold]" : "#decision-form :is([value=return], [value=stop])", (/** @type {HTMLElement} */ field) => hide(/** @type {HTMLElement} */ (field.parentElement)));
  showWhen("decision-form", "decision");
  look();
  show(form);
  sends("decision-form", async (values) => {
    const decision = String(values.get("decision") ?? "");
    if (!decision) throw new FormError(gettext("Please choose what should happen to this letter."), "decision");
    const closing = decision === "return" || decision === "stop";
    if (!closing && decision !== "hold" && !reader()) throw new FormError(gettext("Please choose for which reader you decide."), "recipient");
    await saying("deciding", gettext("Checking everything once more and signing …"), async () => {
      if (decision === "hold") await hold(item);
      else if (closing) await close(item, values, /** @type {"return" | "stop"} */ (decision));
      else await release(item, values, reader(), decision === "later");
    });
  });
}
