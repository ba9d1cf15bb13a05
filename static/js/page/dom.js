// @ts-check
/**
 * Small helpers for the document. Guarantees that text stays text: nothing here takes markup.
 */

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id} on this page`);
  return found;
}

/**
 * A new element. Attributes that are null, undefined or false are left out, true ones stand empty.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    const absent = value === null || value === undefined || value === false;
    if (!absent) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Paragraphs and line breaks of a plain text. @param {string} text @returns {HTMLElement[]} */
export const paragraphs = (text) => text.replace(/^\n+|\n+$/g, "").split(/\n{2,}/).map((part) => el("p", {}, ...broken(part)));

/** @param {string} text @returns {(Node | string)[]} */
const broken = (text) => text.split("\n").flatMap((row, i) => (i ? [el("br"), row] : [row]));

/** @param {Element} element @param {string} text */
export function setText(element, text) {
  element.textContent = text;
}

/** @param {...HTMLElement} elements */
export const show = (...elements) => elements.forEach((element) => { element.hidden = false; });

/** @param {...HTMLElement} elements */
export const hide = (...elements) => elements.forEach((element) => { element.hidden = true; });

/**
 * Says something to people who use a screen reader, through the page's live region #announce.
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById("announce");
  if (!region) return;
  // The same text twice is only spoken again if it went away in between.
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}
