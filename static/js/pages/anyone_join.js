// @ts-check
/**
 * Joining, one decision a page. Guarantees that the code leaves the address bar before anything is asked of anybody,
 * that nothing is made or sent before somebody said yes, and that the passphrase was typed once from paper.
 */
import { get, post } from "../page/api.js";
import { byId, el } from "../page/dom.js";
import { keep } from "../page/keys.js";
import { save } from "../page/memory.js";
import { call, start } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { listed } from "./dates.js";
import { busy, FormError, needed, once, onSubmit, showError } from "./form.js";
import { each, plainFrame } from "./frame.js";
import { fillSlots } from "./parts.js";
import { only, setUpSteps } from "./steps.js";
import { followLog } from "./log.js";
import { consentText, keepPins, SETTINGS } from "./own.js";

/** @type {string} */
let passphrase = "";
/** What was sent, kept so that the same bytes go again when the connection broke. @type {{invite_id: string, body: any, pins: any} | null} */
let made = null;
let signInName = "";
/** Of the account that is made. */
let kind = "participant";

plainFrame();
const steps = setUpSteps((name) => {
  if (name === "passphrase" && !passphrase) newWords();
});

/** @param {string[]} words @param {string} id */
const showWords = (words, id) => byId(id).replaceChildren(...words.map((word) => el("li", {}, word)));

async function newWords() {
  try {
    ({ passphrase } = await call("joining.passphrase"));
    showWords(passphrase.split(" "), "passphrase-words");
  } catch (error) {
    showError(error);
  }
}

/** @param {any} invitation what the worker proved about it */
function begin(invitation) {
  const staff = invitation.for === "staff";
  if (staff) kind = "staff";
  only(invitation.for);
  fillSlots(document, {
    agency: invitation.agency_name,
    facilitators: listed(invitation.facilitators.map((/** @type {any} */ one) => one.name).sort()),
    other: byId("labels").dataset[invitation.side === "person_harmed" ? "person_responsible" : "person_harmed"] ?? gettext("the other person"),
  });
  const first = /** @type {HTMLAnchorElement} */ (byId("first-page"));
  if (staff) first.href = "/waiting";
  steps.go(staff ? "staff" : "what");
}

/** @param {string} code */
async function open(code) {
  const { invite_id } = await call("joining.begin", { code });
  const invitation = await get(`/invitations/${invite_id}`);
  begin(await call("joining.check", { invitation, trust: null }));
}

/** Sends what was made; a second try sends the same bytes. */
async function send() {
  made ??= await call("joining.join", { passphrase });
  if (!signInName) ({ sign_in_name: signInName } = await post(`/invitations/${made?.invite_id}/join`, made?.body, { stay: true }));
  byId("sign-in-name").textContent = signInName;
  await keepPins(made?.pins);
  const { words } = await call("joining.words");
  showWords(words, "six-words");
  const text = consentText();
  if (byId("consent-text").closest("[data-skip=no]")) {
    await save(SETTINGS, 0, { agreed: (await call("letters.textHash", { text })).text_hash });
  }
  await followLog(kind);
  await keep();
}

onSubmit("code-form", async (values) => open(needed(values, "code", gettext("Please type the code from your card."))));

onSubmit("consent-form", async (values) => {
  const answer = values.get("agree");
  if (!answer) throw new FormError(gettext("Please choose one of the answers."), "agree");
  if (answer === "yes") steps.next();
  else steps.go("no");
});

onSubmit("own-form", async (values) => {
  const own = needed(values, "own", gettext("Please type a passphrase of your own."));
  try {
    await call("joining.checkPassphrase", { passphrase: own });
  } catch (error) {
    throw Object.assign(/** @type {any} */ (error), { field: "own" });
  }
  passphrase = own;
  steps.go("again");
});

onSubmit("again-form", async (values) => {
  const typed = needed(values, "again", gettext("Please type your passphrase."));
  const plain = (/** @type {string} */ text) => text.normalize("NFKC").trim().split(/\s+/u).join(" ");
  if (plain(typed) !== plain(passphrase)) {
    throw new FormError(gettext("That is not the same. Please compare it with what you have written down, or go back one step."), "again");
  }
  busy("joining", gettext("Getting everything ready. This can take a few seconds …"));
  try {
    await send();
  } catch (error) {
    // They have joined, and need their name: only the log is not believed, so that no keys are kept.
    if (error instanceof FormError && signInName) steps.go("name");
    throw error;
  } finally {
    busy("joining");
  }
  steps.go("name");
});

byId("passphrase-again").addEventListener("click", ({ currentTarget }) => once(/** @type {HTMLButtonElement} */ (currentTarget), newWords));
each("[data-go=passphrase]", (button) => button.addEventListener("click", newWords));

// The text goes before the page does, also into the back/forward cache.
addEventListener("pagehide", () => {
  passphrase = "";
  for (const id of ["passphrase-words", "six-words", "sign-in-name"]) byId(id).replaceChildren();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.replace(signInName ? "/home" : "/join"));

start();
const fragment = location.hash.slice(1);
if (fragment) {
  history.replaceState(history.state, "", location.pathname);
  once(null, () => open(fragment));
}
