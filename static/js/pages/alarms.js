// @ts-check
/** Something the software noticed, in words that say what to do. Guarantees that no code is swallowed: an unknown one is shown as it is. */
import { gettext } from "../page/strings.js";
import { part } from "./parts.js";

/** @returns {Record<string, [title: string, words: string]>} */
const ALARMS = () => ({
  "bad-text": [gettext("There are hidden characters in this letter"), gettext("They are marked, each with its number. It cannot be passed on like this: give it back, so that the writer types it anew.")],
  "seq-wrong": [gettext("A letter of this writer seems to be missing"), gettext("This one does not carry the next number. Ask them what they have sent, and tell whoever runs the server.")],
  "prev-wrong": [gettext("Letters of this writer are out of order"), gettext("This one does not follow the letter that we had before it. Ask them what they have sent, and tell whoever runs the server.")],
  "memory-fell": [gettext("The writer’s own memory was set back"), gettext("The server gave their screen an older state than before. Ask whoever runs the server.")],
  "seen-fell": [gettext("The writer was shown fewer letters than before"), gettext("Ask them which letters they have, and tell whoever runs the server.")],
  "seen-too-few": [gettext("The writer may not have been offered everything"), gettext("When they wrote this, something that was passed on had not reached them. Ask them which letters they have.")],
  "seen-too-many": [gettext("The writer says they were offered more than was passed on"), gettext("Ask them which letters they have, and tell whoever runs the server.")],
  "answers-unknown": [gettext("This refers to a letter that its reader does not have"), gettext("It would tell them of that letter, so it cannot be passed on. Give it back, and tell whoever runs the server.")],
  "checkpoint-contradicted": [gettext("Two states of the audit trail contradict each other"), gettext("Somebody may have rewritten it. Tell your administrator today.")],
  "messages-missing": [gettext("Something that was here before is missing"), gettext("The server does not give out a message that you have seen in this case. Ask whoever runs the server.")],
  "anchor-lags": [gettext("The list of staff is older than the last change of this case"), gettext("Ask your administrator to renew the list, so that the change is secured on everybody’s screen.")],
  "issuer-stood-in": [gettext("An administrator has signed for a facilitator"), gettext("A change of this case carries an administrator’s signature in place of a facilitator’s. If you do not know why, ask.")],
  "recovery-changed": [gettext("The agency has a new recovery key"), gettext("Before this case is opened to other facilitators, ask your administrator whether that is right. Then accept it on the page of the case.")],
  "roster-expired": [gettext("The list of staff has run out"), gettext("Only what you have opened before is shown. An administrator has to renew it.")],
  "roster-not-yet": [gettext("The list of staff is dated in the future"), gettext("Check the clock of this device, then tell your administrator.")],
  "case-expired": [gettext("This case has run out"), gettext("Only what you have opened before is shown. Renew it first.")],
  "case-not-yet": [gettext("This case is dated in the future"), gettext("Check the clock of this device.")],
  "head-signatures-lapsed": [gettext("Somebody who signed for this case is no longer on the list of staff"), gettext("Only what you have opened before is shown. Renew the case, or change its facilitators.")],
  "consent-chain-rolled-back": [gettext("The server shows an older agreement than before"), gettext("Ask the person whether they still take part, and tell whoever runs the server.")],
  "consent-chain-forked": [gettext("Two agreements of one person contradict each other"), gettext("Ask the person whether they still take part, and tell whoever runs the server.")],
});

/** @param {string} code @returns {HTMLElement} */
export function alarm(code) {
  const [title, words] = ALARMS()[code] ?? [gettext("Something did not check out"), gettext("Tell whoever runs the server this word: %(code)s.", { code })];
  const made = part("alarm", { slots: { title, words } });
  made.dataset.code = code;
  return made;
}

/** @param {HTMLElement} place @param {string[]} codes */
export const showAlarms = (place, codes) => place.replaceChildren(...codes.map(alarm));
