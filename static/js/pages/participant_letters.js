// @ts-check
/** The letters, oldest first: those that came, and one's own with a neutral status. */
import { post } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { once, showError } from "./form.js";
import { letterIn, labels } from "./letter_parts.js";
import { part } from "./parts.js";
import { begin, called, data, facilitatorNames, me, offeredWords, readLetters } from "./participant.js";

/** @type {Record<string, () => string>} */
const OFFERED = {
  offered: () => gettext("It is closed. You choose whether to read it, and when."),
  kept: () => gettext("You keep it for later. It is closed."),
  with_facilitator: () => gettext("You asked to read it with your facilitator. They get in touch with you. Until then it is closed."),
  not_wanted: () => gettext("You said that you do not want it. It stays closed."),
};

/** @type {Record<string, () => string>} */
const STATUS = {
  with_facilitator: () => gettext("With %(names)s.", { names: facilitatorNames() }),
  returned: () => gettext("Your facilitator has written to you about it. It has not been passed on."),
  stopped: () => gettext("Your facilitator has written to you about it. It is not passed on."),
  passed_on: () => gettext("Passed on."),
  taken_back: () => gettext("You took this back."),
  recalled: () => gettext("This was called back when you paused. You can write it again."),
};

/** @type {Record<string, () => string>} what a reader let the writer know */
const TOLD = {
  opened: () => gettext("You may know: it was read."),
  kept: () => gettext("You may know: it is kept for later."),
  with_facilitator: () => gettext("You may know: it is to be read with a facilitator."),
  not_wanted: () => gettext("You may know: it was not wanted. That is a choice that everybody has."),
};

/** @param {any} offer @returns {HTMLElement | null} */
function offered(offer) {
  if (offer.state === "recalled") return null;
  if (!offer.ok) return part("letter-problem", { slots: { when: day(offer.offered_on), code: offer.code } });
  if (offer.marked) return letterIn(offer);
  const words = offeredWords(offer, labels());
  return part("letter-offered", {
    slots: { ...words, state: OFFERED[offer.state](), way: offer.state === "offered" ? gettext("Choose what to do with it") : gettext("Change your mind") },
    links: { open: `/letters/${offer.message_id}` },
    shown: { note: Boolean(offer.note) },
  });
}

/** @param {any} letter @returns {string} */
function statusOf(letter) {
  const told = (letter.told ?? []).map((/** @type {any} */ one) => TOLD[one.choice]?.()).filter(Boolean);
  const waiting = letter.status === "with_facilitator" ? [byId("letters").dataset.waiting ?? ""] : [];
  return [STATUS[letter.status](), ...waiting, ...told].join(" ").trim();
}

/** Somebody whom a letter was to, with the side that the case names even where nothing was ever received from them. @param {any} one */
const reader = (one) => ({ ...one, side: one.side ?? me.others.find((other) => other.participant_id === one.participant_id)?.side });

/** @param {any} letter @param {Map<string, any>} returns by message @param {boolean} newest whether nothing was written since */
function own(letter, returns, newest) {
  if (!letter.ok) return part("letter-problem", { slots: { when: day(letter.submitted_on), code: letter.code } });
  const back = returns.get(letter.message_id);
  const name = letter.to.map((/** @type {any} */ one) => called(reader(one), labels())).join(", ");
  const again = newest && ["returned", "recalled"].includes(letter.status);
  const made = part("letter-own", {
    slots: { who: gettext("From you to %(name)s", { name }), when: day(letter.submitted_on), status: statusOf(letter), reason: back?.reason ?? "", of: ` ${gettext("(the letter of %(day)s)", { day: day(letter.submitted_on) })}` },
    links: {
      rewrite: `/write?revises=${letter.message_id}`, suggested: `/write?revises=${letter.message_id}&words=suggested`,
    },
    shown: {
      returned: Boolean(back?.reason), rewrite: again, suggested: again && Boolean(back?.suggestion),
      "take-back": ["with_facilitator", "passed_on"].includes(letter.status) && !letter.told,
    },
    body: letter.marked, lang: letter.lang,
  });
  if (letter.status === "with_facilitator") made.firstElementChild?.classList.add("md-letter--waiting");
  made.querySelector("[data-act=take-back]")?.addEventListener("click", (event) => takeBack(/** @type {any} */ (event.currentTarget), letter));
  return made;
}

/** Asks in the letter itself, then takes it back. @param {HTMLButtonElement} button @param {any} letter */
function takeBack(button, letter) {
  const question = part("take-back", {});
  const [yes, no] = /** @type {NodeListOf<HTMLButtonElement>} */ (question.querySelectorAll("button"));
  no.addEventListener("click", () => {
    question.remove();
    button.hidden = false;
    button.focus();
  });
  yes.addEventListener("click", () => once(yes, async () => {
    await post(`/messages/${letter.message_id}/withdrawal`, {});
    location.reload();
  }));
  document.getElementById("take-back-title")?.closest(".md-letter__note")?.remove(); // one question at a time
  button.hidden = true;
  button.closest("footer")?.after(question);
  question.querySelector("h3")?.focus();
}

/** What facilitators wrote about letters that came back, by letter. @param {any[]} lines */
export const returnsOf = (lines) => new Map(lines.filter((line) => line.ok && line.document?.name === "return").map((line) => [line.document.value.message_id, line.document.value]));

/** All letters as this person came to know them: the server says the order, for times of day are not told. @param {any} read */
function inOrder(read) {
  const places = new Map([...data.letters.offers, ...data.letters.own].map(({ message_id: id, place }) => [id, place]));
  const returns = returnsOf(read.private);
  const last = read.own.length - 1;
  /** @type {[string, HTMLElement | null][]} */
  const made = [
    ...read.offers.map((/** @type {any} */ offer) => [offer.message_id, offered(offer)]),
    ...read.own.map((/** @type {any} */ letter, /** @type {number} */ i) => [letter.message_id, own(letter, returns, i === last)]),
  ];
  return made.sort(([one], [other]) => places.get(one) - places.get(other)).flatMap(([, letter]) => letter ?? []);
}

begin(async () => {
  const read = await readLetters();
  const all = inOrder(read);
  byId("letters").replaceChildren(...all);
  show(byId(all.length ? "letters" : "no-letters"));
  if (data.membership.standing.standing === "active") show(byId("write"));
  if (read.alarms?.length) showError({ code: read.alarms[0] });
});
