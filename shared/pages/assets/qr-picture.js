import { svg } from './dom.js';
import { qrCode } from './qr.js';

const QUIET = 4; // modules of white around a QR code, as the standard asks

/**
 * The picture of a text as a QR code; null where it is too long for one.
 * @param {string} text
 * @param {string} label what it is of
 */
export function qrPicture(text, label) {
  const modules = qrCode(text);
  if (!modules) return null;
  const side = modules.length + 2 * QUIET;
  const d = modules
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('');
  return svg(
    'svg',
    { viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' },
    svg('rect', { width: side, height: side, fill: '#fff' }),
    svg('path', { d, fill: '#000' }),
  );
}
