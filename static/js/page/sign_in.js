// @ts-check
/** Signing in with a passphrase that never leaves the browser. */
import { del, post } from "./api.js";
import { keep } from "./keys.js";
import { call } from "./rpc.js";

/** @typedef {{account_id: string, kind: string, roles: string[], revision: number}} Session */

/** Whether somebody may name the key that nobody believes yet. @param {Session} session @param {any} error */
export const mayName = ({ roles }, { code }) => code === "note-unsigned" && roles.includes("administrator");

/**
 * Signs in, opens the keys and keeps them for the pages to come.
 * @param {string} name the sign-in name
 * @param {string} passphrase
 * @param {(session: Session) => Promise<void>} ready awaited before the keys are kept; if it fails, nobody is signed in, but see `mayName`
 * @returns {Promise<Session>}
 * @throws {import("./api.js").ApiError | import("./rpc.js").RpcError}
 */
export async function signIn(name, passphrase, ready) {
  const parameters = await post("/sign-in/parameters", { sign_in_name: name }, { stay: true });
  const { auth } = await call("session.derive", { passphrase, ...parameters });
  const { bundle, ...session } = await post("/session", { sign_in_name: name, auth }, { stay: true });
  try {
    await call("session.open", { accountId: session.account_id, bundle, revision: session.revision });
    await ready(session);
    await keep();
  } catch (error) {
    // A session without keys is of no use to anybody, but to whoever can name the key of the log that is not believed.
    if (!mayName(session, error)) await del("/session", { stay: true }).catch(() => undefined);
    throw error;
  }
  return session;
}
