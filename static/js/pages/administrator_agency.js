// @ts-check
/** What people see of the agency. */
import { put } from "../page/api.js";
import { gettext } from "../page/strings.js";
import { enterOffice } from "./agency_room.js";
import { begin, sends } from "./desk.js";
import { busy, needed } from "./form.js";
import { readHelp, readLeaveTo } from "./settings_fields.js";

sends("settings-form", async (values) => {
  const text = (/** @type {string} */ name) => String(values.get(name) ?? "").trim();
  await put("/agency/settings", {
    help: readHelp(), leave_to: readLeaveTo(values), phone: text("phone"), kept_for: text("kept_for"),
    waiting_words: needed(values, "waiting_words", gettext("Please say how long people usually wait."), "waiting-words"),
    labels: {
      person_harmed: needed(values, "person_harmed", gettext("Please say what you call them."), "label-harmed"),
      person_responsible: needed(values, "person_responsible", gettext("Please say what you call them."), "label-responsible"),
    },
  });
  busy("kept", gettext("Kept. Everybody sees it from now on."));
});

begin(enterOffice);
