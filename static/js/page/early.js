// @ts-check
/**
 * Begins with what takes longest as soon as the page's head is there: the worker loads and the server answers while
 * the page itself is still on its way. Needs nothing of the document. For pages that open keys at once.
 */
import { prepare } from "./keys.js";

prepare();
