// @ts-check
/** What was recorded of a case, in plain words for those who facilitate it. Every kind of event has its words here. */
import { gettext } from "../page/strings.js";
import { nameOf } from "./case_room.js";

/** @typedef {{kind: string, refs: Record<string, string>, by: any}} Told an event as the worker read it */

/** Who did it. @param {any} by @returns {string} */
export function whoWords(by) {
  if (!by) return gettext("Somebody who cannot be named");
  if (by.service) return gettext("The service");
  return by.name ?? nameOf(by.participant_id);
}

/** What a message is called that is on this page, or was. @param {any} item */
const letter = (item) => /** @type {Record<string, string>} */ ({
  relay: gettext("a letter"), summary: gettext("a summary"), private: gettext("a private line"), note: gettext("a note"),
})[item?.kind] ?? gettext("a letter");

/** In the words for one's own act, or for one that was written down for somebody. @param {Told} event @param {string | undefined} id @param {string} own @param {(name: string) => string} other */
const forWhom = ({ by }, id, own, other) => (!id || by?.participant_id === id ? own : other(nameOf(id)));

/**
 * What happened.
 * @param {Told} event
 * @param {any} item the message that it names, if the page has it
 * @returns {string}
 */
export function eventWords(event, item) {
  const { kind, refs } = event;
  const what = letter(item);
  const name = refs.recipient ?? refs.participant ? nameOf(refs.recipient ?? refs.participant) : "";
  const words = /** @type {Record<string, string>} */ ({
    "session.started": gettext("Signed in"),
    "session.ended": gettext("Signed out"),
    "account.closed": gettext("An account was closed"),
    "invitation.created": gettext("Made an invitation"),
    "invitation.joined": gettext("Joined with an invitation"),
    "invitation.admitted": gettext("Let somebody in who had joined"),
    "invitation.cancelled": gettext("Cancelled an invitation"),
    "case.created": gettext("Opened the case"),
    "case.stated": gettext("Changed or renewed the case"),
    "case.proposed": gettext("Asked a colleague to sign a change of the case"),
    "case.signed": gettext("Signed a colleague’s change of the case"),
    "case.dropped": gettext("Dropped a change of the case that waited for signatures"),
    "case.exported": gettext("Made a transcript of the case"),
    "consent.given": forWhom(event, refs.participant, gettext("Said yes to taking part"), (who) => gettext("Wrote down that %(name)s said yes to taking part", { name: who })),
    "consent.paused": forWhom(event, refs.participant, gettext("Paused"), (who) => gettext("Recorded that %(name)s paused", { name: who })),
    "consent.withdrawn": forWhom(event, refs.participant, gettext("Stopped taking part"), (who) => gettext("Recorded that %(name)s stopped taking part", { name: who })),
    "consent.acknowledged": gettext("Has seen that %(name)s paused or stopped", { name }),
    "task.done": gettext("Marked a task as done"),
    "message.submitted": gettext("Wrote %(what)s", { what }),
    "message.held": gettext("Put %(what)s on hold", { what }),
    "message.unheld": gettext("Took %(what)s off hold", { what }),
    "message.taken-back": gettext("Took %(what)s back", { what }),
    "message.recalled": gettext("Called %(what)s back before %(name)s opened it", { what, name }),
    "message.rewrapped": gettext("Made %(what)s readable with somebody’s new keys", { what }),
    "message.offered": gettext("Put %(what)s before %(name)s", { what, name }),
    "message.opened": forWhom(event, refs.recipient, gettext("Opened %(what)s", { what }), (who) => gettext("Recorded that %(name)s opened %(what)s", { name: who, what })),
    "message.kept": forWhom(event, refs.recipient, gettext("Kept %(what)s for later", { what }), (who) => gettext("Recorded that %(name)s keeps %(what)s for later", { name: who, what })),
    "message.with-facilitator": forWhom(event, refs.recipient, gettext("Asked to read %(what)s with their facilitator", { what }), (who) => gettext("Recorded that %(name)s wants to read %(what)s with their facilitator", { name: who, what })),
    "message.not-wanted": forWhom(event, refs.recipient, gettext("Did not want %(what)s", { what }), (who) => gettext("Recorded that %(name)s does not want %(what)s", { name: who, what })),
    "message.told": gettext("Agreed that the writer may know that %(what)s was opened", { what }),
    "decision.proposed": gettext("Decided about %(what)s, and asked a colleague to sign", { what }),
    "decision.signed": gettext("Signed a colleague’s decision about %(what)s", { what }),
    "decision.dropped": gettext("Dropped a decision about %(what)s that waited for signatures", { what }),
    "message.released": gettext("Passed %(what)s on", { what }),
    "message.returned": gettext("Gave %(what)s back to its writer", { what }),
    "message.stopped": gettext("Did not pass %(what)s on", { what }),
    "contact.recorded": forWhom(event, refs.participant, gettext("Chose how we reach them"), (who) => gettext("Recorded how we reach %(name)s", { name: who })),
    "contact.confirmed": forWhom(event, refs.participant, gettext("Confirmed their number by a code"), (who) => gettext("Confirmed the number of %(name)s by a code", { name: who })),
    "contact.shared": forWhom(event, refs.participant, gettext("A number is somebody else’s too: no text goes to it until you have asked"), (who) => gettext("The number of %(name)s is somebody else’s too: no text goes to it until you have asked", { name: who })),
    "contact.due": gettext("How we reach somebody is to be checked with them"),
    "sms.queued": gettext("A text is to be sent"),
    "sms.claimed": gettext("A text is being sent"),
    "sms.unsure": gettext("It is not known whether a text went out"),
    "sms.asked": gettext("The provider is asked whether a text went out"),
    "sms.sent": gettext("A text was sent"),
    "sms.delivered": gettext("A text reached the phone"),
    "sms.undelivered": gettext("A text did not reach the phone"),
    "sms.seen": gettext("Somebody signed in after a text"),
    "sms.recalled": gettext("A text on its way is not tried again"),
    "sms.cancelled": gettext("A text is no longer needed"),
    "sms.suppressed": gettext("A text was not sent: the number wants none"),
    "sms.expired": gettext("A text became too old to send"),
    "sms.failed": gettext("A text could not be sent"),
    "sms.opted-out": gettext("Somebody’s number takes no more texts"),
    "sms.opted-in": gettext("Somebody’s number takes texts again"),
    "sms.help-asked": gettext("Somebody’s phone asked for help"),
    "sms.answered": gettext("Somebody answered a text; it was not kept"),
    "audit.export": gettext("The record of this case was exported"),
  });
  return words[kind] ?? kind;
}
