// CRC-32 as ZIP wants it, eight bytes a step.

const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let i = 0; i < 256; i++) {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  tables[0][i] = crc;
}
for (let t = 1; t < 8; t++) {
  for (let i = 0; i < 256; i++) tables[t][i] = (tables[t - 1][i] >>> 8) ^ tables[0][tables[t - 1][i] & 0xff];
}
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;

/**
 * The CRC of everything so far followed by these bytes; starts from 0.
 * @param {Uint8Array} bytes
 */
export function crc32(bytes, soFar = 0) {
  let crc = ~soFar;
  let i = 0;
  for (const stop = bytes.length - 7; i < stop; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      t7[crc & 0xff] ^
      t6[(crc >>> 8) & 0xff] ^
      t5[(crc >>> 16) & 0xff] ^
      t4[crc >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}
