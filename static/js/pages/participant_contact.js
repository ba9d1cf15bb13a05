// @ts-check
/** How somebody is told that something is waiting. The number goes to the server, which has to send the text; nothing else does. */
import { put } from "../page/api.js";
import { gettext } from "../page/strings.js";
import { setUpConfirming, showSaved } from "./confirm_number.js";
import { contactBody, setUpContact } from "./contact_fields.js";
import { busy, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";

plainFrame();
setUpContact();
setUpConfirming("/contact", onSubmit);

onSubmit("contact-form", async (values) => {
  showSaved(await put("/contact", contactBody(values)));
  busy("saved", gettext("Saved. It counts from now on."));
});
