// A QR code of a link, made here so that no picture service ever sees the key. ISO/IEC 18004: byte mode, error
// correction level M, versions 1 to 10 (up to 213 bytes).

// Per version at level M: error correction bytes per block, number of blocks, all codewords.
const VERSIONS = [
  [0, 0, 0],
  [10, 1, 26],
  [16, 1, 44],
  [26, 1, 70],
  [18, 2, 100],
  [24, 2, 134],
  [16, 4, 172],
  [18, 4, 196],
  [22, 4, 242],
  [22, 5, 292],
  [26, 5, 346],
];
const ALIGNMENT = [
  [],
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

/** @typedef {boolean[][]} Modules rows of them, true for dark */
/** @typedef {(x: number, y: number, dark: boolean) => void} Set */

/**
 * The modules of the smallest code that holds the text. Null when too long.
 * @param {string} text
 */
export function qrCode(text) {
  const bytes = new TextEncoder().encode(text);
  for (let version = 1; version < VERSIONS.length; version++) {
    const [eccLength, blocks, total] = VERSIONS[version];
    const capacity = total - eccLength * blocks;
    const countBits = version < 10 ? 8 : 16;
    if (4 + countBits + bytes.length * 8 <= capacity * 8) {
      const codewords = interleave(dataCodewords(bytes, countBits, capacity), eccLength, blocks);
      return draw(version, codewords);
    }
  }
  return null;
}

/**
 * Mode, length, bytes, terminator, and padding up to the capacity.
 * @param {Uint8Array} bytes
 * @param {number} countBits
 * @param {number} capacity
 */
function dataCodewords(bytes, countBits, capacity) {
  /** @type {number[]} */
  const bits = [];
  const append = (/** @type {number} */ value, /** @type {number} */ width) => {
    for (let i = width - 1; i >= 0; i--) bits.push((value >>> i) & 1);
  };
  append(0b0100, 4);
  append(bytes.length, countBits);
  for (const byte of bytes) append(byte, 8);
  append(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const codewords = [];
  for (let i = 0; i < bits.length; i += 8) codewords.push(parseInt(bits.slice(i, i + 8).join(''), 2));
  for (let pad = 0xec; codewords.length < capacity; pad ^= 0xec ^ 0x11) codewords.push(pad);
  return codewords;
}

/**
 * Splits into blocks (the later ones may be one longer), adds error correction, and takes turns.
 * @param {number[]} data
 * @param {number} eccLength
 * @param {number} count
 */
function interleave(data, eccLength, count) {
  const short = Math.floor(data.length / count);
  const longFrom = count - (data.length % count);
  const divisor = generator(eccLength);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= longFrom ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => remainder(block, divisor));
  const takeTurns = (/** @type {number[][]} */ lists, /** @type {number} */ longest) => {
    const out = [];
    for (let i = 0; i < longest; i++) for (const list of lists) if (i < list.length) out.push(list[i]);
    return out;
  };
  return [...takeTurns(blocks, short + 1), ...takeTurns(checks, eccLength)];
}

/**
 * Arithmetic in the field of 256 elements modulo x^8 + x^4 + x^3 + x^2 + 1.
 * @param {number} a
 * @param {number} b
 */
function multiply(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> i) & 1) * a;
  }
  return product;
}

/**
 * The Reed-Solomon generator polynomial of a degree, highest coefficient (1) left out.
 * @param {number} degree
 */
function generator(degree) {
  let poly = [1];
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2)) {
    const next = [...poly, 0];
    for (const [j, coefficient] of poly.entries()) next[j + 1] ^= multiply(coefficient, root);
    poly = next;
  }
  return poly.slice(1);
}

/**
 * @param {number[]} data
 * @param {number[]} divisor
 */
function remainder(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (const [i, coefficient] of divisor.entries()) rest[i] ^= multiply(coefficient, factor);
  }
  return rest;
}

/** @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * @param {number} version
 * @param {number[]} codewords
 */
function draw(version, codewords) {
  const size = 17 + 4 * version;
  const blank = () => Array.from({ length: size }, () => new Array(size).fill(false));
  const modules = blank();
  const fixed = blank();
  /** @type {Set} */
  const set = (x, y, dark) => {
    modules[y][x] = dark;
    fixed[y][x] = true;
  };

  drawPatterns(version, size, set);
  drawFormat(0, size, set); // holds the place until the mask is chosen
  drawData(codewords, modules, fixed);

  let best = { score: Number.POSITIVE_INFINITY, masked: modules };
  for (const [number, mask] of MASKS.entries()) {
    const masked = modules.map((row, y) => row.map((dark, x) => dark !== (!fixed[y][x] && mask(x, y))));
    drawFormat(number, size, (x, y, dark) => {
      masked[y][x] = dark;
    });
    const score = penalty(masked);
    if (score < best.score) best = { score, masked };
  }
  return best.masked;
}

/**
 * @param {number} version
 * @param {number} size
 * @param {Set} set
 */
function drawPatterns(version, size, set) {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ]) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        const [x, y] = [cx + dx, cy + dy];
        if (x >= 0 && x < size && y >= 0 && y < size) set(x, y, ring !== 2 && ring !== 4);
      }
    }
  }
  const positions = ALIGNMENT[version];
  for (const cy of positions) {
    for (const cx of positions) {
      const atFinder = (cx === 6 && cy === 6) || (cx === 6 && cy === size - 7) || (cx === size - 7 && cy === 6);
      if (atFinder) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }
  if (version >= 7) {
    const bits = (version << 12) | bch(version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const dark = ((bits >>> i) & 1) === 1;
      const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
      set(a, b, dark);
      set(b, a, dark);
    }
  }
}

/**
 * @param {number} value
 * @param {number} width
 * @param {number} divisor
 */
function bch(value, width, divisor) {
  let rest = value;
  for (let i = 0; i < width; i++) rest = (rest << 1) ^ ((rest >>> (width - 1)) * divisor);
  return rest;
}

/**
 * @param {number} mask
 * @param {number} size
 * @param {Set} set
 */
function drawFormat(mask, size, set) {
  const levelAndMask = (0b00 << 3) | mask; // 00 is level M
  const bits = ((levelAndMask << 10) | bch(levelAndMask, 10, 0x537)) ^ 0x5412;
  const bit = (/** @type {number} */ i) => ((bits >>> i) & 1) === 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}

/**
 * Columns two by two from the right, up and down in turn, around everything fixed.
 * @param {number[]} codewords
 * @param {Modules} modules
 * @param {Modules} fixed
 */
function drawData(codewords, modules, fixed) {
  const size = modules.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5; // the timing column does not count
    const upward = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        if (at < codewords.length * 8) modules[y][x] = ((codewords[at >>> 3] >>> (7 - (at & 7))) & 1) === 1;
        at++;
      }
    }
  }
}

/**
 * How hard a masked code is to read, by the standard's four rules.
 * @param {Modules} modules
 */
function penalty(modules) {
  const size = modules.length;
  let score = 0;
  const columns = modules.map((_, x) => modules.map((row) => row[x]));
  for (const line of [...modules, ...columns]) {
    let run = 0;
    for (let i = 0; i < size; i++) {
      run = i > 0 && line[i] === line[i - 1] ? run + 1 : 1;
      if (run === 5) score += 3;
      else if (run > 5) score += 1;
    }
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (let i = 0; i + 11 <= size; i++) {
      const window = text.slice(i, i + 11);
      if (window === '10111010000' || window === '00001011101') score += 40;
    }
  }
  let darkCount = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = modules[y][x];
      if (dark) darkCount++;
      if (
        x + 1 < size &&
        y + 1 < size &&
        dark === modules[y][x + 1] &&
        dark === modules[y + 1][x] &&
        dark === modules[y + 1][x + 1]
      )
        score += 3;
    }
  }
  const percent = (darkCount * 100) / (size * size);
  return score + Math.floor(Math.abs(percent - 50) / 5) * 10;
}
