// @ts-check
/**
 * Setting the agency up, one decision a page. Guarantees that the agency's keys are made in this browser, that the recovery
 * sheet was said to be on paper before anything is sent, and that a second try sends the same bytes.
 */
import { post, put } from "../page/api.js";
import { byId, el } from "../page/dom.js";
import { island } from "../page/island.js";
import { keep as keepKeys } from "../page/keys.js";
import { call, start } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { day } from "./dates.js";
import { keep, saying, sends } from "./desk.js";
import { FormError, needed, showError } from "./form.js";
import { plainFrame } from "./frame.js";
import { labels } from "./letter_parts.js";
import { fillSlots } from "./parts.js";
import { readHelp, readLeaveTo } from "./settings_fields.js";
import { setUpSteps } from "./steps.js";

/** What was typed, step by step. */
const typed = { code: "", name: "", display_name: "", passphrase: "", settings: /** @type {Record<string, any>} */ ({}) };
/** What was made of it, kept so that the same bytes go again. @type {any} */
let made = null;
let signInName = "";

plainFrame();
const steps = setUpSteps((name) => {
  if (name === "passphrase" && !typed.passphrase) newWords();
});

async function newWords() {
  try {
    ({ passphrase: typed.passphrase } = await call("joining.passphrase"));
    byId("passphrase-words").replaceChildren(...typed.passphrase.split(" ").map((word) => el("li", {}, word)));
  } catch (error) {
    showError(error);
  }
}

sends("code-form", async (values) => {
  typed.code = needed(values, "set_up_code", gettext("Please type the set-up code."), "set-up-code");
  steps.next();
});

sends("agency-form", async (values) => {
  typed.name = needed(values, "name", gettext("Please give the agency a name."), "agency-name");
  const { person_harmed, person_responsible } = labels();
  typed.settings = {
    leave_to: readLeaveTo(values), phone: String(values.get("phone") ?? "").trim(), kept_for: "",
    waiting_words: needed(values, "waiting_words", gettext("Please say how long people usually wait.")), labels: { person_harmed, person_responsible },
  };
  steps.next();
});

sends("help-form", async () => {
  typed.settings.help = readHelp();
  steps.next();
});

sends("you-form", async (values) => {
  typed.display_name = needed(values, "display_name", gettext("Please give your name."), "display-name");
  steps.next();
});

/** @param {string} text */
const plain = (text) => text.normalize("NFKC").trim().toLowerCase().split(/\s+/u).join(" ");

sends("again-form", async (values) => {
  const again = needed(values, "again", gettext("Please type your passphrase."), "again");
  if (plain(again) !== plain(typed.passphrase)) throw new FormError(gettext("That is not the same. Please compare it with what you have written down."), "again");
  await saying("making", gettext("Making the agency’s keys. This can take a few seconds …"), async () => {
    const { name, display_name, passphrase } = typed;
    made = await call("setup.create", { agency_name: name, display_name, passphrase, log_vkey: island("data").log_vkey });
    fillSlots(byId("recovery-sheet"), { agency: name, "made-on": day(new Date().toISOString()), root: made.recovery.root, recovery: made.recovery.recovery });
    steps.next();
  });
});

/** Sends what was made, then what people see. */
async function send() {
  if (!signInName) {
    try {
      ({ sign_in_name: signInName } = await post("/agency", { set_up_code: typed.code, ...made.body }, { stay: true }));
    } catch (error) {
      if (/** @type {any} */ (error).code === "set-up-code") byId("code-again").hidden = false;
      throw error;
    }
  }
  await keepKeys();
  await keep(made.pins);
  made.pins = null;
  await put("/agency/settings", typed.settings);
}

sends("sheet-form", async (values) => {
  if (!values.get("kept")) throw new FormError(gettext("Print the sheet or copy it first. It is never shown again."), "kept");
  typed.code = String(values.get("set_up_code_again") ?? "").trim() || typed.code;
  await saying("sending", gettext("Setting the agency up …"), send);
  byId("sign-in-name").textContent = signInName;
  // It was sent: Back does not lead to the sheet any more.
  document.querySelector("[data-step=sheet]")?.removeAttribute("data-final");
  for (const place of byId("recovery-sheet").querySelectorAll("[data-slot]")) place.textContent = "";
  steps.next();
});

// The text goes before the page does, also into the back/forward cache.
addEventListener("pagehide", () => {
  typed.passphrase = "";
  made = null;
  byId("passphrase-words").replaceChildren();
  for (const place of byId("recovery-sheet").querySelectorAll("[data-slot]")) place.textContent = "";
});
addEventListener("pageshow", ({ persisted }) => persisted && location.replace(signInName ? "/agency" : "/set-up"));

start();
const fragment = decodeURIComponent(location.hash.slice(1));
if (fragment) {
  history.replaceState(history.state, "", location.pathname);
  /** @type {HTMLInputElement} */ (byId("set-up-code")).value = fragment;
}
