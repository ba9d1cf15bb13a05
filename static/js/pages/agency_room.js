// @ts-check
/** The staff list on an administrator's page. Guarantees that it was verified in the worker before anything rests on it. */
import { get, post } from "../page/api.js";
import { byId } from "../page/dom.js";
import { become } from "../page/held.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { showAlarms } from "./alarms.js";
import { data, keep, refreshOwn } from "./desk.js";
import { FormError } from "./form.js";
import { retried } from "./own.js";

/** What `setup.enter` answered last. @type {any} */
export const office = {};

/** Verifies the agency and its list of staff. */
export const enterOffice = () => retried(enter, refreshOwn);

async function enter() {
  const { pins, ...entered } = await call("setup.enter", { trust: data.trust, pins: data.pins });
  await keep(pins);
  become(office, entered);
  const place = document.getElementById("alarms");
  if (place) showAlarms(byId("alarms"), office.lapse ? [office.lapse] : []);
}

/** @throws {FormError} when this administrator's key may not sign the list */
export function mustBeIssuer() {
  if (!office.issuer) throw new FormError(gettext("Your key may not sign the list of staff. The administrator who set the agency up has to do it, or the recovery sheet is needed."));
}

/** What this administrator wrote on the cards, by invite_id. @returns {Promise<Record<string, {display_name: string}>>} */
export async function cards() {
  return data.memory ? (await call("memory.open", { name: "invitations", ...data.memory })).document : {};
}

/**
 * Signs a new list of staff and hands it in.
 * @param {{staff: any[] | null, admits?: string[]}} wanted staff: null for as it is
 */
export async function issue({ staff, admits = [] }) {
  mustBeIssuer();
  const { body, pins } = await call("setup.roster", { staff, admits, anchors: await get("/anchors") });
  await post("/rosters", body);
  await keep(pins);
}
