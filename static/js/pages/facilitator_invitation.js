// @ts-check
/** Where an invitation stands. */
import { del } from "../page/api.js";
import { byId } from "../page/dom.js";
import { begin, data, pressed } from "./desk.js";
import { nameOf, openCase } from "./case_room.js";
import { fillSlots } from "./parts.js";

pressed("[data-act=cancel]", async () => {
  await del(`/invitations/${data.invite_id}`);
  location.reload();
});

begin(async () => {
  await openCase();
  const { participant_id } = data.case.invitations.find((/** @type {any} */ one) => one.invite_id === data.invite_id);
  fillSlots(byId("main"), { name: nameOf(participant_id) });
});
