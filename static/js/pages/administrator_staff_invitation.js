// @ts-check
/** A colleague's six words are heard, and a new list of staff lets them in. */
import { del } from "../page/api.js";
import { byId, hide, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { cards, enterOffice, issue, mustBeIssuer, office } from "./agency_room.js";
import { begin, data, pressed, saying, turnTo } from "./desk.js";
import { FormError } from "./form.js";
import { fillSlots } from "./parts.js";
import { askForWords } from "./six_words.js";

const { invitation } = data;

async function cancel() {
  await del(`/invitations/${invitation.invite_id}`);
  location.assign("/agency/staff");
}

/** @param {string} name */
const admit = (name) => saying("admitting-busy", gettext("Signing a new list of staff …"), async () => {
  await issue({ staff: office.roster.staff, admits: [invitation.invite_id] });
  hide(byId("admitting"));
  fillSlots(byId("admitted"), { admitted: gettext("%(name)s is on the list of staff now, and can begin.", { name }) });
  turnTo("admitted");
});

async function hear() {
  mustBeIssuer();
  const { words, display_name: name } = await call("setup.join", { invitation, memory: data.memory });
  askForWords(words, { admit: () => admit(name), cancel });
  show(byId("admitting"));
}

pressed("[data-act=cancel-open]", cancel);

begin(async () => {
  await enterOffice();
  const kept = await cards();
  const mine = kept[invitation.invite_id];
  if (mine) fillSlots(byId("title"), { name: mine.display_name });
  if (invitation.state === "joined") await hear();
  else if (invitation.state === "open") show(byId("open"));
  else throw new FormError(invitation.state === "admitted" ? gettext("They have been let in.") : gettext("This invitation was cancelled."));
});
