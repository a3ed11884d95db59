// A picture of a picture, small enough for a label.

import { MAX_PICTURE } from '../crypto/label.js';

const SIDE = 160; // pixels at most
const SOURCE_MAX = 64 * 1024 * 1024; // bytes of what is looked at
const KINDS = /^image\/(avif|bmp|gif|jpeg|png|webp)$/;

/** Ways to write it, each smaller than the one before. */
const WAYS = [
  { side: SIDE, quality: 0.8 },
  { side: SIDE, quality: 0.5 },
  { side: 112, quality: 0.5 },
  { side: 80, quality: 0.4 },
];

/**
 * The picture in a file, made small; null where there is none, or it does not work out.
 * @param {File} file
 * @returns {Promise<import('../crypto/label.js').Picture | null>}
 */
export async function smallPicture(file) {
  if (!KINDS.test(file.type) || file.size > SOURCE_MAX) return null;
  try {
    const image = await createImageBitmap(file);
    try {
      for (const way of WAYS) {
        const picture = await draw(image, way);
        if (picture.size <= MAX_PICTURE) {
          return { type: picture.type, data: new Uint8Array(await picture.arrayBuffer()) };
        }
      }
    } finally {
      image.close();
    }
  } catch {
    // No picture, whatever it is called.
  }
  return null;
}

/**
 * @param {ImageBitmap} image
 * @param {{ side: number, quality: number }} way
 */
async function draw(image, { side, quality }) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((pixels) => Math.max(1, Math.round(pixels * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('nothing to draw on');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  const picture = await canvas.convertToBlob({ type: 'image/webp', quality });
  if (picture.type === 'image/webp') return picture;
  context.globalCompositeOperation = 'destination-over'; // what writes no WebP has JPEG, which is never transparent
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}
