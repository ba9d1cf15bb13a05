// @ts-check
/** Days as people say them. Dates have no time zone here: the third of November is the third of November. */

const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** "3 November 2026" from a date or time of the protocol. @param {string | null | undefined} value */
export const day = (value) => (value ? LONG.format(new Date(value)) : "");

/** "Amina Shah and Ben Cole". @param {string[]} names */
export const listed = (names) => new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);
