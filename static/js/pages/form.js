// @ts-check
/**
 * Forms that are sent by script. Guarantees that a double click sends once, that what went wrong is said in words
 * beside the field and at the top, and that nothing which was typed is lost.
 */
import { byId, el } from "../page/dom.js";
import { gettext } from "../page/strings.js";

/** @typedef {{text: string, field?: string}} Problem `field` names a `data-field` group */

/** A problem that a form found by itself, before anything was sent. */
export class FormError extends Error {
  /** @param {string} text @param {string} [field] */
  constructor(text, field) {
    super(text);
    this.field = field;
  }
}

/** Codes of the worker that a person can do something about; everything else is a fault to ring about. */
const SENTENCES = () => ({
  "passphrase-too-short": gettext("Your own passphrase must have at least 16 characters."),
  "bad-passphrase": gettext("This passphrase has characters in it that cannot be used. Please use letters, numbers and spaces."),
  "wrong-passphrase": gettext("The passphrase is not right. Please check it word by word."),
  "commitment-mismatch": gettext("The passphrase is not right. Please check it word by word."),
  "bad-invitation-code": gettext("There is a mistake in this code. Please check it letter by letter."),
  "bad-text": gettext("There are characters in your letter that cannot be sent. Please type the letter rather than pasting it."),
  "too-large": gettext("This is too long to send as one letter. Please make two of it."),
  "roster-expired": gettext("Our list of facilitators is out of date, so nothing can be sent or opened today. Please ring us."),
  "case-expired": gettext("Your facilitator has to renew something first. Nothing can be sent or opened until then. Please ring us."),
  "wrong-text": gettext("What you typed is not the same. Please compare it with what you have written down."),
});

/**
 * A plain sentence for whatever went wrong. The server's and the worker's own sentences are for staff as well, so a
 * participant's page says instead that nothing was sent, and the code to give to a facilitator.
 * @param {any} error
 * @returns {string}
 */
export function sentence(error) {
  const known = /** @type {Record<string, string>} */ (SENTENCES())[error.code];
  if (known) return known;
  if (error instanceof FormError || typeof error.status === "number") return error.message;
  return gettext("Something did not check out, so nothing was shown or sent. Please tell your facilitator this word: %(code)s.", {
    code: error.code ?? "unexpected",
  });
}

/** @param {HTMLElement} group @param {string} id @param {string} text */
function mark(group, id, text) {
  group.classList.add("govuk-form-group--error");
  const shown = el("p", { id, class: "govuk-error-message" }, el("span", { class: "govuk-visually-hidden" }, gettext("Problem:"), " "), text);
  const place = group.querySelector("input, textarea, select, .govuk-radios, .govuk-checkboxes");
  place?.before(shown);
  const described = group.querySelector("fieldset") ?? place;
  described?.setAttribute("aria-describedby", [described.getAttribute("aria-describedby"), id].filter(Boolean).join(" "));
  if (place?.matches("input, textarea, select")) place.setAttribute("aria-invalid", "true");
}

/** @param {Element} described */
function unmark(described) {
  const left = (described.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && !id.endsWith("-error"));
  if (left.length) described.setAttribute("aria-describedby", left.join(" "));
  else described.removeAttribute("aria-describedby");
}

/** Takes every shown problem off the page. */
export function clearProblems() {
  const summary = document.getElementById("problem");
  if (!summary) return;
  summary.hidden = true;
  for (const group of document.querySelectorAll(".govuk-form-group--error")) {
    group.classList.remove("govuk-form-group--error");
    group.querySelectorAll(".govuk-error-message").forEach((shown) => shown.remove());
    group.querySelectorAll("[aria-describedby]").forEach(unmark);
    group.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  }
}

/** Shows problems at the top and beside their fields, and takes the reader there. @param {...Problem} problems */
export function showProblems(...problems) {
  clearProblems();
  const summary = byId("problem");
  const list = /** @type {HTMLElement} */ (summary.querySelector("[data-list]"));
  const title = /** @type {HTMLElement} */ (summary.querySelector("h2"));
  title.textContent = problems.some(({ field }) => field) ? gettext("Please look at this again") : gettext("That did not work");
  list.replaceChildren(...problems.map(({ text, field }) => {
    const group = field ? document.querySelector(`[data-field="${field}"]`) : null;
    if (!(group instanceof HTMLElement)) return el("li", {}, text);
    mark(group, `${field}-error`, text);
    const target = group.querySelector("input, textarea, select");
    return el("li", {}, el("a", { href: `#${target?.id ?? "problem"}` }, text));
  }));
  summary.hidden = false;
  summary.focus();
}

/** Says what went wrong, unless the page's text was taken off meanwhile: it was locked or left. @param {any} error */
export function showError(error) {
  if (byId("main").hasChildNodes()) showProblems({ text: sentence(error), field: error.field });
}

/** Says what is going on in a status line. @param {string} id @param {string} text */
export function busy(id, text = "") {
  const line = document.getElementById(id);
  if (line) line.textContent = text;
}

/**
 * Runs `act` while a button shows that it is busy; a second click meanwhile does nothing.
 * @param {HTMLButtonElement | null} button
 * @param {() => Promise<void>} act
 */
export async function once(button, act) {
  if (button?.getAttribute("aria-disabled") === "true") return;
  button?.setAttribute("aria-disabled", "true");
  clearProblems();
  try {
    await act();
  } catch (error) {
    showError(error);
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

/**
 * @param {string} id of the form
 * @param {(values: FormData, form: HTMLFormElement) => Promise<void>} act
 */
export function onSubmit(id, act) {
  const form = /** @type {HTMLFormElement} */ (byId(id));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("button[type=submit]"));
    once(button, () => act(new FormData(form), form));
  });
}

/** The trimmed text of a field, or a FormError with the given words. @param {FormData} values @param {string} name @param {string} words @param {string} [field] */
export function needed(values, name, words, field = name) {
  const text = String(values.get(name) ?? "").trim();
  if (!text) throw new FormError(words, field);
  return text;
}
