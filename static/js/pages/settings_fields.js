// @ts-check
/** What people see of an agency, out of a form. */
import { gettext } from "../page/strings.js";
import { FormError } from "./form.js";

/** @param {string} address @param {string} field @returns {string} https://…, or nothing where nothing was typed */
function web(address, field) {
  if (!address) return "";
  const whole = address.includes("://") ? address : `https://${address}`;
  if (!whole.startsWith("https://") || !URL.canParse(whole)) throw new FormError(gettext("Please give a web address that begins with https://"), field);
  return whole;
}

/** The help numbers, without the groups where nothing was typed. @returns {{label: string, phone: string, text: string, web: string}[]} */
export function readHelp() {
  return [...document.querySelectorAll("[data-help]")].flatMap((group) => {
    const read = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (group.querySelector(`[name=${name}]`)).value.trim();
    const [label, phone, text] = ["label", "phone", "text"].map(read);
    const place = `help-${/** @type {HTMLElement} */ (group).dataset.help}`;
    const entry = { label, phone, text, web: web(read("web"), `${place}-web`) };
    if (!phone && !text && !entry.web) return [];
    if (!label) throw new FormError(gettext("Please say what this number is."), `${place}-label`);
    return [entry];
  });
}

/** @param {FormData} values @returns {string} */
export function readLeaveTo(values) {
  const found = web(String(values.get("leave_to") ?? "").trim(), "leave-to");
  if (!found) throw new FormError(gettext("Please give the address that “Leave this site quickly” goes to."), "leave-to");
  return found;
}
