const EVERY = 200; // milliseconds

/**
 * Does what is asked for all the time a few times a second at most: to show how far something is takes a page as long as
 * to move a megabyte.
 * @template {unknown[]} A
 * @param {(...args: A) => void} task
 * @returns {(...args: A) => void}
 */
export function seldom(task) {
  let last = 0;
  return (...args) => {
    const now = Date.now();
    if (now - last < EVERY) return;
    last = now;
    task(...args);
  };
}
