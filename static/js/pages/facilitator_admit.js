// @ts-check
/**
 * Somebody is let in, once their six words were heard by everybody who signs. Guarantees that the answer to their
 * invitation was checked before the words are shown, and that what they may still read is sealed to new keys.
 */
import { del } from "../page/api.js";
import { byId, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { begin, data, saying, turnTo } from "./desk.js";
import { nameOf, openCase, remake, room, signStep, step } from "./case_room.js";
import { FormError } from "./form.js";
import { fillSlots } from "./parts.js";
import { askForWords } from "./six_words.js";

const invitation = data.case.invitations.find((/** @type {any} */ one) => one.invite_id === data.invite_id);
/** Whether they were in the case before, with other keys or with none: what they may read is then sealed to the new ones. */
const isMember = () => room.people.some((/** @type {any} */ one) => one.participant_id === invitation.participant_id);

/** @param {() => Promise<boolean>} sign answers whether they are in now */
async function admit(sign) {
  const before = isMember();
  await saying("admitting-busy", gettext("Letting them in …"), async () => {
    const adopted = await sign();
    if (adopted && before) await remake(invitation.participant_id);
    hide(byId("admitting"));
    fillSlots(byId("admitted"), { admitted: adopted
      ? gettext("They are in. They can say yes, read and write from now on.")
      : gettext("You have signed. A colleague has to hear the six words too and sign; they find it on their page for today.") });
    turnTo("admitted");
  });
}

async function signFirst() {
  return step((await call("cases.admit", { invite_id: data.invite_id, messages: data.messages })).body);
}

async function cancel() {
  await del(`/invitations/${data.invite_id}`);
  location.assign(`/cases/${data.case.case_id}`);
}

/** The words to hear, and what to sign then. @param {any} proposed a colleague's signature that waits, if there is one */
async function words(proposed) {
  if (!proposed) return { words: (await call("cases.join", { invitation })).words, sign: signFirst };
  const { hash, mine } = proposed;
  if (mine) throw new FormError(gettext("You have heard their words and signed. It waits for a colleague."));
  return { words: (await call("cases.proposal", { hash })).words, sign: () => signStep(hash, true) };
}

begin(async () => {
  await openCase();
  fillSlots(byId("title"), { name: nameOf(invitation.participant_id) });
  if (invitation.state !== "joined") throw new FormError(gettext("Nobody waits behind this invitation."));
  const found = await words(room.proposals.find((/** @type {any} */ one) => one.admits === data.invite_id));
  askForWords(found.words, { admit: () => admit(found.sign), cancel });
  show(byId("admitting"));
});
