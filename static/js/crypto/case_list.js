// @ts-check
/**
 * The list of cases: titles and names out of the newest `case` note of each. Guarantees that one bad case hides no
 * other.
 */
import { fromText } from "../protocol/documents.js";
import { ProtocolError } from "../protocol/errors.js";
import { readAll } from "./opening.js";
import { openPins } from "./own_pins.js";
import { verifyCase } from "./room.js";
import { enterAgency } from "./trust.js";

/** @typedef {import("./opening.js").Reading} Reading */

/** The newest `case` note's value. @param {Reading} reading @returns {any} */
export function caseNotes({ messages }) {
  let found = null;
  for (const { opened, statement } of messages.values()) {
    if (statement.payload.kind !== "note" || !opened) continue;
    const document = readDocument(opened.text);
    if (document?.name === "case") found = document.value;
  }
  return found;
}

/**
 * @param {string} text
 * @returns {{name: string, value: any} | null} null for prose, and for what only looks like a document
 */
export function readDocument(text) {
  try {
    return fromText(text);
  } catch {
    return null;
  }
}

/** @param {any} view a CaseSummary @param {import("./room.js").Room} room */
function summary(view, room) {
  // Only the newest notes are at hand, so counters are not compared and nothing is pinned from them.
  const before = structuredClone(room.own.document);
  const oldestFirst = [...(view.notes ?? [])].sort((one, other) => one.submitted_at.localeCompare(other.submitted_at));
  const notes = caseNotes(readAll(room, oldestFirst));
  room.own.document = before;
  const people = room.people.people.map(({ participantId, side, role, assisted, signKid }) => ({
    participant_id: participantId,
    side,
    role,
    assisted,
    joined: signKid !== null,
    name: notes?.names?.[participantId] ?? null,
  }));
  return {
    title: notes?.title ?? null,
    names: notes?.names ?? {},
    people,
    expires_on: room.head.payload.expires_on,
    lapse: room.head.lapse,
  };
}

/** @param {{trust: any, cases: any[], pins: import("./own_document.js").Stored}} args */
export function listCases({ trust, cases, pins }) {
  const own = openPins(pins);
  const authority = enterAgency(trust, own);
  const listed = cases.map((view) => {
    const { case_id, reference } = view;
    try {
      return { case_id, reference, ok: true, code: null, ...summary(view, verifyCase(view, authority, own, trust)) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return {
        case_id,
        reference,
        ok: false,
        code: error.code,
        title: null,
        names: {},
        people: [],
        expires_on: null,
        lapse: null,
      };
    }
  });
  return { cases: listed, pins: own.close() };
}
