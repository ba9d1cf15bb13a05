// @ts-check
/**
 * Documents that statements cite by hash carry a salt. Guarantees that nobody can find out by guessing what they say.
 */
import { b64, newId, pae } from "./encoding.js";
import { hash32 } from "./primitives.js";
import { id } from "./statements.js";

/** The check of a salt: 16 bytes in B64, as an identifier is. */
export const SALT = id;

/** @returns {string} */
export const newSalt = newId;

/** B64(H(PAE("mediation/v1/<name>", content))). @param {string} name @param {Uint8Array} content @returns {string} */
export const digest = (name, content) => b64(hash32(pae(`mediation/v1/${name}`, content)));
