// @ts-check
/** A sealed message as POST /messages wants it. */
import { b64 } from "../protocol/encoding.js";

/** What the clients say of the language of their texts, until people can choose. */
export const LANG = "en-GB";

/** @param {import("../protocol/message.js").Sealed} sealed */
export const submission = ({ statement, ciphertext, orderBlock, wraps }) => ({
  message: statement.envelope,
  ciphertext: b64(ciphertext),
  order_block: b64(orderBlock),
  wraps: [...wraps].map(([box_kid, seal]) => ({ box_kid, seal: b64(seal) })),
});
