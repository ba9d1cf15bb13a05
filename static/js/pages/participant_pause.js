// @ts-check
/** Pausing and stopping: one request of the session. It needs no passphrase and no worker. */
import { put } from "../page/api.js";
import { gettext } from "../page/strings.js";
import { FormError, onSubmit } from "./form.js";
import { plainFrame } from "./frame.js";

plainFrame();

onSubmit("pause-form", async (values) => {
  const standing = values.get("standing");
  if (!standing) throw new FormError(gettext("Please choose whether to pause or to stop."), "standing");
  await put("/standing", { standing });
  location.reload();
});
