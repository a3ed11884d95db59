// Whether somebody is there. A console that nobody looks after asks the service nothing: each time would count as a use
// of the session, which could then never end for being idle.

const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'wheel'];

/** After how many milliseconds without a sign nobody is there: the least that a session may be idle. */
const ABSENCE = 5 * 60_000;

/** Sends the event "back" when there is a sign of somebody after an absence. */
export class Presence extends EventTarget {
  #now;
  #last;

  /**
   * @param {EventTarget} page
   * @param {() => number} [now]
   */
  constructor(page, now = Date.now) {
    super();
    this.#now = now;
    this.#last = now();
    for (const sign of SIGNS) page.addEventListener(sign, () => this.#seen(), { capture: true, passive: true });
  }

  get absent() {
    return this.#now() - this.#last >= ABSENCE;
  }

  #seen() {
    const back = this.absent;
    this.#last = this.#now();
    if (back) this.dispatchEvent(new Event('back'));
  }
}
