// @ts-check
/** How somebody is told that something is waiting. The number goes to the server, which has to send the text; nothing else does. */
import { put } from "../page/api.js";
import { byId } from "../page/dom.js";
import { gettext } from "../page/strings.js";
import { busy, FormError, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";

plainFrame();

onSubmit("contact-form", async (values) => {
  const channel = values.get("channel");
  const number = String(values.get("number") ?? "").trim();
  const known = byId("contact-form").dataset.known === "yes";
  if (!channel) throw new FormError(gettext("Please choose how we may reach you."), "channel");
  if (channel === "text" && !number && !known) throw new FormError(gettext("Please give the number that texts can go to."), "number");
  await put("/contact", { channel, number: number || null, wording: values.get("wording") });
  busy("saved", gettext("Saved. It counts from now on."));
});
