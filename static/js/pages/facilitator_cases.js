// @ts-check
/** One's cases; their titles and people are opened on this screen. */
import { fillNames, listCases } from "./case_names.js";
import { begin } from "./desk.js";

begin(async () => fillNames(await listCases()));
