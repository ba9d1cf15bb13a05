// @ts-check
/**
 * Opening a case. Guarantees that title and names leave this screen only sealed, as a note for its facilitators, and that
 * nothing of it is lost when the connection breaks: the same bytes go again.
 */
import { post } from "../page/api.js";
import { byId, show } from "../page/dom.js";
import { call } from "../page/rpc.js";
import { gettext } from "../page/strings.js";
import { begin, data, keep, saying, sends } from "./desk.js";
import { FormError } from "./form.js";
import { stored } from "./own.js";
import { addFields, readPeople } from "./person_fields.js";

/** What was made and did not get through, by what was typed. @type {{typed: string, made: any} | null} */
let before = null;

/** @param {Record<string, unknown>} wanted */
async function make(wanted) {
  const typed = JSON.stringify(wanted);
  if (before?.typed === typed) return before.made;
  const [pins, settings] = await Promise.all([stored("pins"), stored("settings")]);
  const made = await call("cases.create", { trust: data.trust, pins, settings, ...wanted });
  await keep(made.settings, made.pins);
  before = { typed, made };
  return made;
}

document.querySelector("[data-act=add-person]")?.addEventListener("click", addFields);

begin(async () => {
  sends("case-form", async (values) => {
    const title = String(values.get("title") ?? "").trim();
    if (!title) throw new FormError(gettext("Please give the case a name that you recognise it by."), "case-title");
    const people = readPeople();
    const cover = String(values.get("cover"));
    const approvals = values.get("approvals") ? 2 : 1;
    if (!cover) throw new FormError(gettext("Please choose a second facilitator, or that there is nobody."), "cover");
    if (approvals === 2 && cover === "none") throw new FormError(gettext("Two signatures need a second facilitator. Choose one."), "cover");
    await saying("opening", gettext("Making the case’s keys …"), async () => {
      const made = await make({ facilitators: cover === "none" ? [] : [cover], approvals, people, title });
      await post("/cases", made.body);
      await post("/messages", made.note.body);
      location.assign(`/cases/${made.case_id}`);
    });
  });
  show(byId("case-form"));
});
