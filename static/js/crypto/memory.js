// @ts-check
/** Own documents of the person who is signed in: drafts, settings, pins. */
import { b64, unb64 } from "../protocol/encoding.js";
import * as memory from "../protocol/memory.js";
import { held } from "./session.js";

export const methods = {
  /** @param {{name: string, revision: number, document: unknown}} args */
  close({ name, revision, document }) {
    const { accountId, keys } = held();
    return { blob: b64(memory.close(keys.signSeed, accountId, name, revision, document)) };
  },

  /** @param {{name: string, revision: number, blob: string}} args */
  open({ name, revision, blob }) {
    const { accountId, keys } = held();
    return { document: memory.open_(keys.signSeed, accountId, name, revision, unb64(blob)) };
  },
};
