// @ts-check
/** Refusals of the worker that are no business of the protocol. */

export class WorkerError extends Error {
  /** @param {string} code stable, for programs @param {string} sentence plain, for people; never content */
  constructor(code, sentence) {
    super(sentence);
    this.name = "WorkerError";
    this.code = code;
  }
}
