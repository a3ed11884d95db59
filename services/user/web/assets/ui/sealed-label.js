import { isSize } from '../crypto/label.js';
import { el, icon } from '../shared/dom.js';
import { bytes } from '../shared/format.js';
import { t, tn } from '../shared/language.js';
import { nameOf } from './name.js';

const SHOWN_SIDE = 1024; // pixels of a picture, which is shown much smaller

/** @typedef {import('../crypto/label.js').Label} Label */

/**
 * <sealed-label>: what is waiting, as its sender describes it. A stranger wrote all of it: names and note are text, the
 * picture goes to the decoder of pictures and nowhere else.
 */
export class SealedLabel extends HTMLElement {
  #address = '';

  /** @param {Label | null} label */
  show(label) {
    URL.revokeObjectURL(this.#address);
    this.#address = '';
    this.replaceChildren();
    if (!label) return;
    if (label.picture) this.append(this.#picture(label.picture));
    if (label.note) this.append(note(label.note));
    if (label.count > 1) this.append(list(label));
  }

  /** @param {import('../crypto/label.js').Picture} picture */
  #picture({ type, data }) {
    this.#address = URL.createObjectURL(new Blob([data], { type }));
    const image = el('img', {
      class: 'label-picture',
      src: this.#address,
      alt: t('A small picture of it'),
      hidden: true,
    });
    // A few bytes can stand for a picture that no memory holds. What is hidden is not decoded.
    image.addEventListener('load', () => {
      image.hidden = Math.max(image.naturalWidth, image.naturalHeight) > SHOWN_SIDE;
    });
    return image;
  }
}

/** @param {string} text */
const note = (text) =>
  el(
    'figure',
    { class: 'label-note' },
    el('figcaption', {}, t('Note from the sender')),
    el('blockquote', { dir: 'auto', tabindex: 0 }, text),
  );

/** @param {Label} label */
function list({ files, count }) {
  const rest = count - files.length;
  return el(
    'ul',
    { class: 'files', 'aria-label': t('What is in it'), tabindex: 0 },
    files.map(({ name, size }) =>
      el(
        'li',
        {},
        icon('file'),
        el('span', { class: 'name' }, nameOf(name)),
        isSize(size) && el('span', { class: 'size' }, bytes(size)),
      ),
    ),
    rest > 0 && el('li', { class: 'rest' }, tn('and {{count}} more file', 'and {{count}} more files', rest)),
  );
}

customElements.define('sealed-label', SealedLabel);
