// @ts-check
/**
 * The acts of administrators, facilitators and participants, each as their pages do them: through the worker and the
 * API alone.
 */
import { Person } from "./person.mjs";

export const PHRASE = "a passphrase for these tests only";
export const CONSENT = "I take part because I want to.\nI can stop at any time.";

/** @param {Person} admin @param {string} [setUpCode] */
export async function foundAgency(admin, setUpCode = "") {
  const { log_vkey } = await admin.get("/agency");
  const made = await admin.call("setup.create", {
    agency_name: "Bridge Works",
    display_name: admin.name,
    passphrase: PHRASE,
    log_vkey,
  });
  await admin.post("/agency", { set_up_code: setUpCode, ...made.body });
  await admin.keep(made.pins);
  return made;
}

/** @param {Person} admin */
export const enterSetup = async (admin) =>
  admin.act("setup.enter", { trust: await admin.get("/trust"), pins: await admin.pins() });

/** Answers an invitation, as /join does. @param {Person} person @param {string} code */
export async function join(person, code) {
  const { invite_id } = await person.call("joining.begin", { code });
  const shown = await person.call("joining.check", {
    invitation: await person.get(`/invitations/${invite_id}`),
    trust: null,
  });
  const made = await person.call("joining.join", { passphrase: PHRASE });
  await person.post(`/invitations/${invite_id}/join`, made.body);
  await person.keep(made.pins);
  return { ...shown, ...(await person.call("joining.words")) };
}

/** @param {Person} admin @param {Person} person @param {string[]} [roles] */
export async function employ(admin, person, roles = ["facilitator"]) {
  await enterSetup(admin);
  const card = await admin.act("setup.invite", {
    display_name: person.name,
    roles,
    memory: await admin.find("/memory/invitations"),
  });
  await admin.post("/invitations", card.body);
  const joined = await join(person, card.code);
  const { invitations } = await admin.get("/staff/invitations");
  const invitation = invitations.find((/** @type {any} */ each) => each.invite_id === card.invite_id);
  const heard = await admin.call("setup.join", { invitation, memory: await admin.find("/memory/invitations") });
  if (heard.words.join() !== joined.words.join()) throw new Error("the six words differ");
  const { body } = await admin.act("setup.roster", {
    staff: null,
    admits: [card.invite_id],
    anchors: await admin.get("/anchors"),
  });
  await admin.post("/rosters", body);
  person.session.staffId = card.staff_id;
  return card.staff_id;
}

/** @param {Person} facilitator @param {{cover?: Person[], approvals?: number, people?: any[]}} [options] */
export async function openCase(facilitator, { cover = [], approvals = 1, people = [] } = {}) {
  const made = await facilitator.act("cases.create", {
    trust: await facilitator.get("/trust"),
    pins: await facilitator.pins(),
    settings: await facilitator.find("/memory/settings"),
    facilitators: cover.map((each) => each.session.staffId),
    approvals,
    people,
    title: "A broken window",
  });
  await facilitator.post("/cases", made.body);
  await facilitator.post("/messages", made.note.body);
  return made;
}

/** @param {Person} facilitator @param {string} caseId */
export async function enterCase(facilitator, caseId) {
  const view = await facilitator.get(`/cases/${caseId}`);
  const entered = await facilitator.act("cases.enter", {
    trust: await facilitator.get("/trust"),
    case: view,
    pins: await facilitator.pins(),
    settings: await facilitator.find("/memory/settings"),
  });
  return { ...entered, view };
}

/** Enters the case and reads all that was written. @param {Person} facilitator @param {string} caseId */
export async function read(facilitator, caseId) {
  const entered = await enterCase(facilitator, caseId);
  const messages = await facilitator.get(`/cases/${caseId}/messages`);
  return { ...entered, ...(await facilitator.act("review.read", { messages })), messages };
}

/**
 * Invites, hears the words, admits.
 * @param {Person} facilitator
 * @param {string} caseId
 * @param {Person} person
 * @param {any} who {participant_id?, side, role}
 */
export async function welcome(facilitator, caseId, person, who) {
  await enterCase(facilitator, caseId);
  const card = await facilitator.call("cases.invite", who);
  await facilitator.post("/invitations", card.body);
  const joined = await join(person, card.code);
  person.session.participantId = card.participant_id;
  const { view, messages } = await read(facilitator, caseId);
  const invitation = view.invitations.find((/** @type {any} */ each) => each.invite_id === card.invite_id);
  const heard = await facilitator.call("cases.join", { invitation });
  if (heard.words.join() !== joined.words.join()) throw new Error("the six words differ");
  const admitted = await facilitator.call("cases.admit", { invite_id: card.invite_id, messages });
  const { state, hash } = await facilitator.post(`/cases/${caseId}/statements`, admitted.body);
  return { ...admitted, state, hash, card };
}

/** @param {Person} person */
export async function enter(person) {
  const [trust, membership] = [await person.get("/trust"), await person.get("/membership")];
  return person.act("letters.enter", { trust, membership, pins: await person.pins() });
}

/** @param {Person} person */
export async function letters(person) {
  const entered = await enter(person);
  return { ...entered, ...(await person.act("letters.read", { letters: await person.get("/letters") })) };
}

/** @param {Person} person */
export async function agree(person) {
  await enter(person);
  const { consent } = await person.call("letters.agree", { text: CONSENT });
  return person.post("/consents", { consent });
}

/** @param {Person} person @param {any} message @returns {Promise<string>} its message_id */
export async function write(person, message) {
  await letters(person);
  const { message_id, body } = await person.act("letters.write", { answers: null, revises: null, ...message });
  await person.post("/messages", body);
  return message_id;
}

/** Opens an offered letter. @param {Person} person @param {string} messageId */
export async function open(person, messageId) {
  await letters(person);
  return person.act("letters.open", {
    message_id: messageId,
    ...(await person.post(`/letters/${messageId}/opening`, { tell: false })),
  });
}

/** @param {Person} facilitator @param {string} caseId @param {any} message as review.write wants it */
export async function note(facilitator, caseId, message) {
  await enterCase(facilitator, caseId);
  const { message_id, body } = await facilitator.act("review.write", message);
  await facilitator.post("/messages", body);
  return message_id;
}

/** @param {Person} facilitator @param {string} caseId @param {string} messageId @param {any} choice */
export async function decide(facilitator, caseId, messageId, choice) {
  await read(facilitator, caseId);
  const { body } = await facilitator.call("review.decide", { message_id: messageId, decision: "release", ...choice });
  return facilitator.post(`/messages/${messageId}/decisions`, body);
}

/** @param {Person} facilitator @param {string} caseId @param {string} messageId @param {string} hash */
export async function coSign(facilitator, caseId, messageId, hash) {
  await read(facilitator, caseId);
  const { body } = await facilitator.call("review.sign", { message_id: messageId, hash });
  return facilitator.post(`/decisions/${hash}/signatures`, body);
}
