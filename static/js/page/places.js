// @ts-check
/** Where pages send people, and what of the tab's own storage goes with them. */

export const SIGN_IN = "/sign-in";
export const UNLOCK = "/unlock";
/** The wrapped keys of this tab. */
export const SLOT = "k";
const NEXT = "next";

let leaving = false;

/** Whoever signs out or leaves goes where they are going: what was still under way takes them nowhere else. */
export function setOut() {
  leaving = true;
}

/** Signs the tab out: nothing of it stays behind. */
export function toSignIn() {
  sessionStorage.clear();
  if (!leaving) location.replace(SIGN_IN);
}

/** To type the passphrase again, then back to this page. */
export function toUnlock() {
  if (leaving) return;
  sessionStorage.removeItem(SLOT);
  sessionStorage.setItem(NEXT, location.pathname);
  location.replace(UNLOCK);
}

/** After unlocking: the page where somebody was, or this one. @param {string} otherwise */
export function toNext(otherwise) {
  const next = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  // Only a path of this site, whatever has got into the storage.
  location.replace(next && /^\/(?![/\\])/.test(next) ? next : otherwise);
}
