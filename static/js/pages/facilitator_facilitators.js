// @ts-check
/** Who facilitates a case, and how many must sign: a change makes new keys and new lists of what may still be read. */
import { byId, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { openCase, room, step } from "./case_room.js";
import { begin, data, keep, saying, sends, turnTo } from "./desk.js";
import { FormError } from "./form.js";
import { each } from "./frame.js";
import { stored } from "./own.js";
import { fillSlots } from "./parts.js";

/** @param {string} name @param {string[]} values */
function tick(name, values) {
  each(`[name=${name}]`, (/** @type {HTMLInputElement} */ field) => { field.checked = values.includes(field.value); });
}

/** @param {string[]} facilitators @param {number} approvals what is wanted, or only what is new of it */
function changeOf(facilitators, approvals) {
  const now = room.facilitators.map((/** @type {any} */ one) => one.staff_id);
  const same = now.length === facilitators.length && now.every((/** @type {string} */ id) => facilitators.includes(id));
  if (same && approvals === room.approvals_required) throw new FormError(gettext("Nothing is different yet."), "facilitators");
  return { ...(same ? {} : { facilitators }), ...(approvals === room.approvals_required ? {} : { approvals }) };
}

/** @param {any} change */
async function sign(change) {
  const { body, settings } = await call("cases.change", { ...change, messages: data.messages, settings: await stored("settings") });
  await keep(settings);
  const adopted = await step(body);
  hide(byId("facilitators-form"));
  fillSlots(byId("changed"), { changed: adopted
    ? gettext("It is done. Ask an administrator to renew the list of staff soon: that secures the change on everybody’s screen.")
    : gettext("You have signed. It holds as soon as a colleague has signed too; they find it on their page for today.") });
  turnTo("changed");
}

begin(async () => {
  await openCase();
  tick("facilitators", room.facilitators.map((/** @type {any} */ one) => one.staff_id));
  tick("approvals", [String(room.approvals_required)]);
  fillSlots(document, { needs: room.approvals_required > 1
    ? gettext("%(n)s of the present facilitators must sign this change. If you leave the case yourself, somebody who stays has to sign.", { n: room.approvals_required })
    : gettext("Your signature is enough for this change.") });
  show(byId("facilitators-form"));
  sends("facilitators-form", async (values) => {
    const facilitators = values.getAll("facilitators").map(String);
    const approvals = Number(values.get("approvals"));
    if (!facilitators.length) throw new FormError(gettext("Somebody has to facilitate the case."), "facilitators");
    if (approvals > facilitators.length) throw new FormError(gettext("Two signatures need two facilitators."), "approvals");
    await saying("sending", gettext("Making new keys, and the lists of what may still be read …"), () => sign(changeOf(facilitators, approvals)));
  });
});
