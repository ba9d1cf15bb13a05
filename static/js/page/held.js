// @ts-check
/** What several modules of a page look at, as one object whose content changes. */

/** `held` then has what `found` has and nothing else. @template {object} T @param {T} held @param {T} found */
export function become(held, found) {
  for (const name of Object.keys(held)) Reflect.deleteProperty(held, name);
  Object.assign(held, found);
}
