// @ts-check
/** A page without a script of its own: only the frame. */
import { plainFrame } from "./frame.js";

plainFrame();
