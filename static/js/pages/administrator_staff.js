// @ts-check
/** Staff: who is on the list, inviting somebody, and taking somebody off. */
import { post } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { cards, enterOffice, issue, mustBeIssuer, office } from "./agency_room.js";
import { showCard } from "./card.js";
import { begin, data, keep, pressed, saying, sends } from "./desk.js";
import { FormError, needed } from "./form.js";
import { each } from "./frame.js";

const dialog = /** @type {HTMLDialogElement} */ (byId("remove"));

/** Asks, and answers whether they said yes. @returns {Promise<boolean>} */
function sure() {
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

/** The names that this administrator wrote on the cards. */
async function fillNames() {
  const kept = await cards();
  each("[data-name-of]", (/** @type {HTMLElement} */ place) => {
    const found = kept[place.dataset.nameOf ?? ""];
    if (found) place.textContent = found.display_name;
  });
}

const setUpInviting = () => sends("invite-form", async (values) => {
  const display_name = needed(values, "display_name", gettext("Please give their name."), "display-name");
  const roles = values.getAll("roles").map(String);
  if (!roles.length) throw new FormError(gettext("Please choose what they do here."), "roles");
  mustBeIssuer();
  await saying("status", gettext("Making the card …"), async () => {
    const { body, memory, ...made } = await call("setup.invite", { display_name, roles, memory: data.memory });
    await keep(memory);
    await post("/invitations", body);
    showCard(made);
  });
});

const opened = begin(async () => {
  await enterOffice();
  await fillNames();
  setUpInviting();
  show(byId("invite-form"));
});

pressed("[data-act=remove]", async (button) => {
  await opened;
  if (!office.roster || !await sure()) return;
  await issue({ staff: office.roster.staff.filter((/** @type {any} */ one) => one.staff_id !== button.dataset.staff) });
  location.reload();
});
