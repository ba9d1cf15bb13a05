// @ts-check
/** Data that the server put into the page, as JSON in a script element that is never run. */

/**
 * @param {string} id
 * @returns {any} null where the page has no such island
 */
export const island = (id) => JSON.parse(document.getElementById(id)?.textContent || "null");
