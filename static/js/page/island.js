// @ts-check
/** Data that the server put into the page, as JSON in a script element that is never run. */

/** How many arguments a function may surely take. */
const AT_ONCE = 8192;

/** @param {string} text @returns {string} B64 of its bytes */
function encoded(text) {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += AT_ONCE) binary += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** An envelope's payload travels as the text that it encodes, in fewer bytes. @param {string} _ @param {any} value */
function folded(_, value) {
  if (typeof value?.payload_text !== "string") return value;
  const { payload_text, ...rest } = value;
  return { payload: encoded(payload_text), ...rest };
}

/**
 * @param {string} id
 * @returns {any} null where the page has no such island
 */
export const island = (id) => JSON.parse(document.getElementById(id)?.textContent || "null", folded);
