// What draws a QR code, which is loaded when there is a link to draw.

export { qrPicture } from '../shared/qr-picture.js';
