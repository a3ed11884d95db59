// assets/shared/language.js
var coming = (
  /** @type {any} */
  globalThis.sgraphCatalogue
);
var catalogue = coming ? await coming : null;
var language = catalogue ? document.documentElement.lang : "en";
var forms = new Intl.PluralRules(language);

// assets/shared/dom.js
var SVG = "http://www.w3.org/2000/svg";
var svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  for (
    const child of
    /** @type {any[]} */
    children.flat(Infinity)
  ) {
    if (child !== false && child != null) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}
var ICONS = new URL("icons.svg", import.meta.url).pathname;

// assets/shared/qr.js
var VERSIONS = [
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
  [26, 5, 346]
];
var ALIGNMENT = [
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
  [6, 28, 50]
];
function qrCode(text) {
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
function dataCodewords(bytes, countBits, capacity) {
  const bits = [];
  const append = (value, width) => {
    for (let i = width - 1; i >= 0; i--) bits.push(value >>> i & 1);
  };
  append(4, 4);
  append(bytes.length, countBits);
  for (const byte of bytes) append(byte, 8);
  append(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const codewords = [];
  for (let i = 0; i < bits.length; i += 8) codewords.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 236; codewords.length < capacity; pad ^= 236 ^ 17) codewords.push(pad);
  return codewords;
}
function interleave(data, eccLength, count) {
  const short = Math.floor(data.length / count);
  const longFrom = count - data.length % count;
  const divisor = generator(eccLength);
  const blocks = [];
  for (let i = 0, at = 0; i < count; i++) {
    const length = short + (i >= longFrom ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => remainder(block, divisor));
  const takeTurns = (lists, longest) => {
    const out = [];
    for (let i = 0; i < longest; i++) for (const list of lists) if (i < list.length) out.push(list[i]);
    return out;
  };
  return [...takeTurns(blocks, short + 1), ...takeTurns(checks, eccLength)];
}
function multiply(a, b) {
  let product = 0;
  for (let i = 7; i >= 0; i--) {
    product = product << 1 ^ (product >>> 7) * 285;
    product ^= (b >>> i & 1) * a;
  }
  return product;
}
function generator(degree) {
  let poly = [1];
  for (let i = 0, root = 1; i < degree; i++, root = multiply(root, 2)) {
    const next = [...poly, 0];
    for (const [j, coefficient] of poly.entries()) next[j + 1] ^= multiply(coefficient, root);
    poly = next;
  }
  return poly.slice(1);
}
function remainder(data, divisor) {
  const rest = new Array(divisor.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest.shift();
    rest.push(0);
    for (const [i, coefficient] of divisor.entries()) rest[i] ^= multiply(coefficient, factor);
  }
  return rest;
}
var MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => x * y % 2 + x * y % 3 === 0,
  (x, y) => (x * y % 2 + x * y % 3) % 2 === 0,
  (x, y) => ((x + y) % 2 + x * y % 3) % 2 === 0
];
function draw(version, codewords) {
  const size = 17 + 4 * version;
  const blank = () => Array.from({ length: size }, () => new Array(size).fill(false));
  const modules = blank();
  const fixed = blank();
  const set = (x, y, dark) => {
    modules[y][x] = dark;
    fixed[y][x] = true;
  };
  drawPatterns(version, size, set);
  drawFormat(0, size, set);
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
function drawPatterns(version, size, set) {
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4]
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
      const atFinder = cx === 6 && cy === 6 || cx === 6 && cy === size - 7 || cx === size - 7 && cy === 6;
      if (atFinder) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }
  if (version >= 7) {
    const bits = version << 12 | bch(version, 12, 7973);
    for (let i = 0; i < 18; i++) {
      const dark = (bits >>> i & 1) === 1;
      const [a, b] = [size - 11 + i % 3, Math.floor(i / 3)];
      set(a, b, dark);
      set(b, a, dark);
    }
  }
}
function bch(value, width, divisor) {
  let rest = value;
  for (let i = 0; i < width; i++) rest = rest << 1 ^ (rest >>> width - 1) * divisor;
  return rest;
}
function drawFormat(mask, size, set) {
  const levelAndMask = 0 << 3 | mask;
  const bits = (levelAndMask << 10 | bch(levelAndMask, 10, 1335)) ^ 21522;
  const bit = (i) => (bits >>> i & 1) === 1;
  for (let i = 0; i <= 5; i++) set(8, i, bit(i));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let i = 9; i < 15; i++) set(14 - i, 8, bit(i));
  for (let i = 0; i < 8; i++) set(size - 1 - i, 8, bit(i));
  for (let i = 8; i < 15; i++) set(8, size - 15 + i, bit(i));
  set(8, size - 8, true);
}
function drawData(codewords, modules, fixed) {
  const size = modules.length;
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upward = (right + 1 & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (fixed[y][x]) continue;
        if (at < codewords.length * 8) modules[y][x] = (codewords[at >>> 3] >>> 7 - (at & 7) & 1) === 1;
        at++;
      }
    }
  }
}
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
    const text = line.map((dark) => dark ? "1" : "0").join("");
    for (let i = 0; i + 11 <= size; i++) {
      const window2 = text.slice(i, i + 11);
      if (window2 === "10111010000" || window2 === "00001011101") score += 40;
    }
  }
  let darkCount = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dark = modules[y][x];
      if (dark) darkCount++;
      if (x + 1 < size && y + 1 < size && dark === modules[y][x + 1] && dark === modules[y + 1][x] && dark === modules[y + 1][x + 1])
        score += 3;
    }
  }
  const percent = darkCount * 100 / (size * size);
  return score + Math.floor(Math.abs(percent - 50) / 5) * 10;
}

// assets/shared/qr-picture.js
var QUIET = 4;
function qrPicture(text, label) {
  const modules = qrCode(text);
  if (!modules) return null;
  const side = modules.length + 2 * QUIET;
  const d = modules.flatMap((row, y) => row.map((dark, x) => dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")).join("");
  return svg(
    "svg",
    { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: side, height: side, fill: "#fff" }),
    svg("path", { d, fill: "#000" })
  );
}
export {
  qrPicture
};
