// @ts-check
/** One case: its people, letters, notes, and the changes that wait for signatures. */
import { del } from "../page/api.js";
import { byId, el, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { everybody, nameOf, openCase, placeWords, reading, room, signStep, step, write } from "./case_room.js";
import { day, listed } from "./dates.js";
import { act, begin, data, keep, pressed, saying, sends } from "./desk.js";
import { dayOf, stateWords, whatWords } from "./item_words.js";
import { busy } from "./form.js";
import { each } from "./frame.js";
import { stored } from "./own.js";
import { fillSlots, part } from "./parts.js";
import { readPeople } from "./person_fields.js";
import { showRecord } from "./case_record.js";
import { changeWords, showTimeline } from "./timeline.js";

const base = `/cases/${data.case.case_id}`;
/** Whether whoever looks facilitates the case; a supervisor sees how it stands, and can open nothing. */
const mine = () => room.facilitators.some((/** @type {any} */ one) => one.me);

/** @param {any} person @param {any} invitation @returns {string} */
function stateOf(person, invitation) {
  if (!person.joined && !person.assisted) {
    if (invitation?.state === "joined") return gettext("has joined; waits to be let in");
    return invitation?.state === "open" ? gettext("invited until %(day)s", { day: day(invitation.expires_at) }) : gettext("not invited yet");
  }
  const how = person.assisted && !person.joined ? gettext("takes part without a phone or computer") : gettext("is in");
  return `${how} · ${person.consent ? gettext("said yes on %(day)s", { day: day(person.consent.at) }) : gettext("has not said yes yet")}`;
}

/** @param {any} person */
function standingOf({ standing, since, acknowledged }) {
  if (!standing || standing === "active") return "";
  const what = standing === "paused" ? gettext("Has paused since %(day)s", { day: day(since) }) : gettext("Has stopped since %(day)s", { day: day(since) });
  return acknowledged ? what : `${what} · ${gettext("nobody has said yet that they have seen it")}`;
}

/** Whether texts are to go to a number that nobody has confirmed, so that none goes. @param {string} id */
const unconfirmed = (id) => data.case.contacts.some((/** @type {any} */ one) => one.participant_id === id && one.channel === "text" && !one.confirmed_at);

/** @param {any} person */
function shownPerson(person) {
  const { participant_id: id, joined, assisted, member } = person;
  const invitation = data.case.invitations.find((/** @type {any} */ one) => one.participant_id === id && one.state !== "cancelled" && one.state !== "admitted");
  const standing = standingOf(person);
  const made = part("person", {
    slots: { name: nameOf(id), side: placeWords(person), state: stateOf(person, invitation), standing, of: nameOf(id) },
    shown: { standing: Boolean(standing), unconfirmed: unconfirmed(id) },
    links: {
      [assisted && !joined ? "about" : "thread"]: member && mine() ? `${base}/people/${id}` : "",
      "write-down": member && assisted && !joined && mine() ? `${base}/write-down/${id}` : "",
      invite: !invitation && !joined && mine() ? `${base}/invite?person=${id}` : "", invitation: invitation?.state === "open" ? `${base}/invitations/${invitation.invite_id}` : "",
      admit: invitation?.state === "joined" ? `${base}/admit/${invitation.invite_id}` : "",
    },
  });
  return made;
}

/** @param {any} one a proposal */
function shownProposal(one) {
  const signers = listed(one.signed_by.map((/** @type {any} */ each) => each.name ?? ""));
  const sign = !one.mine && !one.code && mine();
  const made = part("proposal", {
    slots: {
      what: one.code ? gettext("A change that does not check out (%(code)s)", { code: one.code }) : one.changes.map(changeWords).join("; "),
      signed: one.mine ? gettext("Signed by %(names)s. It waits for a colleague.", { names: signers }) : gettext("Signed by %(names)s", { names: signers }),
    },
    shown: { sign: sign && !one.admits, hear: sign && Boolean(one.admits), drop: mine() },
    links: { hear: one.admits ? `${base}/admit/${one.admits}` : "" },
  });
  const [first, drop] = ["[data-act=sign]", "[data-act=drop]"].map((name) => /** @type {HTMLElement | null} */ (made.querySelector(name)));
  first?.addEventListener("click", () => act(first, async () => {
    await signStep(one.hash);
    location.reload();
  }));
  drop?.addEventListener("click", () => act(drop, async () => {
    await del(`${base}/statements/${one.hash}`);
    location.reload();
  }));
  return made;
}

/** @param {any} item */
function shownLetter(item) {
  const [printed] = item.recipients.filter((/** @type {any} */ { person, state }) => {
    const reader = room.people.find((/** @type {any} */ one) => one.participant_id === person.participant_id);
    return reader?.assisted && !reader.joined && ["released", "offered", "opened"].includes(state);
  });
  const what = whatWords(item);
  const state = item.ok || !mine() ? stateWords(item) : gettext("Cannot be shown (%(code)s)", { code: item.code });
  return part("letter", {
    slots: { what, about: dayOf(item), state, of: what },
    shown: { sealed: !mine() },
    links: { open: mine() ? `/review/${item.message_id}` : "", print: printed ? `${base}/letters/${item.message_id}/print?for=${printed.person.participant_id}` : "" },
  });
}

function showHead() {
  const { facilitators, approvals_required: approvals, expires_on, renew, lapse, reference } = room;
  byId("facilitators").replaceChildren(...facilitators.map((/** @type {any} */ one) => el("li", {}, one.me ? gettext("%(name)s (you)", { name: one.name }) : one.name ?? gettext("somebody who has left"))));
  fillSlots(/** @type {HTMLElement} */ (document.querySelector(".md-title")), { title: reading.case_notes?.title || reference }); // alarms have titles of their own
  fillSlots(document, {
    approvals: approvals > 1 ? gettext("%(n)s of them must sign before anything is passed on.", { n: approvals }) : gettext("One signature is enough to pass something on."),
    expires: gettext("The case is to be renewed by %(day)s.", { day: day(expires_on) }),
    renew: lapse ? gettext("This case has to be renewed") : gettext("This case runs out on %(day)s", { day: day(expires_on) }),
  });
  byId("renew").hidden = !renew || !mine();
  if (!mine()) each("[data-mine]", (/** @type {HTMLElement} */ own) => { own.hidden = true; });
  byId("recovery").hidden = !room.recovery_changed;
}

function showLists() {
  byId("people").replaceChildren(...everybody().map(shownPerson));
  byId("proposal-list").replaceChildren(...room.proposals.map(shownProposal));
  byId("proposals").hidden = !room.proposals.length;
  const letters = reading.items.filter((/** @type {any} */ item) => item.kind === "relay" || item.kind === "summary").reverse();
  byId("letters").replaceChildren(...letters.map(shownLetter));
  byId("no-letters").hidden = letters.length > 0;
}

/** @param {Record<string, any>} change of the case's own note */
const keepNotes = (change) => write({
  kind: "note", recipients: [], document: { name: "case", value: { title: "", names: {}, notes: "", ...reading.case_notes, ...change } },
});

function setUpNotes() {
  const title = /** @type {HTMLInputElement} */ (byId("case-title"));
  const notes = /** @type {HTMLTextAreaElement} */ (byId("case-notes"));
  title.value = reading.case_notes?.title ?? "";
  notes.value = reading.case_notes?.notes ?? "";
  sends("notes-form", () => saying("keeping", gettext("Keeping …"), async () => {
    await keepNotes({ title: title.value.trim(), notes: notes.value });
    location.reload();
  }));
}

/** Somebody is named in the note; without a phone or computer they are in the case at once. */
const setUpPeople = () => sends("person-form", () => saying("adding", gettext("Adding them …"), async () => {
  const [{ name, ...person }] = readPeople();
  const notes = reading.case_notes;
  let id = newId();
  if (person.assisted) {
    const made = await call("cases.addPerson", person);
    id = made.participant_id;
    await step(made.body);
  }
  await keepNotes({ names: { ...notes?.names, [id]: name }, people: { ...notes?.people, [id]: person } });
  location.reload();
}));

/** The id of somebody who is yet to be invited. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

pressed("[data-act=renew]", async () => {
  await step((await call("cases.renew")).body);
  location.reload();
});
pressed("[data-act=accept-recovery]", async () => {
  await keep((await call("cases.acceptRecovery", { settings: await stored("settings") })).settings);
  location.reload();
});

begin(async () => {
  await openCase();
  showHead();
  showLists();
  setUpNotes();
  setUpPeople();
  busy("status"); // with what it stood for: what moves while somebody presses is pressed by mistake
  show(byId("case"));
  if (mine()) return showRecord();
  await showTimeline(byId("timeline"));
  show(byId("timeline"));
});
