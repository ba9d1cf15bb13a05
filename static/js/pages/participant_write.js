// @ts-check
/**
 * Writing a letter: a draft that saves itself, a private check, and sending it to the facilitators. Guarantees that
 * nothing is sent before the chain of trust was checked, and that only the writer decides what is sent as theirs.
 */
import { byId, el, hide, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { showAdvice } from "./advice.js";
import { keepDraft } from "./draft.js";
import { busy, FormError, onSubmit } from "./form.js";
import { labels } from "./letter_parts.js";
import { fillBody, fillSlots } from "./parts.js";
import { begin, called, data, facilitatorNames, me, onLeaving, readLetters, send } from "./participant.js";

const asked = new URLSearchParams(location.search);
const answers = asked.get("answers");
const revises = asked.get("revises");
const field = /** @type {HTMLTextAreaElement} */ (byId("text"));

/** @param {string} why nothing can be written now */
function notNow(why) {
  fillSlots(byId("not-now"), { why });
  hide(byId("writing"));
  show(byId("not-now"));
}

/** Whom a letter can go to: everybody of another side, or whoever wrote what is answered. @param {any} answered */
function readers(answered) {
  if (answered) return [answered.from];
  const across = me.others.filter((other) => other.side !== me.side);
  return across.length ? across : me.others;
}

/** @param {any[]} people */
function askWhom(people) {
  byId("recipients").replaceChildren(...people.map((person, i) => el("div", { class: "govuk-checkboxes__item" },
    el("input", { class: "govuk-checkboxes__input", id: `to-${i}`, name: "to", type: "checkbox", value: person.participant_id, checked: people.length === 1 }),
    el("label", { class: "govuk-label govuk-checkboxes__label", for: `to-${i}` }, called(person, labels())))));
  byId("to").hidden = people.length < 2;
  if (people.length === 1) fillSlots(byId("writing"), { other: called(people[0], labels()) });
}

/** @param {any} read @returns {string} words that a facilitator suggested, if they were asked for */
function before(read) {
  const earlier = read.own.find((/** @type {any} */ one) => one.message_id === revises);
  const back = read.private.map((/** @type {any} */ line) => line.document)
    .find((/** @type {any} */ one) => one?.name === "return" && one.value.message_id === revises)?.value;
  if (back?.reason) {
    fillSlots(byId("returned"), { reason: back.reason });
    show(byId("returned"));
  }
  if (asked.get("words") === "suggested" && back?.suggestion) {
    show(byId("suggested"));
    return back.suggestion;
  }
  return earlier?.text ?? "";
}

/** @param {any} answered */
function showAnswered(answered) {
  if (!answered?.marked) return;
  fillBody(byId("answers"), answered.marked, answered.lang);
  show(byId("answers"));
}

/** @param {any[]} people @param {{discard: () => Promise<void>}} draft */
const setUpSending = (people, draft) => onSubmit("letter-form", async (values) => {
  const text = field.value.trim();
  const recipients = people.length === 1 ? [people[0].participant_id] : values.getAll("to").map(String);
  if (!recipients.length) throw new FormError(gettext("Please choose who it is for."), "to");
  if (!text) throw new FormError(gettext("There is nothing in your letter yet."), "text");
  busy("sending", gettext("Sending it to %(names)s …", { names: facilitatorNames() }));
  try {
    await send({ kind: "relay", recipients, text, answers, revises });
    field.value = "";
    await draft.discard().catch(() => undefined); // it went; an old draft in one's own memory harms nobody
  } finally {
    busy("sending");
  }
  hide(byId("writing"));
  show(byId("sent"));
  byId("sent").querySelector("h1")?.focus();
});

/** @param {{discard: () => Promise<void>}} draft */
function setUpDiscard(draft) {
  const button = byId("discard");
  const look = () => { button.hidden = !field.value; };
  look();
  field.addEventListener("input", look);
  button.addEventListener("click", async () => {
    if (button.dataset.sure !== "yes") {
      button.dataset.sure = "yes";
      button.textContent = gettext("Yes, throw it away for good");
      return;
    }
    await draft.discard();
    location.assign("/letters");
  });
}

begin(async () => {
  if (data.membership.standing.standing === "withdrawn") return notNow(gettext("You have stopped, so nothing goes out from here. If you change your mind, talk with your facilitator."));
  if (data.membership.standing.standing !== "active") return notNow(gettext("You have paused. You can write again when you carry on."));
  if (me.expired) return notNow(gettext("Your facilitator has to renew something before letters can be written. Please ring us."));
  const read = await readLetters();
  const answered = read.offers.find((/** @type {any} */ one) => one.message_id === answers);
  const people = readers(answered?.ok ? answered : null).map((person) => ({ ...person, called: read.called[person.participant_id] ?? null }));
  if (!people.length) return notNow(gettext("There is nobody yet whom you could write to. Your facilitator tells you when that changes."));
  askWhom(people);
  showAnswered(answered);
  const draft = await keepDraft(`draft-${revises ?? answers ?? me.case_id}`, data.draft, field, (words) => busy("saved", words));
  field.value = draft.text || before(read);
  onLeaving(draft.save);
  setUpSending(people, draft);
  setUpDiscard(draft);
  byId("check").addEventListener("click", () => showAdvice(field.value));
  show(byId("letter-form"));
});
