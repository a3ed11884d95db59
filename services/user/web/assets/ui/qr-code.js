import { qrCode } from '../qr.js';
import { svg } from './dom.js';

const QUIET = 4; // modules of white around the code, as the standard asks

/** <qr-code>: draws the text it is given. `draw` says whether it fitted. */
class QrCode extends HTMLElement {
  draw(text) {
    const modules = qrCode(text);
    if (!modules) return false;
    const side = modules.length + 2 * QUIET;
    const path = modules
      .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
      .join('');
    this.replaceChildren(
      svg(
        'svg',
        {
          viewBox: `0 0 ${side} ${side}`,
          role: 'img',
          'aria-label': 'QR code of the link',
          'shape-rendering': 'crispEdges',
        },
        svg('rect', { width: side, height: side, fill: '#fff' }),
        svg('path', { d: path, fill: '#000' }),
      ),
    );
    return true;
  }
}

customElements.define('qr-code', QrCode);
