// @ts-check
/** Data that the server put into the page, as JSON in a script element that is never run. */

/** @param {string} text @returns {string} B64 of its bytes */
function encoded(text) {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
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
