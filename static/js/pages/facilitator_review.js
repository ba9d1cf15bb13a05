// @ts-check
/**
 * One letter, read beside the history of its case; then a decision. Guarantees that nothing can be decided before the
 * letter was verified and opened on this screen, and that the facilitator saw it as its reader will.
 */
import { del } from "../page/api.js";
import { byId, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { alarm } from "./alarms.js";
import { everybody, nameOf, openCase, personOf, placeWords, reading, room, who } from "./case_room.js";
import { day } from "./dates.js";
import { begin, data, pressed } from "./desk.js";
import { moment, readerWords, scribeWords, stateWords, whatWords } from "./item_words.js";
import { letterIn } from "./letter_parts.js";
import { fillBody, fillSlots, paragraphsOf, part } from "./parts.js";
import { setUpDecision } from "./review_decision.js";
import { setUpProposal } from "./review_proposal.js";
import { showTimeline } from "./timeline.js";
import { showWords } from "./word_list.js";

/** @type {any} the letter */
let item;

/** @param {string | null} id of another letter @param {string} place */
function showOther(id, place) {
  const other = id && reading.items.find((/** @type {any} */ one) => one.message_id === id);
  if (!other?.marked) return;
  fillBody(byId(place), other.marked, other.lang);
  show(byId(place));
}

function showLetter() {
  const scribe = scribeWords(item);
  fillSlots(byId("review"), {
    wrote: whatWords(item), scribe: [scribe, item.provenance].filter(Boolean).join(" "),
    written: gettext("written %(when)s", { when: moment(item.written_at ?? item.submitted_at) }),
    sure: item.stands ? gettext("Signed under an earlier state of this case, and kept") : gettext("Signed by %(name)s’s own key, and unchanged since", { name: item.scribe?.name ?? who(item.from) }),
  });
  byId("scribe").hidden = !scribe && !item.provenance;
  fillBody(byId("review"), item.marked, item.lang);
  showOther(item.answers, "answered");
  showOther(item.revises, "earlier");
}

/** The letter exactly as its reader will see it. @param {string} readerId @param {string} note @param {any[]} [signers] who have signed already */
async function preview(readerId, note, signers = []) {
  const seen = await call("review.asRecipient", { message_id: item.message_id, recipient_id: readerId });
  const mine = room.facilitators.filter((/** @type {any} */ one) => one.me);
  const names = [...new Set([...signers, ...mine].map((one) => one.name ?? ""))];
  const today = new Date().toISOString().slice(0, 10);
  const made = letterIn({ ...seen, message_id: item.message_id, note: note || null, offered_on: today, released_by: names });
  made.querySelector(".md-acts")?.remove();
  byId("preview-letter").replaceChildren(...made.childNodes);
  fillSlots(byId("preview"), { reader: nameOf(readerId) });
  show(byId("preview"));
}

/** @param {any} person */
function shownPerson(person) {
  const { participant_id: id, standing, consent } = person;
  const state = standing === "paused" ? gettext("has paused") : standing === "withdrawn" ? gettext("has stopped")
    : consent ? gettext("said yes on %(day)s", { day: day(consent.at) }) : gettext("has not said yes yet");
  return part("person-beside", { slots: { name: nameOf(id), side: placeWords(person), state } });
}

async function showBeside() {
  byId("people-beside").replaceChildren(...everybody().filter((one) => one.member).map(shownPerson));
  const notes = reading.case_notes?.notes;
  if (notes) byId("notes-beside").replaceChildren(...paragraphsOf([[notes, false]]));
  await showTimeline(byId("timeline"), item.message_id);
}

/** @param {string} words */
const shut = (words) => {
  fillSlots(byId("shut"), { shut: words });
  show(byId("shut"));
};

/** What can be done with the letter now. */
function offerDecision() {
  const open = item.recipients.filter((/** @type {any} */ one) => one.state === "in_review").map((/** @type {any} */ one) => one.person.participant_id);
  const proposed = item.decisions.filter((/** @type {any} */ one) => one.state === "proposed");
  if (!room.facilitators.some((/** @type {any} */ one) => one.me)) return shut(gettext("Only a facilitator of this case decides."));
  if (!open.length) return shut(stateWords(item));
  if (item.recipients.length > open.length) shut(item.recipients.filter((/** @type {any} */ one) => one.state !== "in_review").map(readerWords).join(" · "));
  if (item.held) {
    fillSlots(byId("held"), { held: gettext("%(name)s holds it since %(day)s.", { name: item.held.by.name ?? "", day: day(item.held.at) }) });
    show(byId("held"));
    if (!item.held.mine) return undefined;
  }
  for (const one of proposed) {
    setUpProposal(item, one);
    if (one.recipient && personOf(one.recipient.participant_id)) preview(one.recipient.participant_id, one.note ?? "", one.signed_by);
  }
  const closes = proposed.some((/** @type {any} */ one) => one.decision !== "release");
  const free = open.filter((/** @type {string} */ id) => !proposed.some((/** @type {any} */ one) => one.recipient?.participant_id === id));
  if (closes || !free.length) return undefined;
  setUpDecision(item, { readers: free, closable: !proposed.length, preview });
  return undefined;
}

pressed("[data-act=unhold]", async () => {
  await del(`/messages/${data.message_id}/hold`);
  location.reload();
});

function showUnsure() {
  hide(byId("opened"));
  byId("alarms").append(part("alarm", { slots: {
    title: gettext("This letter cannot be shown"),
    words: gettext("Your screen checked it and could not be sure who wrote it, or that nobody changed it (%(code)s). Do not pass it on by other means. Ask the writer, and tell whoever runs the server.", { code: item.code ?? "document" }),
  } }));
}

async function showOpened() {
  showLetter();
  // What was decided already is not shown as if whoever looks had passed it on.
  const first = item.recipients.find((/** @type {any} */ one) => one.state === "in_review");
  if (first && personOf(first.person.participant_id)) await preview(first.person.participant_id, "");
  await showWords(item.text);
  offerDecision();
}

begin(async () => {
  await openCase();
  item = reading.items.find((/** @type {any} */ one) => one.message_id === data.message_id);
  for (const code of item.alarms) byId("alarms").append(alarm(code));
  fillSlots(byId("main"), { wrote: whatWords(item) });
  await showBeside();
  if (item.ok && item.marked) await showOpened();
  else showUnsure();
  show(byId("review")); // all of it at once: what moves while somebody presses is pressed by mistake
});
