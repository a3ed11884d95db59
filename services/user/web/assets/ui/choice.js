import { find } from '../shared/dom.js';

/**
 * A choice of a few, or of what else is typed: radio buttons of a fieldset, of which the one with the value "other" shows
 * a field. Its markup is in the page.
 */
export class Choice {
  #fieldset;
  #other;
  field;

  /** @param {HTMLElement} fieldset */
  constructor(fieldset) {
    this.#fieldset = fieldset;
    this.#other = find(fieldset, '[data-other]');
    this.field = find(this.#other, 'input', HTMLInputElement);
    fieldset.addEventListener('change', () => this.#turn());
  }

  /** @returns {HTMLInputElement[]} */
  get radios() {
    return Array.from(this.#fieldset.querySelectorAll('input[type="radio"]'));
  }

  /** The radio button that is chosen, if one is. */
  get chosen() {
    return this.radios.find((radio) => radio.checked);
  }

  /** Whether what is typed is meant. */
  get isOther() {
    return this.chosen?.value === 'other';
  }

  /** The chosen of the few as a number; 0 where none of them is. */
  get value() {
    return this.isOther ? 0 : Number(this.chosen?.value ?? 0);
  }

  /** What the chosen of the few is called. */
  get words() {
    return this.isOther ? '' : (this.chosen?.parentElement?.textContent?.trim() ?? '');
  }

  /**
   * Leaves of the few those that are allowed, and chooses another where the chosen one is not.
   * @param {(value: number) => boolean} isAllowed
   * @param {number} usual what another is to be near to
   */
  allow(isAllowed, usual) {
    const few = this.radios.filter((radio) => radio.value !== 'other');
    const allowed = few.filter((radio) => isAllowed(Number(radio.value)));
    for (const radio of few)
      find(this.#fieldset, `label:has([value="${radio.value}"])`).hidden = !allowed.includes(radio);
    if (this.isOther || allowed.some((radio) => radio.checked)) return;
    for (const radio of few) radio.checked = false;
    const fitting = allowed.findLast((radio) => Number(radio.value) <= usual) ?? allowed.at(-1);
    if (fitting) fitting.checked = true;
  }

  #turn() {
    this.#other.hidden = !this.isOther;
  }
}
