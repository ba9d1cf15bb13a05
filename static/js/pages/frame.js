// @ts-check
/**
 * What every page does whatever it shows: leaving quickly, locking, signing out, showing a typed passphrase, printing.
 * Guarantees that these work before, and without, anything that a page itself does.
 */
import { del } from "../page/api.js";
import { lock, tellLocked, wipe } from "../page/keys.js";
import { setUpLeave } from "../page/leave.js";
import { setOut } from "../page/places.js";
import { gettext } from "../page/strings.js";

const SIGNED_OUT = "/signed-out";

/** @template {Element} T @param {string} selector @param {(found: T) => void} act */
export const each = (selector, act) => document.querySelectorAll(selector).forEach((found) => act(/** @type {any} */ (found)));

/** Ends the session here and in the other tabs; whatever the server says, nothing stays in this one. */
async function signOut() {
  setOut();
  wipe(true);
  tellLocked();
  try {
    await del("/session", { stay: true, keepalive: true });
  } catch {
    // Without connection the session ends by itself; the keys are gone already.
  }
  sessionStorage.clear();
  location.replace(SIGNED_OUT);
}

/** @param {HTMLButtonElement} button toggles the field that it names between dots and letters */
function setUpShow(button) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.show ?? ""));
  const [word] = button.childNodes;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    word.textContent = shown ? gettext("Show") : gettext("Hide");
    field.focus();
  });
}

/**
 * Sets the frame of the page up. @returns {() => void} leaves because another tab did, for `watch`
 */
export function frame() {
  const leave = document.querySelector("a[data-leave]") ? setUpLeave() : () => location.replace("/");
  each("[data-lock]", (button) => button.addEventListener("click", lock));
  each("[data-sign-out]", (button) => button.addEventListener("click", signOut));
  each("[data-print]", (button) => button.addEventListener("click", () => print()));
  each("button[data-show]", setUpShow);
  return leave;
}

/** For pages that never hold anybody's keys: they still go when another tab leaves quickly. */
export function plainFrame() {
  const leave = frame();
  if (typeof BroadcastChannel === "undefined") return;
  new BroadcastChannel("keys").addEventListener("message", ({ data }) => data.type === "leave" && leave());
}
