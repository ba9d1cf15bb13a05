// @ts-check
/**
 * A consent is given by the person themselves, or written down by a facilitator for somebody who takes part with help.
 * Guarantees that only the newest counts and that nobody can bring back an older one. Consents are never kept in a list:
 * when keys change or the facilitator who wrote one down leaves, consent is given anew.
 */
import * as heads from "./case_head.js";
import * as chain from "./chain.js";
import { formatTime, parseTime, SKEW } from "./encoding.js";
import { keyring, make, parse, verify as verifyEnvelope } from "./envelope.js";
import { ProtocolError } from "./errors.js";
import { get } from "./members.js";

/** @typedef {import("./case_head.js").Head} Head */
/** @typedef {import("./chain.js").Pin} Pin */
/** @typedef {import("./envelope.js").Envelope} Envelope */
/** @typedef {import("./envelope.js").Statement} Statement */
/** @typedef {import("./members.js").Members} Members */
/** Who wrote it down, and from what. @typedef {{staff_id: string, means: string}} Scribe */
/** A verified consent. @typedef {{statement: Statement, participantId: string, seq: number, hash: string}} Consent */

/**
 * A consent to a text, signed by the participant or by the scribe.
 * @param {Uint8Array} seed
 * @param {{caseId: string, participantId: string, textHash: string, at: Date, scribe?: Scribe | null, previous?: Statement | null}} options
 * @returns {Envelope}
 */
export function build(seed, { caseId, participantId, textHash, at, scribe = null, previous = null }) {
  return make(
    "consent",
    {
      case_id: caseId,
      participant_id: participantId,
      scribe,
      seq: previous ? previous.payload.seq + 1 : 1,
      prev: previous && previous.hash,
      text_hash: textHash,
      at: formatTime(at),
    },
    [seed],
  );
}

/**
 * Every signing key that counts in a head.
 * @param {Head} head
 * @param {Members} people
 * @returns {Map<string, Uint8Array>}
 */
export function signingKeys(head, people) {
  const members = people.people.flatMap(({ signPk }) => signPk ?? []);
  return keyring([...[...head.counting.values()].map((staff) => staff.signPk), ...members]);
}

/**
 * A consent whose signer counts in the head.
 * @param {unknown} envelope
 * @param {Head} head
 * @param {Members} people
 * @returns {Consent}
 * @throws {ProtocolError} what `envelope.verify` throws, case-mixed, member-unknown, consent-mixed,
 *   consent-scribe-wrong, consent-not-yet (dated more than SKEW ahead)
 */
export function verify(envelope, head, people) {
  const statement = verifyEnvelope(envelope, "consent", signingKeys(head, people));
  const { payload, hash } = statement;
  if (payload.case_id !== head.caseId) throw new ProtocolError("case-mixed");
  checkSigner(statement, head, people);
  if (parseTime(payload.at).getTime() > head.now.getTime() + SKEW) throw new ProtocolError("consent-not-yet");
  return Object.freeze({ statement, participantId: payload.participant_id, seq: payload.seq, hash });
}

/** @param {Statement} statement @param {Head} head @param {Members} people */
function checkSigner({ payload, signers: [signer] }, head, people) {
  const member = get(people, payload.participant_id);
  if (payload.scribe === null) {
    if (member.signKid !== signer) throw new ProtocolError("consent-mixed");
    return;
  }
  if (!member.assisted) throw new ProtocolError("consent-scribe-wrong");
  if (head.counting.get(signer)?.staffId !== payload.scribe.staff_id) throw new ProtocolError("consent-scribe-wrong");
}

/**
 * The newest consent of a person, from an unbroken run of theirs that contains the pinned one. Only the newest needs a
 * signature that counts; it vouches for those before it.
 * @param {readonly unknown[]} envelopes
 * @param {Head} head
 * @param {Members} people
 * @param {string} participantId
 * @param {Pin | null} [pinned]
 * @returns {Consent}
 * @throws {ProtocolError} consent-missing, chain-*, consent-mixed, and what `verify` throws
 */
export function newest(envelopes, head, people, participantId, pinned) {
  if (envelopes.length === 0) throw new ProtocolError("consent-missing");
  const statements = envelopes.map((envelope) => parse(envelope, "consent"));
  chain.checkLinks(statements);
  if (statements.some(({ payload }) => payload.participant_id !== participantId))
    throw new ProtocolError("consent-mixed");
  chain.checkPin(statements, pinned);
  return verify(envelopes[envelopes.length - 1], head, people);
}

/**
 * The server's check of a consent that is handed in after `previous`, the newest of this person.
 * @param {Head} head
 * @param {Members} people
 * @param {unknown} envelope
 * @param {Statement | null} previous
 * @returns {Consent}
 * @throws {ProtocolError} the head's lapse, what `verify` throws, chain-seq, chain-broken, consent-mixed
 */
export function checkSubmission(head, people, envelope, previous) {
  heads.checkCurrent(head);
  const consent = verify(envelope, head, people);
  if (!previous) {
    if (consent.seq !== 1) throw new ProtocolError("chain-seq");
    return consent;
  }
  if (previous.payload.participant_id !== consent.participantId) throw new ProtocolError("consent-mixed");
  chain.checkNext(previous, consent.statement);
  return consent;
}
