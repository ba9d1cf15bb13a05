// @ts-check
/** One person of a case: the private thread, how to reach them, whether they take part, what they call the others. */
import { post, put } from "../page/api.js";
import { byId, el, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { nameOf, openCase, personOf, placeWords, reading, room, step, who, write } from "./case_room.js";
import { setUpConfirming, showSaved } from "./confirm_number.js";
import { contactBody, setUpContact } from "./contact_fields.js";
import { day } from "./dates.js";
import { begin, data, pressed, saying, sends, turnTo } from "./desk.js";
import { draftIn } from "./draft_letter.js";
import { busy, FormError } from "./form.js";
import { labels } from "./letter_parts.js";
import { consentText } from "./own.js";
import { fillSlots, part } from "./parts.js";

const id = data.participant_id;
const path = `/cases/${data.case.case_id}/participants/${id}`;

/** @param {any} item of the thread @returns {HTMLElement | null} */
function shown(item) {
  const when = day(item.written_at ?? item.submitted_at);
  if (!item.ok) return part("letter-problem", { slots: { when, code: item.code } });
  if (item.document && item.document.name !== "return") return null;
  const about = item.document ? gettext("About a letter of theirs:") : "";
  const words = item.document?.value;
  const text = words ? [words.reason, words.suggestion].filter(Boolean).join("\n\n") : "";
  const mine = Boolean(item.from.staff_id);
  const made = part("private", {
    slots: { who: gettext("From %(name)s", { name: who(item.from) }), when, about },
    shown: { about: Boolean(about) }, body: item.document ? [[text, false]] : item.marked, lang: item.lang,
  });
  made.firstElementChild?.classList.add(mine ? "md-letter--out" : "md-letter--in");
  return made;
}

function showThread() {
  const mine = reading.items.filter((/** @type {any} */ item) => item.kind === "private"
    && (item.from.participant_id === id || item.to.some((/** @type {any} */ one) => one.participant_id === id)));
  const lines = mine.map(shown).filter(Boolean);
  byId("letters").replaceChildren(...lines);
  show(byId(lines.length ? "letters" : "no-letters"));
}

async function setUpWriting() {
  const draft = await draftIn(`draft-${id}`);
  sends("letter-form", async () => {
    await draft.send({ kind: "private", recipients: [id], text: draft.text() });
    const answered = data.case.tasks.filter((/** @type {any} */ task) => task.kind === "private" && task.participant_id === id);
    for (const { task_id } of answered) await post(`/tasks/${task_id}/done`, {});
    location.reload();
  });
}

/** @param {any} person */
function showStanding({ standing, since, acknowledged, consent, assisted, joined }) {
  const stopped = standing === "paused" || standing === "withdrawn";
  const name = nameOf(id);
  fillSlots(document, {
    name,
    standing: standing === "paused" ? gettext("%(name)s has paused since %(day)s", { name, day: day(since) }) : gettext("%(name)s has stopped since %(day)s", { name, day: day(since) }),
    consent: consent ? gettext("Said yes on %(day)s.", { day: day(consent.at) }) : gettext("Has not said yes yet, so nothing is passed on to them or from them."),
  });
  byId("standing").hidden = !stopped;
  for (const button of byId("standing").querySelectorAll("button")) button.hidden = acknowledged;
  if (acknowledged) fillSlots(byId("standing"), { seen: gettext("They were told that it was seen.") });
  byId("consent").hidden = !assisted || joined || (Boolean(consent) && !stopped);
  byId("stopping").hidden = standing === "withdrawn";
}

/** What each of the others is called for this reader. */
function setUpCalled() {
  const others = room.people.filter((/** @type {any} */ one) => one.participant_id !== id);
  const now = reading.called[id] ?? {};
  byId("called-form").hidden = !others.length;
  byId("called").replaceChildren(...others.map((/** @type {any} */ one, /** @type {number} */ i) => {
    const field = el("input", { class: "govuk-input", type: "text", id: `called-${i}`, name: one.participant_id, value: now[one.participant_id] ?? "", autocomplete: "off", placeholder: labels()[one.side] ?? "" });
    return el("div", { class: "govuk-form-group" }, el("label", { class: "govuk-label", for: `called-${i}` }, `${nameOf(one.participant_id)} (${placeWords(one)})`), field);
  }));
  sends("called-form", async (values) => {
    const words = [...values].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value);
    await saying("called-kept", gettext("Keeping …"), () => write({ kind: "private", recipients: [id], document: { name: "called", value: Object.fromEntries(words) } }).then(() => undefined));
    busy("called-kept", gettext("Kept. They see it from now on."));
  });
}

setUpContact();
setUpConfirming(`${path}/contact`, sends);
sends("contact-form", async (values) => {
  showSaved(await put(`${path}/contact`, contactBody(values)));
  busy("contact-kept", gettext("Kept. It counts from now on."));
});
pressed("[data-act=acknowledge]", async () => {
  await post(`${path}/acknowledgement`, {});
  location.reload();
});
pressed("[data-standing]", async (button) => {
  await put(`${path}/standing`, { standing: button.dataset.standing });
  location.reload();
});
pressed("[data-act=consent]", async () => {
  const { consent } = await call("cases.agree", { participant_id: id, text: consentText(), means: "dictation" });
  await post("/consents", { consent });
  location.reload();
});

/** They leave the case: with new lists of what the others may still read, and as many signatures as the case wants. */
async function takeOut() {
  const { body } = await call("cases.removePerson", { participant_id: id, messages: data.messages });
  const adopted = await step(body);
  hide(byId("person"));
  fillSlots(byId("removed"), { removed: adopted
    ? gettext("They are no longer part of the case.")
    : gettext("You have signed. They stay in the case until a colleague has signed too, who finds it on their page for today.") });
  turnTo("removed");
}

sends("removal-form", async (values) => {
  if (!values.get("sure")) throw new FormError(gettext("Tick the box if you are sure."), "sure");
  await saying("removing", gettext("Taking them out …"), takeOut);
});

begin(async () => {
  await openCase();
  const person = personOf(id);
  if (!person) throw new FormError(gettext("They have left the case."));
  showStanding(person);
  showThread();
  setUpCalled();
  const writes = person.joined && !room.expired;
  fillSlots(byId("removal-form"), { signatures: room.approvals_required > 1 ? gettext("A colleague has to sign it too.") : "" });
  byId("letter-form").hidden = !writes;
  byId("assisted").hidden = !person.assisted || person.joined;
  if (writes) await setUpWriting();
  show(byId("person"));
});
