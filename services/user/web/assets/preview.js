// What can be shown in the page: a text, as text, and pictures of the kinds that are nothing but pictures.

import { startsWith } from './crypto/bytes.js';

const IMAGE_MAX = 32 * 1024 * 1024;

const ascii = (/** @type {string} */ text) => Array.from(text, (char) => char.charCodeAt(0));

/**
 * By content, not by name. SVG is left out: it is a document.
 * @type {[type: string, magic: number[], offset: number][]}
 */
const IMAGES = [
  ['image/png', [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a], 0],
  ['image/jpeg', [0xff, 0xd8, 0xff], 0],
  ['image/gif', ascii('GIF8'), 0],
  ['image/webp', ascii('WEBP'), 8],
  ['image/avif', ascii('ftypavif'), 4],
];

/**
 * A text, or a picture as a blob with its true type, or null.
 * @param {Blob} blob
 * @param {{ name: string, isText: boolean, maxText: number }} what
 * @returns {Promise<{ text?: string, image?: Blob } | null>}
 */
export async function previewOf(blob, { name, isText, maxText }) {
  if (isText || (!name && blob.size <= maxText)) {
    const text = blob.size <= maxText ? readText(await blob.arrayBuffer()) : undefined;
    if (text !== undefined) return { text };
  }
  if (blob.size > IMAGE_MAX) return null;
  const head = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
  const type = IMAGES.find(([, magic, at]) => startsWith(head.subarray(at), magic))?.[0];
  return type ? { image: blob.slice(0, blob.size, type) } : null;
}

/** @param {ArrayBuffer} buffer */
function readText(buffer) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
