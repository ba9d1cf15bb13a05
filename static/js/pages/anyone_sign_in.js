// @ts-check
/** Signing in. The passphrase is stretched in the worker and never leaves the browser. */
import { start } from "../page/rpc.js";
import { toNext } from "../page/places.js";
import { mayName, signIn } from "../page/sign_in.js";
import { gettext } from "../page/strings.js";
import { busy, needed, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";
import { followLog } from "./log.js";

/** Where somebody begins. @param {{kind: string, roles: string[]}} session */
export function firstPage({ kind, roles }) {
  if (kind === "participant") return "/home";
  if (!roles.length) return "/waiting";
  if (roles.includes("facilitator") || roles.includes("supervisor")) return "/queue";
  return roles.includes("administrator") ? "/agency" : "/audit";
}

plainFrame();
addEventListener("focusin", () => start(), { once: true }); // loads while the name is being typed

onSubmit("sign-in", async (values) => {
  const name = needed(values, "name", gettext("Please type your sign-in name."));
  const passphrase = needed(values, "passphrase", gettext("Please type your passphrase."));
  /** @type {import("../page/sign_in.js").Session | null} */
  let me = null;
  busy("status", gettext("Signing you in. This can take a few seconds …"));
  try {
    toNext(firstPage(await signIn(name, passphrase, (session) => {
      me = session;
      return followLog(session.kind);
    })));
  } catch (error) {
    if (!me || !mayName(me, error)) throw error;
    location.replace("/agency/log-keys");
  } finally {
    busy("status");
  }
});
