// @ts-check
/**
 * What every page of the staff does before anything else: opens the keys, and says in words what goes wrong. Guarantees
 * that what one remembers is stored before anything that rests on it is sent, and that the page's text goes when it is
 * locked or put away.
 */
import { ApiError, get, put } from "../page/api.js";
import { byId } from "../page/dom.js";
import "../page/early.js";
import { island } from "../page/island.js";
import { restore, watch } from "../page/keys.js";
import { toUnlock } from "../page/places.js";
import { gettext } from "../page/strings.js";
import { busy, FormError, onSubmit, once, showError } from "./form.js";
import { frame } from "./frame.js";
import { stored } from "./own.js";

/** @typedef {{name: string, revision: number, blob: string}} Closed a document of own memory, sealed by the worker */

/** What the server put into the page: answers of its API. */
export const data = island("data") ?? {};

/** What only staff can do something about; the rest speaks for itself. */
const WORDS = () => ({
  "roster-expired": gettext("The list of staff has run out. An administrator has to renew it before anything can be written, passed on or opened."),
  "case-expired": gettext("This case has run out. Renew it first, on the page of the case."),
  "head-signatures-lapsed": gettext("Somebody who facilitates this case is no longer on the list of staff. Renew the case or change its facilitators first."),
  "not-standing": gettext("Somebody whom this concerns has paused or stopped. Nothing can be passed on until they carry on."),
  "consent-missing": gettext("Somebody whom this concerns has not said yes yet. Nothing can be passed on before that."),
  "invite-expired": gettext("This invitation has run out. Make a new card."),
  "recovery-changed": gettext("The agency has a new recovery key. Ask your administrator whether that is right, then accept it on the page of the case."),
  "head-moved": gettext("A colleague has changed this case meanwhile. Reload the page and look again."),
  "kept-mismatch": gettext("Something was handed in or decided meanwhile. Reload the page and try again."),
  "memory-conflict": gettext("You have done something in another window meanwhile. Reload the page and try again."),
});

/** An error with words for staff. @param {any} error @returns {Error} */
export function inWords(error) {
  const known = /** @type {Record<string, string>} */ (WORDS())[error.code];
  if (error instanceof FormError || (error instanceof ApiError && !known)) return error;
  const code = error.code ?? "unexpected";
  const what = known ?? gettext("This did not check out, so nothing was shown or sent: %(why)s", { why: error.message });
  return Object.assign(new FormError(`${what} (${code})`, error.field), { code });
}

/** @template T @param {() => Promise<T>} run @returns {Promise<T>} */
async function plainly(run) {
  try {
    return await run();
  } catch (error) {
    throw inWords(error);
  }
}

/** As `onSubmit`, in words for staff. @param {string} id @param {(values: FormData, form: HTMLFormElement) => Promise<void>} run */
export const sends = (id, run) => onSubmit(id, (values, form) => plainly(() => run(values, form)));

/** Runs `run` once while a button is busy, in words for staff. @param {HTMLElement} button @param {() => Promise<void>} run */
export const act = (button, run) => once(/** @type {HTMLButtonElement} */ (button), () => plainly(run));

/** Does `run` when a button of this page is pressed. @param {string} selector @param {(button: HTMLElement) => Promise<void>} run */
export function pressed(selector, run) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))) {
    button.addEventListener("click", () => act(button, () => run(button)));
  }
}

/** Shows a status line while something takes its time. @template T @param {string} id @param {string} words @param {() => Promise<T>} run */
export async function saying(id, words, run) {
  busy(id, words);
  try {
    return await run();
  } finally {
    busy(id);
  }
}

/** Stores what the worker wants to be remembered. @param {...(Closed | null | undefined)} documents */
export async function keep(...documents) {
  for (const closed of documents) {
    if (closed) await put(`/memory/${closed.name}`, { revision: closed.revision, blob: closed.blob });
  }
}

/** Fetches the staff list and one's own memory again. */
export async function refreshOwn() {
  [data.trust, data.pins] = await Promise.all([get("/trust"), stored("pins")]);
}

/**
 * Begins the page: frame and keys; then `show`. Whatever goes wrong is said in the page.
 * @param {() => Promise<void>} show
 */
export async function begin(show) {
  watch({ hide: () => byId("main").replaceChildren(), show: () => location.reload(), leave: frame() });
  try {
    if (await restore()) await show();
    else toUnlock();
  } catch (error) {
    showError(inWords(error));
  } finally {
    busy("status");
  }
}

/** The head of the page says what has become of it, and takes the reader there. @param {string} id of an element that can take the focus */
export function turnTo(id) {
  const place = byId(id);
  place.hidden = false;
  place.querySelector("h1, h2, p")?.setAttribute("tabindex", "-1");
  /** @type {HTMLElement | null} */ (place.querySelector("h1, h2, p"))?.focus();
  scrollTo(0, 0);
}
