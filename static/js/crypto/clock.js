// @ts-check
/** The worker's clock, in one place, so that tests can set it. */

export const clock = { /** @returns {Date} */ now: () => new Date() };
