// @ts-check
/**
 * Copies the patterns that stand in the page and fills them. Guarantees that people's words enter as text only, and
 * that a character which could mislead the eye is shown as a mark with its code.
 */
import { el } from "../page/dom.js";
import { gettext } from "../page/strings.js";

/** @typedef {[string, boolean][]} Marked a text in fragments; true: suspicious */
/** @typedef {{slots?: Record<string, string>, links?: Record<string, string>, shown?: Record<string, boolean>, body?: Marked, lang?: string | null}} Filling */

/** @param {string} character */
const code = (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;

/** @param {string} fragment */
const markOf = (fragment) => el("mark", { title: gettext("A hidden character, shown by its number") }, [...fragment].map(code).join(" "));

/**
 * Paragraphs of a text, with its suspicious characters marked.
 * @param {Marked} marked
 * @returns {HTMLElement[]}
 */
export function paragraphsOf(marked) {
  const found = [el("p")];
  for (const [fragment, suspicious] of marked) {
    if (suspicious) {
      found[found.length - 1].append(markOf(fragment));
      continue;
    }
    fragment.split(/\n{2,}/).forEach((piece, i) => {
      if (i) found.push(el("p"));
      found[found.length - 1].append(piece);
    });
  }
  return found.filter((paragraph) => paragraph.textContent?.trim());
}

/** @param {ParentNode} root @param {Marked} marked @param {string | null} [lang] */
export function fillBody(root, marked, lang = null) {
  const body = /** @type {HTMLElement} */ (root.querySelector("[data-body]"));
  body.replaceChildren(...paragraphsOf(marked));
  if (lang) body.lang = lang;
  else body.removeAttribute("lang");
}

/** Fills places of text by name. @param {ParentNode} root @param {Record<string, string>} slots */
export function fillSlots(root, slots) {
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-slot]"))) {
    const text = slots[place.dataset.slot ?? ""];
    if (text !== undefined) place.textContent = text;
  }
}

/**
 * A filled copy of the pattern `part-<name>`.
 * @param {string} name
 * @param {Filling} filling `shown` decides about the places that are not always there
 * @returns {HTMLElement}
 */
export function part(name, { slots = {}, links = {}, shown = {}, body, lang = null }) {
  const pattern = /** @type {HTMLTemplateElement} */ (document.getElementById(`part-${name}`));
  const made = /** @type {DocumentFragment} */ (pattern.content.cloneNode(true));
  for (const place of /** @type {NodeListOf<HTMLElement>} */ (made.querySelectorAll("[data-if]"))) {
    if (!shown[place.dataset.if ?? ""]) place.remove();
  }
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (made.querySelectorAll("[data-link]"))) {
    const address = links[link.dataset.link ?? ""];
    if (address) link.href = address;
    else link.remove();
  }
  fillSlots(made, slots);
  if (body) fillBody(made, body, lang);
  return /** @type {HTMLElement} */ (made.firstElementChild);
}
