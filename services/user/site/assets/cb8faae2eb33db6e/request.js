// assets/crypto/memory.js
var isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? "");

// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
function concat(chunks) {
  return joinInto(new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), chunks);
}
function joinInto(into, chunks) {
  let at = 0;
  for (const chunk of chunks) {
    into.set(chunk, at);
    at += chunk.length;
  }
  return into.subarray(0, at);
}
var startsWith = (bytes2, prefix) => Array.from(prefix).every((byte, i) => bytes2[i] === byte);
function toHex(bytes2) {
  return Array.from(bytes2, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var toBase64 = (bytes2) => btoa(Array.from(bytes2, (b) => String.fromCharCode(b)).join(""));
function toBase64url(bytes2) {
  return toBase64(bytes2).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
function fromBase64url(text) {
  const plain2 = text.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  return Uint8Array.from(atob(plain2), (char) => char.charCodeAt(0));
}

// assets/crypto/envelope.js
var MAGIC = encodeText("SGMETA");
var MAX_METADATA = 64 * 1024;
function parseJson(bytes2) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes2));
  } catch {
    return null;
  }
}
var DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i;
var UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;
var MAX_NAME = 255;
var MAX_ENDING = 16;
function safeFilename(name, fallback = "download") {
  let safe = String(name ?? "").replace(/^.*[/\\]/s, "").replace(UNSAFE, "").replace(/[<>:"|?*]/g, "_").replace(/^\s+/, "").replace(/^(?!\.[^\s.])[\s.]+|[\s.]+$/g, "");
  if (DEVICE.test(safe)) safe = `_${safe}`;
  return shorten(safe) || fallback;
}
function shorten(name) {
  const length = (text) => encodeText(text).length;
  if (length(name) <= MAX_NAME) return name;
  const dot = name.lastIndexOf(".");
  const ending = dot > 0 && length(name.slice(dot)) <= MAX_ENDING ? name.slice(dot) : "";
  let room = MAX_NAME - length(ending);
  let stem = "";
  for (const char of name.slice(0, name.length - ending.length)) {
    room -= length(char);
    if (room < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, "") + ending;
}

// assets/crypto/errors.js
var WrongKeyError = class extends Error {
  code = "wrong-key";
};
var DamagedError = class extends Error {
  code = "damaged";
};
var NewerVersionError = class extends Error {
  code = "newer-version";
};
var PassphraseError = class extends Error {
  code = "needs-passphrase";
  /** @param {import('./bytes.js').Bytes} block */
  constructor(block) {
    super("a passphrase is needed");
    this.block = block;
  }
};

// assets/crypto/passphrase.js
var BLOCK = 24;
var ARGON2ID = 1;
var SALT = 16;
var COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };
var MOST = { lanes: 4, passes: 16, memory: 256 * 1024 };
function readBlock(block) {
  if (block.length !== BLOCK) throw new DamagedError();
  if (block[0] !== ARGON2ID) throw new NewerVersionError();
  const view = new DataView(block.buffer, block.byteOffset, BLOCK);
  const [lanes, passes, memory] = [view.getUint8(1), view.getUint16(2), view.getUint32(4)];
  const isWithin = lanes >= 1 && lanes <= MOST.lanes && passes >= 1 && passes <= MOST.passes && memory >= 8 * lanes && memory <= MOST.memory;
  if (!isWithin) throw new DamagedError();
  return { lanes, passes, memory, salt: block.slice(BLOCK - SALT) };
}

// assets/crypto/label.js
var UNKNOWN = -1;
var MAX_NOTE = 1e3;
var MAX_PICTURE = 5 * 1024;
var PLAIN = 1;
var WITH_PASSPHRASE = 2;
var NONCE = 12;
var TAG = 16;
var SIZES = [512, 1024, 2048, 4096, 8192];
var INFO = encodeText("sgraph-send label 1");
var MAX_LISTED = 100;
var MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
var UNSAFE2 = /[^\P{Cc}\n]|[\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff\ufffd]/gu;
var PICTURES = {
  "image/jpeg": (text) => text.startsWith("ÿØÿ"),
  "image/png": (text) => text.startsWith("PNG\r\n\n"),
  "image/webp": (text) => text.startsWith("RIFF") && text.startsWith("WEBP", 8)
};
async function deriveKey(linkKey, usage) {
  const material = await crypto.subtle.importKey("raw", linkKey, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}
var gcm = (iv, head) => ({ name: "AES-GCM", iv, additionalData: head });
async function sealLabel(linkKey, label, { block = null, nonce } = {}) {
  const iv = nonce ?? crypto.getRandomValues(new Uint8Array(NONCE));
  const head = block ? concat([Uint8Array.of(WITH_PASSPHRASE), block]) : Uint8Array.of(PLAIN);
  const overhead = head.length + NONCE + TAG;
  const json = encodeText(writeLabel(label, SIZES[SIZES.length - 1] - overhead));
  const size = SIZES.find((size2) => size2 >= overhead + json.length);
  if (!size) throw new RangeError("label too long");
  const padded = new Uint8Array(size - overhead).fill(32);
  padded.set(json);
  const key = await deriveKey(linkKey, "encrypt");
  const sealed = new Uint8Array(await crypto.subtle.encrypt(gcm(iv, head), key, padded));
  return concat([head, iv, sealed]);
}
function labelBlock(sealed) {
  if (sealed[0] !== WITH_PASSPHRASE || !SIZES.includes(sealed.length)) return null;
  const block = sealed.slice(1, 1 + BLOCK);
  try {
    readBlock(block);
  } catch {
    return null;
  }
  return block;
}
async function openLabel(linkKey, sealed, block = null) {
  if (!SIZES.includes(sealed.length)) return null;
  const asked = labelBlock(sealed);
  if (!asked && sealed[0] !== PLAIN) return null;
  if (asked && !block) throw new PassphraseError(asked);
  if (block && !(asked && startsWith(asked, block))) throw new WrongKeyError();
  const begin = asked ? 1 + BLOCK : 1;
  const [head, iv] = [sealed.slice(0, begin), sealed.slice(begin, begin + NONCE)];
  const key = await deriveKey(linkKey, "decrypt");
  let json;
  try {
    json = await crypto.subtle.decrypt(gcm(iv, head), key, sealed.slice(begin + NONCE));
  } catch {
    throw new WrongKeyError();
  }
  return readLabel(new Uint8Array(json));
}
function writeLabel({ files, count, size, note, picture }, room) {
  const listed = files.slice(0, MAX_LISTED).map((file) => ({
    name: safeFilename(file.name),
    ...isSize(file.size) && { size: file.size },
    ...MEDIA_TYPE.test(file.type) && { type: file.type }
  }));
  const said = cleanNote(note);
  let shown = picture && { picture: { type: picture.type, data: toBase64(picture.data) } };
  const write = () => JSON.stringify({
    files: listed,
    ...count > listed.length && { count },
    ...isSize(size) && { size },
    ...said && { note: said },
    ...shown
  });
  const fits = () => encodeText(write()).length <= room;
  const all = listed.splice(1);
  if (!fits()) shown = null;
  listed.push(...all);
  while (listed.length > 1 && !fits()) listed.pop();
  return write();
}
function readLabel(json) {
  const said = parseJson(json);
  if (!isObject(said)) return null;
  const { files, count, size, note, picture } = said;
  if (!Array.isArray(files) || files.length === 0 || !files.every(isObject)) return null;
  return {
    files: files.slice(0, MAX_LISTED).map(readFile),
    count: Math.max(files.length, readSize(count)),
    size: readSize(size),
    note: typeof note === "string" ? cleanNote(note) : "",
    picture: readPicture(picture)
  };
}
var isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
var isSize = (size) => Number.isSafeInteger(size) && Number(size) >= 0;
var readSize = (size) => isSize(size) ? Math.abs(size) : UNKNOWN;
var readFile = ({ name, size, type }) => ({
  name: safeFilename(typeof name === "string" ? name : ""),
  size: readSize(size),
  type: typeof type === "string" && MEDIA_TYPE.test(type) ? type : ""
});
function cleanNote(note) {
  const safe = note.replace(/\r\n?/g, "\n").replaceAll("	", " ").replace(UNSAFE2, "").trim().replace(/\n{3,}/g, "\n\n");
  return Array.from(safe).slice(0, MAX_NOTE).join("").trim();
}
function readPicture(picture) {
  if (!isObject(picture) || typeof picture.type !== "string" || typeof picture.data !== "string") return null;
  let text;
  try {
    text = atob(picture.data);
  } catch {
    return null;
  }
  const isPicture = Object.hasOwn(PICTURES, picture.type) && PICTURES[picture.type](text);
  if (btoa(text) !== picture.data || text.length > MAX_PICTURE || !isPicture) return null;
  return { type: picture.type, data: Uint8Array.from(text, (char) => char.charCodeAt(0)) };
}

// assets/link/readings.js
var MOST2 = 64;
var LINE_BREAK = "(?:[ \\t]*[\\r\\n][ \\t\\r\\n>]*)?";
var INVISIBLE = /\u034f|[\ufe00-\ufe0f]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
var PERCENT = new RegExp(`(?:%${LINE_BREAK}[0-9A-Fa-f]${LINE_BREAK}[0-9A-Fa-f])+`, "g");
var ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));/g;
var SOFT_BREAK = /=[ \t]*\r?\n(?:(?:[ \t]*>)+[ \t]?)?/g;
var QUOTED = /(?:=(?:0[9AD]|[2-9A-F][0-9A-F]))+/g;
var ESCAPE = new RegExp(`\\\\(?:u([0-9A-Fa-f]{4})|([nrt])|${LINE_BREAK}([!-/:-@\\[-\`{-~]))`, "g");
var ENTITIES = new Map(
  Object.entries({
    amp: "&",
    apos: "'",
    colon: ":",
    commat: "@",
    dash: "‐",
    equals: "=",
    excl: "!",
    gt: ">",
    hyphen: "‐",
    lowbar: "_",
    lt: "<",
    nbsp: " ",
    num: "#",
    percnt: "%",
    period: ".",
    plus: "+",
    quest: "?",
    quot: '"',
    semi: ";",
    shy: "­",
    sol: "/",
    verbar: "|",
    vert: "|",
    zwj: "‍",
    zwnj: "‌",
    NewLine: "\n",
    Tab: "	"
  })
);
var decoder = new TextDecoder("utf-8", { ignoreBOM: true });
function unhex(codes) {
  const pairs = codes.replace(/[^0-9A-Fa-f]/g, "").match(/../g) ?? [];
  return decoder.decode(Uint8Array.from(pairs, (pair) => parseInt(pair, 16))).replace(/\ufffd+/g, "�");
}
function character(digits, base) {
  const code = parseInt(digits, base);
  return code > 1114111 || code >= 55296 && code <= 57343 ? "�" : String.fromCodePoint(code);
}
var unpercent = (text) => text.replace(PERCENT, unhex);
var UNDO = [
  unpercent,
  (text) => text.replace(ENTITY, (reference, decimal, hex, name) => {
    if (decimal || hex) return decimal ? character(decimal, 10) : character(hex, 16);
    return ENTITIES.get(name) ?? reference;
  }),
  (text) => text.replace(SOFT_BREAK, "").replace(QUOTED, unhex),
  (text) => text.replace(ESCAPE, (_, hex, blank, sign) => hex ? character(hex, 16) : blank ? "\n" : sign)
];
function simplify(text) {
  return text.replace(INVISIBLE, "").replace(/[\r\u0085\u2028\u2029]/g, "\n").replace(/[\t\v\f\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, " ").replace(/[\u2010\u2011]/g, "-").replace(/['`\u00ab\u00b4\u00bb\u2018-\u201f\u2039\u203a]/g, '"').replace(/<[wW][bB][rR] ?\/?>/g, "").replace(/ *\n[ \n>]*| +/g, (gap) => gap.includes("\n") ? "\n" : " ");
}
function readings(text) {
  const found = [text.replace(INVISIBLE, "")];
  for (let i = 0; i < found.length; i++) {
    for (const undo of UNDO) {
      const plain2 = undo(found[i]);
      if (found.length < MOST2 && !found.includes(plain2)) found.push(plain2);
    }
  }
  return found.map(simplify);
}

// assets/link/sightings.js
var KEY_LENGTH = 43;
var ID_LENGTH = 12;
var MAX_RUN = 1024;
var MAX_HOST = 300;
var isHex = (c) => c !== void 0 && /^[0-9a-f]$/.test(c);
var KEY = /[A-Za-z0-9_-]/;
var BASE64 = /[A-Za-z0-9_+/-]/;
var WORD = /^(?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+)(?:[-_+/](?:[A-Z]?[a-z]+|[A-Z]*|[0-9]+))*$/;
var isWord = (text) => text.length <= KEY_LENGTH && WORD.test(text);
var HOST = /^(?:[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/u;
var NAME = new RegExp(
  "^(.*[:\\[\\]])?((?:(?:[A-Za-z0-9][A-Za-z0-9_-]*\\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)|[0-9]+(?:\\.[0-9]+){3}|[Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?)$"
);
var LOCAL = /^(?:localhost(?::|$)|127\.|\[::1\])/;
var lower = (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
function trimKey(text) {
  let end = text.length;
  while (end > 0 && "-_+/".includes(text[end - 1])) end--;
  return text.slice(0, end);
}
function decodeKey(text) {
  const key = trimKey(text).replaceAll("+", "-").replaceAll("/", "_");
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(key) ? key : "";
}
var seen = (what) => ({
  origin: "",
  id: "",
  friendly: "",
  key: "",
  state: "without",
  length: 0,
  ...what
});
var isFaulty = ({ state }) => ["short", "long", "damaged"].includes(state);
function run(s, at, set) {
  let end = at;
  while (end < s.length && end - at < MAX_RUN && set.test(s[end])) end++;
  return s.slice(at, end);
}
function skip(s, at, signs) {
  while (at < s.length && signs.includes(s[at])) at++;
  return at;
}
var isAlphanumeric = (c) => /^[A-Za-z0-9]$/.test(c);
function startsWord(s, at) {
  while (at > 0 && (s[at - 1] === "-" || s[at - 1] === "_")) at--;
  return at === 0 || !isAlphanumeric(s[at - 1]);
}
var endsWord = (s, at) => trimKey(run(s, at, KEY)) === "";
function trimBreak(s) {
  let end = s.length;
  while (end > 0 && '"\n'.includes(s[end - 1])) end--;
  return "#/=".includes(s[end - 1] ?? " ") ? s.slice(0, end) : s;
}
function tokenOf(s) {
  let start = s.length;
  while (start > 0 && !' \n"<>(){}|,;'.includes(s[start - 1])) start--;
  return s.slice(start);
}
function idAt(s, at) {
  let id = "";
  for (; id.length < ID_LENGTH; at++) {
    if (id && at + 1 < s.length && s[at] === "\n") at++;
    if (!isHex(s[at])) return null;
    id += s[at];
  }
  return endsWord(s, at) ? { id, end: at } : null;
}
function gather(s, at, set) {
  let text = run(s, at, set);
  let end = at + text.length;
  while (text && text.length < KEY_LENGTH && (s[end] === " " || s[end] === "\n")) {
    const more = run(s, end + 1, set);
    const after = end + 1 + more.length;
    if (!more || more.length > KEY_LENGTH) break;
    if (isWord(more) && !(s[end] === "\n" && more.length <= 2 && endsLine(s, after))) break;
    text += more;
    end = after;
  }
  return { text, end };
}
function endsLine(s, at) {
  at = skip(s, at, '>)]"=');
  return at === s.length || s[at] === "\n";
}
function keyAt(s, at) {
  const from = skip(s, at, '\n"');
  const narrow = gather(s, from, KEY);
  const wide = gather(s, from, BASE64);
  for (const { text, end } of [narrow, wide]) {
    const key = decodeKey(text);
    if (key) return { what: seen({ key, state: "whole" }), end };
  }
  const n = trimKey(narrow.text).length;
  const w = trimKey(wide.text).length;
  if (w === 0 || s.slice(at, from).includes("\n")) return { what: seen({}), end: at };
  if (w < KEY_LENGTH) return { what: seen({ state: "short", length: w }), end: wide.end };
  if (n > KEY_LENGTH) return { what: seen({ state: "long", length: n }), end: narrow.end };
  return { what: seen({ state: "damaged", length: n }), end: wide.end };
}
function keyBehind(s, at) {
  let next = skip(s, at, "\n");
  if (s[next] === "/") {
    const key = keyAt(s, next + 1);
    if (key.what.state !== "without") return key;
    at = next + 1;
    next = at;
  }
  if (s[next] === "?" || s[next] === "&") {
    while (next < s.length && !'# \n"<>()[]{}|'.includes(s[next])) next++;
  }
  if (s[next] !== "#") return { what: seen({}), end: at };
  next = skip(s, next, "#");
  const other = idAt(s, next);
  if (other && s[other.end] === "/") return { what: seen({}), end: at };
  return keyAt(s, next);
}
function nameIn(address) {
  const [before, ...path] = address.replace(/^[/:_]+/, "").split("/", 2);
  let from = before.length;
  while (from > 0 && /[A-Za-z0-9._:[\]-]/.test(before[from - 1])) from--;
  if (path.length === 0 || before.length - from > MAX_HOST) return "";
  const name = NAME.exec(before.slice(from));
  const isEnd = !name?.[1] && /[\p{L}\p{N}]$/u.test(before.slice(0, from));
  return name && !isEnd ? name[2] : "";
}
function originIn(address) {
  for (let plain2 = unpercent(address); plain2 !== address; plain2 = unpercent(address)) address = plain2;
  if (/[?&]id=$/.test(address)) address = address.slice(0, Math.max(0, address.lastIndexOf("?")));
  else if (address.endsWith("=")) return "";
  const value = Math.max(address.lastIndexOf("?"), address.lastIndexOf("="), address.lastIndexOf("&")) + 1;
  for (const part2 of [address.slice(value), address]) {
    const at = part2.lastIndexOf("://");
    if (at >= 0) {
      let from = at;
      while (from > 0 && isAlphanumeric(part2[from - 1])) from--;
      const scheme = lower(part2.slice(from, at));
      const host2 = lower(part2.slice(at + 3).split(/[/?#\\]/)[0]);
      return /^https?$/.test(scheme) && HOST.test(host2) ? `${scheme}://${host2}` : null;
    }
    const host = lower(nameIn(part2));
    if (host) return LOCAL.test(host) ? `http://${host}` : `https://${host}`;
  }
  return "";
}
function originBefore(s, at) {
  let before = trimBreak(s.slice(0, at));
  const address = tokenOf(before);
  const origin = originIn(address);
  before = before.slice(0, before.length - address.length);
  if (!before.endsWith("\n") || address.includes("://")) return origin;
  const above = tokenOf(before.slice(0, -1));
  const scheme = above.lastIndexOf("://");
  if (above.includes("#")) return origin;
  if (scheme >= 0 && !/[/?]/.test(above.slice(scheme + 3))) return "";
  return origin === "" ? originIn(above) : origin;
}
var isRequested = (s, at) => trimBreak(s.slice(0, at)).endsWith("/r/#");
function keyAfter(s, first, at) {
  const next = skip(s, at, '"\n');
  return first.state === "whole" && s[next] === "/" ? keyAt(s, next + 1).what : seen({});
}
function requests(s) {
  const found = [];
  for (let at = 0; at < s.length; at++) {
    if (!isHex(s[at]) || !startsWord(s, at)) continue;
    const id = idAt(s, at);
    if (!id) continue;
    const { what: seed, end } = keyBehind(s, id.end);
    const second = keyAfter(s, seed, end);
    const isWhole = second.state === "whole";
    if (!isWhole && !isRequested(s, at)) continue;
    const first = seed.state === "whole" ? second : seed;
    const lacks = isFaulty(first) ? first : seen({ state: "short" });
    const { key, state, length } = isWhole ? seed : lacks;
    const origin = originBefore(s, at);
    if (origin !== null) found.push({ ...seen({ origin, id: id.id, key, state, length }), publicKey: second.key });
  }
  return found;
}

// assets/link/read.js
var MAX_TEXT = 32 * 1024;
function readRequest(text) {
  const none = (reason) => ({ origin: "", id: "", seed: "", publicKey: "", reason, length: 0 });
  if (isTooLong(text)) return none("long_text");
  const all = readings(text).flatMap(requests);
  if (all.length === 0) return none("no_link");
  let best = all[0];
  for (const one of all) {
    const another = one.id !== best.id || one.origin && best.origin && one.origin !== best.origin || !isFaulty(one) && !isFaulty(best) && (one.key !== best.key || one.publicKey !== best.publicKey);
    if (another) return none("several_links");
    const tellsMore = ORDER.indexOf(one.state) < ORDER.indexOf(best.state) || isFaulty(one) && isFaulty(best) && one.length > best.length;
    best = { ...tellsMore ? one : best, origin: best.origin || one.origin };
  }
  const { origin, id, key, publicKey, length } = best;
  if (isFaulty(best)) return { ...none(`${best.state}_key`), origin, id, length };
  return { origin, id, seed: key, publicKey, reason: "", length: 0 };
}
var isTooLong = (text) => new TextEncoder().encode(text).length > MAX_TEXT;
var ORDER = ["whole", "derived", "short", "long", "damaged", "without"];

// assets/shared/contract.js
var part = encodeURIComponent;
var headers = {
  contentType: "content-type",
  contentLength: "content-length",
  retryAfter: "retry-after",
  requestAuth: "x-sgraph-request-auth",
  accessToken: "x-sgraph-access-token",
  deleteAuth: "x-sgraph-transfer-delete-auth",
  downloadPermit: "x-sgraph-download-permit",
  downloadClaim: "x-sgraph-download-claim",
  range: "range",
  ifRange: "if-range",
  contentEncoding: "content-encoding",
  eTag: "etag",
  contentRange: "content-range"
};
var paths = {
  config: "/api/send/config",
  status: "/info/status",
  server: "/info/server",
  versions: "/info/versions",
  listTransfers: "/transfers/list",
  showTransfer: (transferId) => `/transfers/show/${part(transferId)}`,
  takeDownTransfer: (transferId) => `/transfers/take-down/${part(transferId)}`,
  initiateUpload: "/api/presigned/initiate",
  resumeUpload: "/api/presigned/resume",
  assembleUpload: "/api/presigned/complete",
  cancelUpload: (transferId, uploadId) => `/api/presigned/cancel/${part(transferId)}/${part(uploadId)}`,
  downloadUrl: (transferId) => `/api/presigned/download-url/${part(transferId)}`,
  getLink: (link) => `/api/presigned/bytes/${part(link)}`,
  createRequest: "/api/requests/create",
  requestInfo: (requestId) => `/api/requests/info/${part(requestId)}`,
  requestTransfers: (requestId) => `/api/requests/transfers/${part(requestId)}`,
  closeRequest: (requestId) => `/api/requests/delete/${part(requestId)}`,
  login: "/auth/login",
  currentSession: "/auth/session",
  logout: "/auth/logout",
  listSessions: "/auth/sessions",
  endSession: (sessionId) => `/auth/sessions/${part(sessionId)}`,
  endOtherSessions: "/auth/sessions",
  showSignOn: "/auth/sso",
  beginSignOn: "/auth/sso",
  createToken: "/tokens/create",
  revokeToken: (tokenName) => `/tokens/revoke/${part(tokenName)}`,
  reactivateToken: (tokenName) => `/tokens/reactivate/${part(tokenName)}`,
  updateTokenLimit: (tokenName) => `/tokens/update-limit/${part(tokenName)}`,
  listTokenDetails: "/tokens/list-details",
  checkToken: (tokenName) => `/api/transfers/check-token/${part(tokenName)}`,
  createTransfer: "/api/transfers/create",
  completeTransfer: (transferId) => `/api/transfers/complete/${part(transferId)}`,
  transferInfo: (transferId) => `/api/transfers/info/${part(transferId)}`,
  downloadTransfer: (transferId) => `/api/transfers/download/${part(transferId)}`,
  deleteTransfer: (transferId) => `/api/transfers/delete/${part(transferId)}`,
  confirmDownload: (transferId) => `/api/transfers/confirm/${part(transferId)}`,
  changeExpiry: (transferId) => `/api/transfers/expiry/${part(transferId)}`,
  pulse: "/health/pulse",
  activity: "/health/activity",
  storage: "/health/storage",
  services: "/health/services",
  alarms: "/health/alarms",
  serving: "/health/versions",
  listEvents: "/audit/events",
  exportEvents: "/audit/export",
  chainHead: "/audit/head",
  showWebhook: "/webhook",
  revealWebhook: "/webhook/reveal",
  testWebhook: "/webhook/test"
};

// assets/shared/http.js
var STATUSES = {
  0: "no_answer",
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  409: "conflict",
  410: "gone",
  413: "too_large",
  416: "out_of_range",
  429: "limited",
  500: "internal",
  502: "no_proper_answer",
  503: "unavailable",
  504: "no_answer_in_time",
  507: "full"
};
var codeOf = (status) => STATUSES[status] ?? (status < 500 ? "invalid" : "internal");
var ApiError = class extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {{ code?: Code, detail?: string, retryAfter?: number }} [why] detail is for people, retryAfter in seconds
   */
  constructor(status, { code = codeOf(status), detail = "", retryAfter = 0 } = {}) {
    super(detail || code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
};
async function request(method, path, { headers: headers2 = {}, json, signal, credentials = "omit" } = {}) {
  const body = json === void 0 ? void 0 : JSON.stringify(json);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === void 0 ? headers2 : { [headers.contentType]: "application/json", ...headers2 },
      body,
      signal,
      credentials,
      cache: "no-store",
      referrerPolicy: "no-referrer"
    });
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ApiError(0);
  }
  if (response.ok) return response;
  const text = await response.text().catch(() => "");
  throw errorOf(response.status, text, response.headers.get(headers.retryAfter));
}
async function read(response) {
  try {
    return await response.json();
  } catch {
    throw new ApiError(502);
  }
}
function errorOf(status, body, retryAfter) {
  let said;
  try {
    said = JSON.parse(body);
  } catch {
  }
  const detail = Array.isArray(said?.detail) ? said.detail.map(({ msg }) => msg).join("; ") : said?.detail;
  return new ApiError(status, {
    code: typeof said?.code === "string" ? said.code : void 0,
    detail: typeof detail === "string" ? detail : "",
    retryAfter: Number(retryAfter) || 0
  });
}

// assets/net/api.js
var DEFAULTS = {
  max_bytes: 0,
  direct_bytes: 5 * 1024 * 1024,
  default_ttl_seconds: 7 * 86400,
  max_ttl_seconds: 30 * 86400,
  token_required: true
};
async function getConfig() {
  const response = await request("GET", paths.config);
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  const ahead = serverTime - Date.now();
  const said = await read(response);
  return { ...DEFAULTS, ...said, clock_offset: Math.abs(ahead) > 5e3 ? ahead : 0 };
}
var get = async (path) => read(await request("GET", path));
var getInfo = (id) => get(paths.transferInfo(id));
var deleteTransfer = (id, secret) => request("DELETE", paths.deleteTransfer(id), { headers: { [headers.deleteAuth]: secret } });
var changeExpiry = async (id, secret, expires) => {
  const json = { expires_at: expires.toISOString() };
  return read(await request("POST", paths.changeExpiry(id), { headers: { [headers.deleteAuth]: secret }, json }));
};
var getRequest = (id) => get(paths.requestInfo(id));

// assets/script-url.js
var policy = (
  /** @type {any} */
  globalThis.trustedTypes?.createPolicy("scripts", {
    createScriptURL: (url) => {
      if (new URL(url, location.href).origin !== location.origin) throw new TypeError("not a script of ours");
      return url;
    }
  })
);
var scriptURL = (url) => policy?.createScriptURL(url) ?? url;

// assets/shared/language.js
var coming = (
  /** @type {any} */
  globalThis.sgraphCatalogue
);
var catalogue = coming ? await coming : null;
var language = catalogue ? document.documentElement.lang : "en";
var forms = new Intl.PluralRules(language);
var t = (text, values = {}) => filled(catalogue?.[text] ?? text, values);
function tn(one, other, count, values = {}) {
  const form = catalogue?.[`${other}_${forms.select(count)}`] ?? catalogue?.[`${other}_other`];
  return filled(form ?? (count === 1 ? one : other), { count, ...values });
}
var parts = (text, nodes) => t(text).split(/\{\{(\w+)\}\}/).map((part2, i) => i % 2 ? nodes[part2] : part2).filter(Boolean);
var sentences = (...all) => all.filter(Boolean).join(["ja", "zh"].includes(language) ? "" : " ");
var filled = (text, values) => text.replace(/\{\{(\w+)\}\}/g, (all, name) => {
  const value = values[name] ?? all;
  return typeof value === "number" ? value.toLocaleString(language) : value;
});

// assets/crypto/crossing.js
function crossed({ name, message, ...said }) {
  if (name === "ApiError") return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === "AbortError") return new DOMException(message, name);
  if (said.code === "needs-passphrase") return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}

// assets/crypto/client.js
var CryptoClient = class {
  /** @type {Worker | null} */
  #started = null;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (why: unknown) => void, on: Record<string, any> }>} */
  #waiting = /* @__PURE__ */ new Map();
  #lastId = 0;
  /** Why the worker does not work, once it does not. @type {Error | null} */
  #broken = null;
  get #worker() {
    if (this.#started) return this.#started;
    const worker = new Worker(scriptURL(new URL("./worker.js", import.meta.url).href), { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#answer(data));
    worker.addEventListener("error", () => this.#fail(t("The encryption module did not start. Reload the page.")));
    this.#started = worker;
    return worker;
  }
  /** Has it there before it is asked for anything, by when a deploy may have taken away what it is made of. */
  start() {
    return this.#call("start", []);
  }
  /**
   * Seals and sends, all in the worker: no byte of it passes through the page. Returns the transfer's id.
   * @param {Upload} what
   * @param {Pick<import('../net/upload.js').Options, 'signal' | 'onCreated' | 'onProgress' | 'onWait'>} options
   * @returns {Promise<string>}
   */
  upload(what, { signal, ...on }) {
    return this.#call("upload", [what], { signal, on });
  }
  /**
   * Receives and opens, all in the worker: no byte of it passes through the page.
   * @param {SealedTransfer} sealed
   * @param {Receiving} options
   * @returns {Promise<Received>}
   */
  receive(sealed, { signal, ...on }) {
    return this.#call("receive", [sealed], { signal, on });
  }
  /**
   * Receives one of the files that receive listed, by its number.
   * @param {string} id
   * @param {number} number
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveOne(id, number2, { signal, ...on }) {
    return this.#call("receiveOne", [id, number2], { signal, on });
  }
  /**
   * Receives all of them as a ZIP archive.
   * @param {string} id
   * @param {Receiving} options
   * @returns {Promise<One>}
   */
  receiveArchive(id, { signal, ...on }) {
    return this.#call("receiveArchive", [id], { signal, on });
  }
  /**
   * Receives all of them into a new folder, and returns what that is called.
   * @param {string} id
   * @param {FileSystemDirectoryHandle} folder
   * @param {Receiving} options
   * @returns {Promise<string>}
   */
  receiveFolder(id, folder, { signal, ...on }) {
    return this.#call("receiveFolder", [id, folder], { signal, on });
  }
  /**
   * How the download of a transfer stands.
   * @param {string} id
   * @returns {Promise<State>}
   */
  stateOf(id) {
    return this.#call("stateOf", [id]);
  }
  /**
   * To be called when a download can be had no more, or shall not.
   * @param {string} id
   */
  forget(id) {
    return this.#call("forget", [id]);
  }
  /**
   * Fetches again what has arrived: it is not what was sent.
   * @param {string} id
   */
  distrust(id) {
    return this.#call("distrust", [id]);
  }
  /**
   * @param {string} token
   * @returns {Promise<{ id: string, key: Key }>}
   */
  friendly(token) {
    return this.#call("friendly", [token]);
  }
  /**
   * Mixes a passphrase into a link's key. The block is that of what was sealed, or a new one. It takes about a second;
   * onProgress gets how much of it is done, from 0 to 1.
   * @param {Key} key
   * @param {string} passphrase
   * @param {Bytes | null} [block]
   * @param {{ onProgress?: (done: number) => void }} [on]
   * @returns {Promise<{ key: Key, block: Bytes }>}
   */
  lock(key, passphrase, block = null, on = {}) {
    return this.#call("lock", [key, passphrase, block], { on });
  }
  /** @returns {Promise<{ publicKey: Bytes, keys: CryptoKeyPair }>} */
  newRequestKeys() {
    return this.#call("newRequestKeys", []);
  }
  /**
   * Seals a link's key to a request.
   * @param {Bytes} publicKey
   * @param {string} requestId
   * @param {Key} key
   * @returns {Promise<Bytes>}
   */
  sealKey(publicKey, requestId, key) {
    return this.#call("sealKey", [publicKey, requestId, key]);
  }
  /**
   * Opens a key that was sealed to a request.
   * @param {import('./request.js').RequestKeys} keys
   * @param {string} requestId
   * @param {Bytes} sealed
   * @returns {Promise<Key>}
   */
  openKey(keys2, requestId, sealed) {
    return this.#call("openKey", [keys2, requestId, sealed]);
  }
  /**
   * What shows that somebody has a request's link, out of its seed.
   * @param {Bytes} seed
   * @returns {Promise<Bytes>}
   */
  grant(seed) {
    return this.#call("grant", [seed]);
  }
  /**
   * @param {string} call
   * @param {unknown[]} args
   * @param {Line} [line] `on` has what is called by the events of a call that takes a while
   * @returns {Promise<any>}
   */
  #call(call, args, { handOver = [], signal, on = {} } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#broken) throw this.#broken;
      signal?.throwIfAborted();
      this.#waiting.set(id, { resolve, reject, on });
      const abort = () => this.#worker.postMessage({ id, abort: String(signal?.reason?.message ?? "cancelled") });
      signal?.addEventListener("abort", abort, { once: true });
      this.#worker.postMessage({ id, call, args }, handOver);
    });
  }
  /** @param {{ id: number, value: unknown, error?: any, event?: string, args: unknown[], question?: any }} answer */
  #answer({ id, value, error, event, args, question }) {
    const asked = this.#waiting.get(id);
    if (question) {
      asked?.on.place(question).then((answer2) => {
        this.#worker.postMessage({ id, answer: answer2 }, "port" in answer2 ? [answer2.port] : []);
      }, asked.reject);
      return;
    }
    if (event) {
      asked?.on[event]?.(...args);
      return;
    }
    this.#waiting.delete(id);
    if (error) asked?.reject(crossed(error));
    else asked?.resolve(value);
  }
  /** @param {string} message */
  #fail(message) {
    this.#broken = Object.assign(new Error(message), { code: "worker" });
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }
};

// assets/crypto/key.js
var newSecret = () => crypto.getRandomValues(new Uint8Array(32));
var writeKey = toBase64url;
var FRIENDLY_SALT = encodeText("sgraph-send-v1");
async function hashSecret(secret) {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encodeText(secret))));
}

// assets/files/tree.js
var isFolder = (path) => path.endsWith("/");

// assets/files/again.js
function remembered(entries) {
  const handles = entries.flatMap(({ handle }) => handle ?? []);
  return {
    files: entries.map(({ path, file: { size, lastModified: modified, type } }) => ({ path, size, modified, type })),
    handles: handles.length === entries.length ? handles : null
  };
}
function sameFiles(files, entries) {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const found = { entries: [], missing: [], changed: [] };
  for (const { path, size, type } of files) {
    if (isFolder(path)) {
      found.entries.push({ path, file: new File([], "") });
      continue;
    }
    const entry = byPath.get(path);
    if (!entry) {
      found.missing.push(path);
      continue;
    }
    if (entry.file.size !== size) found.changed.push(path);
    const isSame = entry.file.type === type;
    const { name, lastModified } = entry.file;
    const file = isSame ? entry.file : new File([entry.file], name, { type, lastModified });
    found.entries.push({ path, file });
  }
  return found;
}

// assets/files/picture.js
var SIDE = 160;
var SOURCE_MAX = 64 * 1024 * 1024;
var KINDS = /^image\/(avif|bmp|gif|jpeg|png|webp)$/;
var WAYS = [
  { side: SIDE, quality: 0.8 },
  { side: SIDE, quality: 0.5 },
  { side: 112, quality: 0.5 },
  { side: 80, quality: 0.4 }
];
async function smallPicture(file) {
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
  }
  return null;
}
async function draw(image, { side, quality }) {
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((pixels) => Math.max(1, Math.round(pixels * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("nothing to draw on");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const picture = await canvas.convertToBlob({ type: "image/webp", quality });
  if (picture.type === "image/webp") return picture;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

// assets/files/called.js
var UNNAMED = "files";
function called(name, entries) {
  if (name !== UNNAMED) return name;
  const files = entries.filter(({ path }) => !isFolder(path)).length;
  return files ? tn("{{count}} file", "{{count}} files", files) : t("Empty folders");
}

// assets/files/selection.js
async function dropped(transfer) {
  const roots = [];
  for (const item of transfer.items ?? []) {
    const root = item.kind === "file" && item.webkitGetAsEntry?.();
    if (root) roots.push({ root, handle: handleOf(item) });
  }
  if (roots.length === 0) return picked(transfer.files);
  const all = roots.map(async ({ root, handle }) => {
    const entries = await walk(root, "");
    const found = root.isFile && await handle;
    return found ? entries.map((entry) => ({ ...entry, handle: found })) : entries;
  });
  return (await Promise.all(all)).flat();
}
async function handleOf(item) {
  try {
    return await /** @type {any} */
    item.getAsFileSystemHandle?.() ?? null;
  } catch {
    return null;
  }
}
var opened = (handles) => Promise.all(handles.map(async (handle) => ({ path: handle.name, file: await handle.getFile(), handle })));
function picked(files) {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}
async function walk(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    const found = (
      /** @type {FileSystemFileEntry} */
      entry
    );
    return [{ path, file: await new Promise((resolve, reject) => found.file(resolve, reject)) }];
  }
  const reader = (
    /** @type {FileSystemDirectoryEntry} */
    entry.createReader()
  );
  const children = [];
  for (; ; ) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) break;
    children.push(...batch);
  }
  if (children.length === 0) return [{ path: `${path}/`, file: new File([], entry.name) }];
  return (await Promise.all(children.map((child) => walk(child, `${path}/`)))).flat();
}
function merge(entries, added) {
  const taken = new Set(entries.map(({ path }) => path));
  const renamed = added.flatMap(({ path, ...entry }) => {
    if (path.endsWith("/") && taken.has(path)) return [];
    const free = freePath(path, taken);
    taken.add(free);
    return [{ ...entry, path: free }];
  });
  return [...entries, ...renamed];
}
function freePath(path, taken) {
  if (!taken.has(path)) return path;
  const dot = path.lastIndexOf(".");
  const [stem, ending] = dot > path.lastIndexOf("/") + 1 ? [path.slice(0, dot), path.slice(dot)] : [path, ""];
  for (let n = 2; ; n++) {
    const candidate = `${stem} (${n})${ending}`;
    if (!taken.has(candidate)) return candidate;
  }
}
var isHidden = ({ path }) => path.split("/").some((part2) => part2.startsWith("."));
var totalSize = (entries) => entries.reduce((sum, { file }) => sum + file.size, 0);
var isContainer = (entries) => entries.length > 1 || entries.some(({ path }) => path.includes("/"));
function sendName(entries) {
  if (!isContainer(entries)) return entries[0].path;
  const roots = new Set(entries.map(({ path }) => path.split("/")[0]));
  return roots.size === 1 ? [...roots][0] : UNNAMED;
}
function shownName(entries) {
  const name = sendName(entries);
  return isContainer(entries) ? called(name, entries) : name;
}

// assets/files/label.js
async function labelOf(content, note) {
  if ("text" in content) {
    const { size: size2 } = new Blob([content.text]);
    return { files: [{ name: "message.txt", size: size2, type: "text/plain" }], count: 1, size: size2, note, picture: null };
  }
  const { entries } = content;
  const size = totalSize(entries);
  const listed = entries.filter(({ path }) => !isFolder(path));
  const files = (listed.length ? listed : entries).map(({ path, file }) => ({
    name: path.replace(/\/$/, ""),
    size: file.size,
    type: file.type
  }));
  const picture = entries.length === 1 ? await smallPicture(entries[0].file) : null;
  return { files, count: files.length, size, note, picture };
}

// assets/net/patience.js
var PASSING = [0, 408, 425, 429, 500, 502, 503, 504];
var isPassing = (error) => error instanceof ApiError && PASSING.includes(error.status);

// assets/crypto/stream.js
var FAMILY = concat([encodeText("SGSEND"), Uint8Array.of(0)]);
var TAG2 = 16;
var SEGMENT = 1024 * 1024;
var SALT2 = 32;
var PREFIX = 7;
var HEADER = 1 + SALT2 + PREFIX;
var MAX_SEGMENTS = 2 ** 32 - 1;
var firstPlain = SEGMENT - HEADER - TAG2;
var nextPlain = SEGMENT - TAG2;
var RANDOM = SALT2 + PREFIX;
var MAX_HEAD = FAMILY.length + 1 + BLOCK + HEADER;

// assets/net/database.js
var answer = (request2) => new Promise((resolve, reject) => {
  request2.onsuccess = () => resolve(request2.result);
  request2.onerror = () => reject(request2.error);
});
var LAST = 2 ** 32;
var rowsOf = (id) => IDBKeyRange.bound([id, 0], [id, LAST]);
var Database = class {
  #name;
  #stores;
  #durability;
  /** @type {Promise<IDBDatabase> | undefined} */
  #opened;
  /**
   * @param {string} name
   * @param {string[]} stores
   * @param {'strict' | 'default'} durability
   */
  constructor(name, stores, durability) {
    this.#name = name;
    this.#stores = stores;
    this.#durability = durability;
  }
  /**
   * Does something with some stores in one step, all of it or nothing.
   * @template R
   * @param {string[]} names
   * @param {(...stores: IDBObjectStore[]) => Promise<R>} task
   * @returns {Promise<R>}
   */
  async transact(names, task) {
    this.#opened ??= this.#open();
    const db = await this.#opened;
    const transaction = db.transaction(names, "readwrite", { durability: this.#durability });
    const complete = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const [result] = await Promise.all([task(...names.map((name) => transaction.objectStore(name))), complete]);
    return result;
  }
  #open() {
    const request2 = indexedDB.open(this.#name, 1);
    request2.onupgradeneeded = () => {
      for (const store of this.#stores) request2.result.createObjectStore(store);
    };
    return answer(request2).then((db) => {
      db.onclose = () => {
        this.#opened = void 0;
      };
      return db;
    });
  }
};
var sending = new Database("sgraph-sending", ["uploads", "tags", "sent", "requests"], "strict");

// assets/net/unfinished.js
var PENDING = 24 * 3600 * 1e3;
var eraseRows = (id, ...stores) => Promise.all(stores.map((store) => answer(store.delete(rowsOf(id)))));
var lockName = (id) => `sgraph-send upload ${id}`;
function unfinished() {
  return sending.transact(["uploads", "tags", "sent"], async (uploads, tags, sent) => {
    const all = await answer(uploads.getAll());
    const kept = await Promise.all(
      all.map(async (begun) => {
        if (begun.ends <= Date.now()) {
          await Promise.all([answer(uploads.delete(begun.id)), eraseRows(begun.id, tags, sent)]);
          return [];
        }
        const parts2 = await answer(sent.getAll(rowsOf(begun.id)));
        return [{ begun, sent: parts2.reduce((sum, bytes2) => sum + bytes2, 0) }];
      })
    );
    return kept.flat();
  });
}
var isUnfinished = (id) => Journal.find(id).then(
  (journal) => journal !== null,
  () => false
  // the browser keeps nothing
);
async function forget(id) {
  await sending.transact(
    ["uploads", "tags", "sent"],
    (uploads, tags, sent) => Promise.all([answer(uploads.delete(id)), eraseRows(id, tags, sent)])
  );
}
var Journal = class _Journal {
  #begun;
  /** Numbers of the segments that left. @type {Set<number>} */
  #known = /* @__PURE__ */ new Set();
  /** Until what was to be kept before is. @type {Promise<void>} */
  #keeping = Promise.resolve();
  /** @param {Begun} begun */
  constructor(begun) {
    this.#begun = begun;
  }
  /**
   * Keeps an upload that begins. Null where the browser keeps nothing: then it can only be sent in one go.
   * @param {Plan} plan
   * @param {{ id: string, random: Bytes, size: number }} stream
   */
  static async begin(plan, stream) {
    const ends = Math.min(Date.now() + PENDING, plan.expires);
    const journal = new _Journal({ ...plan, ...stream, ends });
    try {
      await journal.#restart();
      return journal;
    } catch {
      return null;
    }
  }
  /**
   * What is kept of an upload; null where another tab has finished or forgotten it.
   * @param {string} id
   */
  static async find(id) {
    const begun = await sending.transact(["uploads"], (uploads) => answer(uploads.get(id)));
    return begun ? new _Journal(begun) : null;
  }
  get begun() {
    return this.#begun;
  }
  /**
   * What to seal the same again from.
   * @returns {Promise<Kept>}
   */
  async kept() {
    const { id, random, size } = this.#begun;
    const [firsts, runs] = await sending.transact(
      ["tags"],
      (tags2) => Promise.all([answer(tags2.getAllKeys(rowsOf(id))), answer(tags2.getAll(rowsOf(id)))])
    );
    const starts = (
      /** @type {[string, number][]} */
      firsts.map(([, first]) => first)
    );
    const count = starts.reduce((most, first, i) => Math.max(most, first + runs[i].length / TAG2), 0);
    const tags = new Uint8Array(count * TAG2);
    for (const [i, first] of starts.entries()) {
      tags.set(runs[i], first * TAG2);
      for (let n = 0; n < runs[i].length / TAG2; n++) this.#known.add(first + n);
    }
    return { random, size, tags };
  }
  /**
   * Whether all of these segments left before.
   * @param {Tagged[]} segments
   */
  knows(segments) {
    return segments.every(({ index }) => this.#known.has(index));
  }
  /**
   * Keeps the tags of segments that follow each other. Only then may they leave. Two parts that have a segment in common
   * are kept one after the other: else the row of one could replace that of the other, and its tags.
   * @param {Tagged[]} segments
   */
  leaving(segments) {
    const keeps = this.#keeping.then(() => this.#keep(segments));
    this.#keeping = keeps.catch(() => {
    });
    return keeps;
  }
  /** @param {Tagged[]} segments */
  async #keep(segments) {
    const fresh = segments.findIndex(({ index }) => !this.#known.has(index));
    if (fresh < 0) return;
    const added = segments.slice(fresh);
    const run2 = new Uint8Array(added.length * TAG2);
    for (const [i, { tag }] of added.entries()) run2.set(tag, i * TAG2);
    await sending.transact(["tags"], (tags) => answer(tags.put(run2, [this.#begun.id, added[0].index])));
    for (const { index } of added) this.#known.add(index);
  }
  /**
   * Notes that a part arrived, for who asks how far it is. What the service has it says itself.
   * @param {number} part
   * @param {number} bytes
   */
  async arrived(part2, bytes2) {
    const put = sending.transact(["sent"], (sent) => answer(sent.put(bytes2, [this.#begun.id, part2])));
    await put.catch(() => {
    });
  }
  /**
   * Begins again, under other random bytes: nothing of what was known is of this stream.
   * @param {Bytes} random
   */
  async startOver(random) {
    this.#begun = { ...this.#begun, random };
    await this.#restart();
  }
  async #restart() {
    this.#known.clear();
    const { id } = this.#begun;
    await sending.transact(
      ["uploads", "tags", "sent"],
      (uploads, tags, sent) => Promise.all([answer(uploads.put(this.#begun, id)), eraseRows(id, tags, sent)])
    );
  }
};

// assets/shared/dom.js
var SVG = "http://www.w3.org/2000/svg";
var el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
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
var icon = (name) => svg("svg", { "aria-hidden": "true" }, svg("use", { href: `${ICONS}#${name}` }));
var facts = (rows) => rows.flatMap(([term, fact]) => [el("dt", {}, term), el("dd", {}, fact)]);
function find(root, selector, type = (
  /** @type {any} */
  HTMLElement
)) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`);
  return found;
}
function show(root, name) {
  for (
    const view of
    /** @type {NodeListOf<HTMLElement>} */
    root.querySelectorAll("[data-view]")
  ) {
    view.hidden = view.dataset.view !== name;
  }
  return find(root, `[data-view="${name}"]`);
}
function announce(heading) {
  heading.focus({ preventScroll: true });
  heading.closest(".card")?.scrollIntoView({ block: "nearest" });
}
function copyButton(words, value, { picture = "copy", wordless, primary, onCopied, onRefused } = {}) {
  const said = el("span", { class: wordless ? "visually-hidden" : "", "aria-live": "polite" }, words);
  const kind = wordless ? "button quiet square" : primary ? "button primary" : "button";
  const button = el("button", { type: "button", class: kind, title: wordless && words }, icon(picture), said);
  let timer = 0;
  const say2 = (name, text) => {
    said.textContent = text;
    button.firstChild?.replaceWith(icon(name));
  };
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(value());
      say2("check", t("Copied"));
      onCopied?.();
    } catch {
      say2(picture, t("Press Ctrl+C"));
      onRefused?.();
    }
    clearTimeout(timer);
    timer = window.setTimeout(() => say2(picture, words), 2500);
  });
  return button;
}
var Problem = class extends Error {
  /**
   * @param {string} message
   * @param {HTMLElement} [field]
   */
  constructor(message, field) {
    super(message);
    this.field = field;
  }
};
function dialog({ title, body, action, danger, submit, dismiss = t("Cancel") }) {
  let result;
  const error = el("p", { class: "note bad", role: "alert" });
  const close = () => {
    box.close();
  };
  const ok = el("button", { class: `button primary ${danger ? "danger" : ""}` }, action);
  const send = async (event) => {
    event.preventDefault();
    error.textContent = "";
    ok.disabled = true;
    try {
      result = await submit?.(form.elements);
      box.close();
    } catch (problem) {
      error.textContent = /** @type {Error} */
      problem.message;
      if (problem instanceof Problem) problem.field?.focus();
    } finally {
      ok.disabled = false;
    }
  };
  const leave = { type: "button", class: action ? "button" : "button primary", click: close, autofocus: danger };
  const form = el(
    "form",
    { method: "dialog", novalidate: true, submit: send },
    el("h2", { id: "dialog-title" }, title),
    body,
    error,
    el("footer", {}, el("button", leave, dismiss), action && ok)
  );
  const box = el("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(box);
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("close", () => {
      box.remove();
      resolve(result);
    });
  });
}

// assets/shared/format.js
var SIZES2 = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
function bytes(count) {
  let step = 0;
  let value = count;
  while (value >= 1024 && step < SIZES2.length - 1) {
    value /= 1024;
    step++;
  }
  if (step === 0) return unbroken(inUnits(value, "byte", { unitDisplay: "long", useGrouping: false }));
  const maximumFractionDigits = value >= 100 || Number.isInteger(value) ? 0 : 1;
  return unbroken(inUnits(value, SIZES2[step], { unitDisplay: "short", maximumFractionDigits }).replace("kB", "KB"));
}
var unbroken = (text) => text.replaceAll(" ", " ");
var speed = (bytesPerSecond) => `${bytes(Math.round(bytesPerSecond))}/s`;
function span(seconds) {
  const [count, unit] = rough(seconds);
  return inUnits(count, unit, { unitDisplay: unit === "second" || unit === "minute" ? "short" : "long" });
}
function rough(seconds) {
  if (seconds < 90) return [Math.max(1, Math.round(seconds)), "second"];
  if (seconds < 90 * 60) return [Math.round(seconds / 60), "minute"];
  if (seconds < 36 * 3600) return [Math.round(seconds / 3600), "hour"];
  return [Math.round(seconds / 86400), "day"];
}
var inUnits = (value, unit, options) => value.toLocaleString(language, { style: "unit", unit, ...options });
var number = (count) => count.toLocaleString(language);
var percent = (part2) => (Math.floor(part2 * 100) / 100).toLocaleString(language, { style: "percent", maximumFractionDigits: 0 });
var DATES = language === "en" ? "en-GB" : language;
function moment(date) {
  return date.toLocaleString(DATES, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: date.getFullYear() === (/* @__PURE__ */ new Date()).getFullYear() ? void 0 : "numeric",
    hour: "2-digit",
    minute: "2-digit"
  });
}
function minute(date) {
  const two = (part2) => String(part2).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
var relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
function until(date, now = /* @__PURE__ */ new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1e3;
  if (seconds <= 0) return t("expired {{moment}}", { moment: moment(date) });
  return t("{{span}} ({{moment}})", {
    span: relative.format(...rough(seconds)),
    moment: unbroken(moment(date))
  });
}

// assets/ui/error-note.js
var ErrorNote = class extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "alert");
  }
  /** @param {import('../words.js').Words} words */
  show({ title, text }) {
    this.replaceChildren(el("div", {}, icon("alert"), el("div", {}, el("b", {}, title), el("p", {}, text))));
    this.scrollIntoView({ block: "nearest" });
  }
  clear() {
    this.replaceChildren();
  }
};
customElements.define("error-note", ErrorNote);

// assets/ui/name.js
var SHOWN = 64;
var ENDING = 20;
var CUT_FROM = 16;
var ROW_ENDING = 12;
var TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
function nameOf(name) {
  const characters = Array.from(name.replace(TURNS, ""));
  const isLong = characters.length > SHOWN;
  const shown = isLong ? `${characters.slice(0, SHOWN - ENDING).join("")}…${characters.slice(-ENDING).join("")}` : characters.join("");
  return el("bdi", { title: isLong && name }, shown);
}
function rowOf(name) {
  const characters = Array.from(name.replace(TURNS, ""));
  if (characters.length < CUT_FROM) return el("bdi", { class: "name" }, characters.join(""));
  const at = characters.length - ROW_ENDING;
  return el(
    "bdi",
    { class: "name cut", title: name },
    el("span", {}, characters.slice(0, at).join("")),
    el("span", {}, characters.slice(at).join(""))
  );
}
var isolated = (name) => `⁨${name.replace(TURNS, "")}⁩`;

// assets/ui/file-picker.js
var SHOWN2 = 100;
var FilePicker = class extends HTMLElement {
  /** @type {Entry[]} */
  entries = [];
  #depth = 0;
  // of drags into elements of the page
  connectedCallback() {
    for (
      const input of
      /** @type {NodeListOf<HTMLInputElement>} */
      this.querySelectorAll('input[type="file"]')
    ) {
      input.addEventListener("change", () => {
        this.add(picked(input.files ?? []));
        input.value = "";
      });
      if (!input.webkitdirectory) input.addEventListener("click", (event) => this.#choose(event));
    }
    find(this, "[data-clear]").addEventListener("click", () => {
      this.#set([]);
      find(this, "#files").focus();
    });
    find(this, "[data-drop-hidden]").addEventListener("click", () => {
      this.#set(this.entries.filter((entry) => !isHidden(entry)));
      find(this, "#more").focus();
    });
    addEventListener("dragenter", (event) => this.#over(event, 1));
    addEventListener("dragleave", (event) => this.#over(event, -1));
    addEventListener("dragover", (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#over(event, -this.#depth);
      if (event.dataTransfer && !this.closest("[inert]")) this.#drop(event.dataTransfer);
    });
  }
  /**
   * Lets the person choose files in a way that leads to them again after a reload, where the browser has one.
   * @param {Event} event
   */
  async #choose(event) {
    const pick = (
      /** @type {any} */
      window.showOpenFilePicker
    );
    if (!pick) return;
    event.preventDefault();
    try {
      this.add(await opened(await pick({ multiple: true })));
    } catch (error) {
      if (
        /** @type {Error} */
        error.name === "AbortError"
      ) return;
      this.dispatchEvent(new CustomEvent("unreadable", { bubbles: true }));
    }
  }
  /**
   * @param {DragEvent} event
   * @param {number} by
   */
  #over(event, by) {
    if (!carriesFiles(event)) return;
    this.#depth += by;
    this.classList.toggle("over", this.#depth > 0);
  }
  /** @param {DataTransfer} transfer */
  async #drop(transfer) {
    try {
      const entries = await dropped(transfer);
      if (!entries.length) return;
      const isElsewhere = (
        /** @type {HTMLElement | null} */
        this.closest("[data-view]")?.hidden
      );
      if (isElsewhere) this.dispatchEvent(new CustomEvent("elsewhere", { detail: entries }));
      else this.add(entries);
    } catch {
      this.dispatchEvent(new CustomEvent("unreadable", { bubbles: true }));
    }
  }
  /** @param {Entry[]} entries */
  add(entries) {
    if (entries.length) this.#set(merge(this.entries, entries));
  }
  clear() {
    this.#set([]);
  }
  /** @param {Entry[]} entries */
  #set(entries) {
    this.entries = entries;
    const size = totalSize(entries);
    find(this, ".drop").hidden = entries.length > 0;
    find(this, ".chosen").hidden = entries.length === 0;
    const folders = entries.filter(({ path }) => isFolder(path)).length;
    find(this, "[data-total]").textContent = [
      tn("{{count}} file", "{{count}} files", entries.length - folders),
      folders > 0 && tn("{{count}} empty folder", "{{count}} empty folders", folders),
      bytes(size)
    ].filter(Boolean).join(t(", "));
    find(this, ".files").replaceChildren(
      ...entries.slice(0, SHOWN2).map((entry) => this.#item(entry)),
      ...entries.length > SHOWN2 ? [
        el(
          "li",
          { class: "rest" },
          tn("and {{count}} more file", "and {{count}} more files", entries.length - SHOWN2)
        )
      ] : []
    );
    const hidden = entries.filter(isHidden);
    find(this, "[data-hidden-files]").hidden = hidden.length === 0;
    find(this, "[data-hidden-files] span").textContent = tn(
      "{{count}} hidden file among them: {{name}}.",
      "{{count}} hidden files among them, such as {{name}}.",
      hidden.length,
      { name: isolated(hidden[0]?.path ?? "") }
    );
    const archive = find(this, "[data-archive]");
    archive.hidden = entries.length === 0 || !isContainer(entries);
    if (!archive.hidden) {
      archive.textContent = t(
        "They travel under one link, as {{name}}. The recipient can have each of them alone, or all as a ZIP archive.",
        { name: isolated(shownName(entries)) }
      );
    }
    this.dispatchEvent(new CustomEvent("change", { bubbles: true }));
  }
  /** @param {Entry} entry */
  #item(entry) {
    const remove = () => {
      const at = this.entries.indexOf(entry);
      this.#set(this.entries.filter((other) => other !== entry));
      const buttons = (
        /** @type {NodeListOf<HTMLElement>} */
        this.querySelectorAll(".files button")
      );
      (buttons[Math.min(at, buttons.length - 1)] ?? find(this, "#files")).focus();
    };
    return el(
      "li",
      {},
      icon(isFolder(entry.path) ? "folder" : "file"),
      rowOf(entry.path),
      el("span", { class: "size" }, isFolder(entry.path) ? t("empty folder") : bytes(entry.file.size)),
      el(
        "button",
        { type: "button", "aria-label": t("Remove {{name}}", { name: entry.path }), click: remove },
        icon("close")
      )
    );
  }
};
var carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
customElements.define("file-picker", FilePicker);

// assets/ui/note-field.js
var NEAR = 100;
var NoteField = class extends HTMLElement {
  #field = find(this, "textarea", HTMLTextAreaElement);
  #left = find(this, "[data-left]");
  #more = this.querySelector("details");
  connectedCallback() {
    this.#field.addEventListener("input", () => this.#count());
  }
  get value() {
    return this.#field.value.trim();
  }
  set value(text) {
    this.#field.value = text;
    this.#count();
  }
  /** What keeps the note from being sent; null if nothing does. */
  get problem() {
    const over = -left(this.value);
    return over > 0 ? {
      title: t("The note is too long"),
      text: t("It can have {{most}} characters: take out {{over}}, or send it as a text.", {
        most: MAX_NOTE,
        over
      })
    } : null;
  }
  focus() {
    if (this.#more) this.#more.open = true;
    this.#field.focus();
  }
  clear() {
    this.value = "";
    if (this.#more) this.#more.open = false;
  }
  #count() {
    const more = left(this.value);
    const words = more < 0 ? tn("{{count}} character too many", "{{count}} characters too many", -more) : tn("{{count}} character left", "{{count}} characters left", more);
    this.#left.textContent = more <= NEAR ? words : "";
    this.#field.setAttribute("aria-invalid", String(more < 0));
    const kept = this.querySelector("[data-kept]");
    if (kept) kept.textContent = this.value ? t("written") : "";
  }
};
var left = (note) => MAX_NOTE - Array.from(note).length;
customElements.define("note-field", NoteField);

// assets/ui/progress-meter.js
var SPOKEN_EVERY = 1e4;
var SETTLED_AFTER = 1500;
var STILL_AFTER = 2e4;
var ProgressMeter = class extends HTMLElement {
  #ahead = el("i", { class: "ahead" });
  #done = el("i", { class: "done" });
  #bar = el(
    "div",
    { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    this.#ahead,
    this.#done
  );
  #percent = el("span", { class: "meter-percent" }, percent(0));
  #facts = el("span", { class: "meter-facts" });
  #steps = el("p", { class: "meter-steps" });
  #spoken = el("p", { class: "visually-hidden", role: "status" });
  #lastSpoken = 0;
  #pace = new Pace();
  #waiting = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #still;
  #why = "";
  connectedCallback() {
    this.#bar.setAttribute("aria-label", this.getAttribute("label") ?? "");
    this.replaceChildren(
      el("div", { class: "meter-head" }, this.#percent, this.#facts),
      this.#bar,
      this.#steps,
      this.#spoken
    );
  }
  /** @param {string} why what to say when it has not moved for a while, and nobody has said why */
  reset(why) {
    this.#why = why;
    this.#pace = new Pace();
    this.#waiting = "";
    this.#lastSpoken = performance.now();
    this.update({ done: 0, total: 0 });
    this.#watch();
  }
  /** To be called when nothing is to move any more. */
  rest() {
    clearTimeout(this.#still);
  }
  #watch() {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      if (!this.#waiting) this.wait(this.#why);
    }, STILL_AFTER);
  }
  /**
   * A line that says why nothing moves; the next progress takes it away.
   * @param {string} text
   */
  wait(text) {
    this.#waiting = text;
    this.#facts.textContent = text;
    this.#speak(text);
  }
  /**
   * @param {{ done: number, total: number, ahead?: number, steps?: { name: string, ahead?: boolean }[] }} progress in
   * bytes; ahead marks steps that run before the one being measured
   */
  update({ done, total, ahead = 0, steps = [] }) {
    const ratio = total ? Math.min(1, done / total) : 0;
    this.#done.style.setProperty("--done", String(ratio));
    this.#ahead.style.setProperty("--done", String(total ? Math.min(1, ahead / total) : 0));
    this.#percent.textContent = percent(ratio);
    this.#bar.setAttribute("aria-valuenow", String(Math.floor(ratio * 100)));
    this.#steps.replaceChildren(...steps.map((step) => el("span", { class: step.ahead ? "ahead" : "" }, step.name)));
    const perSecond = this.#pace.at(done);
    if (this.#pace.moved) {
      this.#waiting = "";
      this.#watch();
    }
    if (this.#waiting) return;
    const facts2 = [t("{{size}} of {{all}}", { size: bytes(done), all: bytes(total) })];
    if (total && done >= total) facts2.push(t("finishing…"));
    else if (perSecond > 0)
      facts2.push(speed(perSecond), t("{{time}} left", { time: span((total - done) / perSecond) }));
    this.#facts.textContent = total ? facts2.join(" · ") : "";
    if (performance.now() - this.#lastSpoken > SPOKEN_EVERY) this.#speak(`${percent(ratio)}. ${facts2.join(t(", "))}`);
  }
  /** @param {string} text */
  #speak(text) {
    this.#lastSpoken = performance.now();
    this.#spoken.textContent = text;
  }
};
var Pace = class {
  #started = 0;
  #lastAt = 0;
  #last = 0;
  #perSecond = 0;
  moved = false;
  /** @param {number} done bytes so far */
  at(done) {
    const now = performance.now();
    this.moved = done > this.#last;
    if (!this.#started) {
      [this.#started, this.#lastAt, this.#last] = [now, now, done];
      return 0;
    }
    const seconds = (now - this.#lastAt) / 1e3;
    if (seconds >= 0.25) {
      const current = Math.max(0, done - this.#last) / seconds;
      this.#perSecond = this.#perSecond ? this.#perSecond * 0.75 + current * 0.25 : current;
      [this.#lastAt, this.#last] = [now, done];
    }
    return now - this.#started > SETTLED_AFTER ? this.#perSecond : 0;
  }
};
customElements.define("progress-meter", ProgressMeter);

// assets/ui/somebody.js
var SIGNS = ["pointermove", "pointerdown", "keydown", "click", "dragenter"];
function onceSomebodyIsHere(task) {
  const controller = new AbortController();
  const { signal } = controller;
  const here = () => {
    controller.abort();
    task();
  };
  for (const sign of SIGNS) addEventListener(sign, here, { capture: true, passive: true, signal });
}

// assets/link/write.js
var placeOf = (id, key) => key ? `/d/#${id}/${key}` : `/d/#${id}`;
var writeLinks = (origin, id, key) => ({
  whole: origin + placeOf(id, key),
  withoutKey: origin + placeOf(id)
});

// assets/ui/unfinished-uploads.js
var UnfinishedUploads = class extends HTMLElement {
  #request = "";
  /** Transfers that somebody else sends. @type {Set<string>} */
  #awaited = /* @__PURE__ */ new Set();
  /**
   * Shows what can go on of what is sent to a request, or, with nothing, with an access token. What another tab sends is
   * not among it until that ends, nor is what the page of before a reload sends, whose end may take a while.
   * @param {string} request
   */
  async load(request2) {
    this.#request = request2;
    let all = [];
    try {
      const busy = new Set((await navigator.locks?.query())?.held?.map(({ name }) => name));
      const kept = (await unfinished()).filter(({ begun }) => begun.request === request2);
      all = kept.filter(({ begun }) => !busy.has(lockName(begun.id)));
      for (const { begun } of kept) if (busy.has(lockName(begun.id))) this.#await(begun.id);
    } catch {
    }
    const shown = all.map(({ begun, sent }) => `${begun.id} ${sent}`).join();
    if (this.dataset.shown === shown && this.childElementCount === all.length) return;
    this.dataset.shown = shown;
    this.replaceChildren(...all.map(({ begun, sent }) => this.#item(begun, sent)));
  }
  /**
   * Looks again once nobody else sends a transfer.
   * @param {string} id
   */
  async #await(id) {
    if (this.#awaited.has(id)) return;
    this.#awaited.add(id);
    await navigator.locks.request(lockName(id), { mode: "shared" }, () => {
    });
    this.#awaited.delete(id);
    if (this.isConnected) await this.load(this.#request);
  }
  /**
   * @param {Begun} begun
   * @param {number} sent
   */
  #item(begun, sent) {
    const { size, ends, handles } = begun;
    const name = nameOfBegun(begun);
    const error = new ErrorNote();
    const title = el(
      "h2",
      { tabindex: -1 },
      parts("Go on sending {{name}} ({{percent}})", { name: nameOf(name), percent: new Text(percent(sent / size)) })
    );
    const bar = el("i", { class: "done" });
    bar.style.setProperty("--done", String(sent / size));
    const actions = el("div", { class: "row" });
    const item = el(
      "section",
      { class: "card unfinished", "aria-label": t("Not finished: {{name}}", { name }) },
      title,
      el("div", { class: "bar", "aria-hidden": "true" }, bar),
      el(
        "p",
        { class: "hint" },
        sentences(
          t("{{size}} of {{all}} have arrived. It can go on until {{moment}}.", {
            size: bytes(sent),
            all: bytes(size),
            moment: moment(new Date(ends))
          }),
          !handles && t("This browser does not remember where the file is: choose the same again, and only the rest is sent.")
        )
      ),
      error,
      actions
    );
    let chosen = [];
    const offer = (entries) => {
      error.clear();
      chosen = [...entries, ...chosen];
      const found = sameFiles(begun.files, chosen);
      if (found.missing.length) {
        if (found.missing.length === begun.files.length) chosen = [];
        error.show(missing(begun, found.missing));
      } else {
        this.#tell(found.changed.length ? "changed" : "go-on", { begun, entries: found.entries });
      }
    };
    const open = async () => {
      try {
        offer(await fromHandles(begun));
      } catch {
        actions.firstChild?.replaceWith(...choosers(begun, offer));
        error.show({
          title: t("The browser cannot read it any more"),
          text: t("It was moved or renamed, or reading it was not allowed. Choose it again.")
        });
      }
    };
    actions.append(
      ...handles ? [el("button", { type: "button", class: "button primary", click: open }, icon("upload"), t("Go on"))] : choosers(begun, offer),
      ...begun.request ? [] : [copyButton(t("Copy link"), () => linkOf(begun))],
      el(
        "button",
        { type: "button", class: "button", click: () => this.#forget(begun) },
        icon("trash"),
        t("Forget it")
      )
    );
    return item;
  }
  /**
   * @param {'go-on' | 'changed'} name
   * @param {GoOn} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
  /** @param {Begun} begun */
  async #forget({ id, name, deleteSecret, request: request2 }) {
    const sure = await dialog({
      title: t("Forget this upload?"),
      body: el(
        "p",
        {},
        sentences(
          t("What has arrived of {{name}} is erased from the server.", { name: isolated(name) }),
          !request2 && t("The link that you may have copied opens nothing.")
        )
      ),
      dismiss: t("Keep it"),
      action: t("Forget it"),
      danger: true,
      submit: () => true
    });
    if (!sure) return;
    deleteTransfer(id, deleteSecret).catch(() => {
    });
    await forget(id);
    await this.load(this.#request);
    this.dispatchEvent(new CustomEvent("forgotten"));
  }
};
var linkOf = ({ id, linkKey }) => writeLinks(location.origin, id, writeKey(linkKey)).whole;
function choosers({ files, together }, offer) {
  const chooser = (words, attributes) => {
    const input = el("input", { type: "file", ...attributes });
    input.addEventListener("change", () => {
      offer(picked(input.files ?? []));
      input.value = "";
    });
    return el("label", { class: "button primary" }, input, words);
  };
  const inFolders = files.some(({ path }) => path.includes("/"));
  const loose = files.some(({ path }) => !path.includes("/"));
  return [
    ...loose ? [chooser(together ? t("Choose the files again") : t("Choose it again"), { multiple: together })] : [],
    ...inFolders ? [chooser(loose ? t("Choose the folder") : t("Choose the folder again"), { webkitdirectory: true })] : []
  ];
}
async function fromHandles({ files, handles }) {
  return Promise.all(
    (handles ?? []).map(async (handle, i) => {
      const asking = (
        /** @type {any} */
        handle
      );
      const state = await asking.queryPermission?.({ mode: "read" }) ?? "granted";
      if (state !== "granted" && await asking.requestPermission({ mode: "read" }) !== "granted") {
        throw new DOMException("not allowed", "NotAllowedError");
      }
      return { path: files[i].path, file: await handle.getFile(), handle };
    })
  );
}
function missing(begun, paths2) {
  const { files, together } = begun;
  const name = nameOfBegun(begun);
  if (!together) {
    return {
      title: t("That is another file"),
      text: t("What was begun is called {{name}}. Choose that one.", { name: isolated(name) })
    };
  }
  const rest = paths2.length > 1 ? tn("and {{count}} other", "and {{count}} others", paths2.length - 1) : "";
  const which = [isolated(paths2[0]), rest].filter(Boolean).join(" ");
  return paths2.length === files.length ? {
    title: t("Those are other files"),
    text: t("What was begun is {{name}}, with {{files}}.", { name: isolated(name), files: which })
  } : { title: t("Not all of it is there"), text: t("Choose {{files}}, too.", { files: which }) };
}
var nameOfBegun = ({ name, together, files }) => together ? called(name, files) : name;
customElements.define("unfinished-uploads", UnfinishedUploads);

// assets/words.js
var say = (title, text) => ({ title: t(title), text: t(text) });
var insecure = say(
  "This address is not secure",
  "Encryption works only at an https:// address, or on the machine itself. Ask whoever runs this service for its https:// address, and open that."
);
var cutManage = say(
  "The link to your transfer is not whole",
  "Copy all of it, up to its last character, and open it again."
);
var lacksSecret = say(
  "This page needs its private link",
  "The address alone says only which transfer it is, and this browser does not know it. Open the whole link to it."
);
var stale = say(
  "That did not load",
  "The page may have been replaced by a newer one. Reload it and try again."
);
var gaveUp = say(
  "The sender gave up",
  "It was ended before all of it had been sent, and this link opens nothing any more. Ask the sender to send it again."
);
var TO_COPY = t("Copy all of the link, up to its last character, and nothing else.");
var LINK = {
  no_link: () => say("That is no link to a transfer", "Paste all of it, up to its last character."),
  several_links: () => say("There is more than one link in that", "Paste the one that you want to open."),
  short_key: (n) => say("The key in the link is not whole", sentences(t("{{n}} of its 43 characters are there.", { n }), TO_COPY)),
  long_key: (n) => say(
    "There is too much in the link",
    sentences(t("Its key has {{n}} characters, and a key has 43.", { n }), TO_COPY)
  ),
  damaged_key: () => say("The key in the link was changed", sentences(t("It has the length of a key, but is none."), TO_COPY)),
  request_link: () => say(
    "That is a link to send by",
    "By it you send to somebody. Open it in the browser, or ask for the link to the files."
  ),
  damaged_id: () => say("The link is not whole", sentences(t("12 digits stand before the key, and those are not."), TO_COPY)),
  long_text: () => say("That is too long", "Paste the link alone.")
};
var REQUEST = {
  no_link: say(
    "There is no request in this link",
    "Open the whole link that you were given, up to its last character."
  ),
  full: say("All of it has arrived", "As much was sent as was asked for. For more, ask for a new link."),
  expired: say("The time for this is over", "Nothing can be sent by this link any more. Ask for a new one."),
  closed: say("This request is closed", "Whoever made it takes nothing more by this link. Ask for a new one.")
};
var requestWords = ({ reason, length }) => REQUEST[reason] ?? LINK[reason](length);
var wrongKey = say(
  "The key does not fit this transfer",
  "Copy all of the link or key, up to its last character, and try again. Nothing was downloaded, and so nothing counts."
);
var wrongPassphrase = say(
  "That passphrase does not open it",
  "Large and small letters count, and so do spaces. Try again; a wrong one is not counted as a download. If it stays, check that all of the link was copied."
);
var passphraseWords = say(
  "Type the passphrase",
  "The sender set one and tells it to you by another way. It has at most 1,024 bytes."
);
var tokenWords = {
  token_required: t("This service asks for one. Whoever runs it gives you one."),
  token_unknown: t("This service does not know that token. Check that all of it was copied."),
  token_revoked: t("This token was withdrawn. Ask whoever runs the service for a new one."),
  token_exhausted: t("This token is used up. Ask whoever runs the service for a new one.")
};
function describe(error, doing, limits = {}) {
  if (!(error instanceof ApiError)) return doing === "ask" ? ofAsking(error) : ofThePage(error);
  for (const code of [error.code, codeOf(error.status)]) {
    const words = BY_DOING[doing]?.[code] ?? BY_CODE[code];
    if (words) return words(error, limits);
  }
  return unexpected(error.detail);
}
function ofAsking(error) {
  const { name = "" } = (
    /** @type {{ name?: string }} */
    error
  );
  if (name === "NotSupportedError") {
    return say("This browser cannot ask for files", "It lacks a kind of key (X25519). A newer one has it.");
  }
  return error instanceof DOMException ? say(
    "This browser keeps nothing",
    "The key would be lost with this page. Use another window, which is not private."
  ) : ofThePage(error);
}
function ofThePage(error) {
  const { code = "", message = "" } = (
    /** @type {{ code?: string, message?: string }} */
    error
  );
  return code === "worker" ? say("The page could not start encryption", message) : PAGE[code] ?? unexpected(message);
}
var unexpected = (why) => say("That did not work", why || t("Try again; if it stays, tell whoever runs the service."));
var PAGE = {
  "wrong-key": say(
    "The key does not fit this transfer",
    "Check that all of the link or key was copied, up to its last character, and try again; that does not count as another download. If it was, the data may have been damaged: ask the sender to send it again."
  ),
  damaged: say(
    "Not all of it arrived intact",
    "The key is right, but the data were cut off or changed on the way. Try again; if it happens twice, ask the sender to send it anew."
  ),
  "newer-version": say(
    "Sent with a newer version",
    "This page does not know the format yet. Reload it and open the link again."
  ),
  "too-large-to-open": say(
    "Too large for this browser",
    "It was sent by an older version, in one piece of more than 2 GB. The sgsend command line program can open it."
  ),
  elsewhere: say(
    "Another tab is at it",
    "Another tab or window of this browser sends this, or has done so. Only one can: look there."
  ),
  paths: say(
    "Too much for one link",
    "There are more than 100,000 files or folders, or folders within more than 30 others. Send less, or an archive."
  ),
  "file-changed": say(
    "A file changed while it was read",
    "It was edited, moved or deleted after you chose it. Choose it again and send once more."
  )
};
var notFound = () => say(
  "There is no such transfer",
  "The link may be incomplete, or the transfer was deleted or has been over for a while. Check that you have the whole link, or ask the sender."
);
var improper = () => say("The server gave no proper answer", "Something between you and it may be in the way. Try again in a minute.");
var notAllowed = () => say("The server refused that", "Reload the page and try again; if it stays, tell whoever runs the service.");
var stranger = () => say("The page and the server do not fit together", "The page may be out of date. Reload it and try again.");
var noRequest = () => say("There is no such request", "The link may be incomplete, or the request has been over for a while.");
var requestOver = (why) => say("This request takes nothing more", sentences(why, t("Ask for a new link.")));
var ASKING = {
  request_not_found: noRequest,
  request_unknown: () => say("The service does not know this request", "Check that all of the link was copied, or ask for a new one."),
  request_full: () => requestOver(t("As much has arrived as was asked for.")),
  request_closed: () => requestOver(t("It was closed.")),
  request_expired: () => requestOver(t("Its time is over.")),
  request_secret_required: () => say("Only who made the request can do that", "It is done where it was made."),
  wrong_request_secret: () => say("Only who made the request can do that", "This page does not hold its secret.")
};
var BY_CODE = {
  ...ASKING,
  no_answer: () => say("No connection", "The server could not be reached. Check your connection and try again."),
  no_answer_in_time: () => say("The server took too long", "Try again in a minute."),
  no_proper_answer: improper,
  invalid: ({ detail }) => say("The server did not accept that", detail || t("Check what you entered and try again.")),
  not_found: notFound,
  transfer_not_found: notFound,
  deleted: () => say("The sender has deleted this", "It was erased from the server. Ask the sender if you still need it."),
  taken_down: () => say(
    "This was taken down",
    "Whoever runs this service removed it, and nobody can download it any more. Ask the sender if you still need it."
  ),
  expired: () => say("This transfer has expired", "Its time is over and it was erased. Ask the sender to send it again."),
  exhausted: () => say(
    "All downloads are used",
    "It could be downloaded a limited number of times, and that number is reached. Ask the sender to send it again."
  ),
  gone: () => say("This transfer is gone", "It expired or was deleted. Ask the sender to send it again."),
  limited: ({ retryAfter }) => say("Too many attempts", t("Wait {{time}} and try again.", { time: span(retryAfter || 60) })),
  internal: () => say(
    "Something failed on the server",
    "It is not your fault, and nothing was kept. Try again; if it stays, tell whoever runs the service."
  ),
  unavailable: () => say("The service is not available just now", "Try again in a minute."),
  too_slow: () => say("The line is too slow", "What was sent did not arrive in time. Try again, with nothing else on the line."),
  too_large: (_, { max_bytes: max }) => say(
    "Too large",
    max ? t("This service takes up to {{size}}. Send less at a time.", { size: bytes(max) }) : t("This service does not take that much at a time.")
  ),
  full: () => say(
    "The server is full",
    "It has no room left for this. Nothing was kept. Try later, or tell whoever runs the service."
  ),
  unauthorized: notAllowed,
  forbidden: notAllowed,
  conflict: notAllowed,
  out_of_range: notAllowed,
  method_not_allowed: stranger,
  cross_site: stranger
};
var refused = (why) => say("The access token was not accepted", why);
var lostTrack = () => say("The server lost track of the upload", "Send again; nothing was published.");
var dropped2 = () => say("The server dropped the upload", "It waited too long or was restarted. Send again.");
var tooSlow = () => say(
  "The upload took too long",
  "The server no longer accepts its parts. Send again, over a faster connection if you can."
);
var notIntact = () => say("It did not arrive intact", "The upload was cut off or changed on the way. Send again.");
var tooManyPending = () => say(
  "Too many uploads are under way",
  "Others that began with this access token are not finished. Finish or delete some, or try again tomorrow."
);
var SENDING = {
  ...Object.fromEntries(Object.entries(tokenWords).map(([code, why]) => [code, () => refused(why)])),
  unauthorized: () => refused(t("Check that all of it was copied, or ask whoever runs the service for a new one.")),
  token_check_unavailable: () => say(
    "The service cannot check tokens just now",
    "This usually passes. Try again in a minute; what you chose is still here."
  ),
  forbidden: () => say("This token may not do that", "Ask whoever runs the service for one that may."),
  not_found: dropped2,
  transfer_not_found: dropped2,
  upload_not_found: dropped2,
  conflict: lostTrack,
  id_taken: lostTrack,
  not_pending: lostTrack,
  not_uploaded: lostTrack,
  parts_mismatch: lostTrack,
  expired: tooSlow,
  gone: tooSlow,
  link_expired: tooSlow,
  link_mismatch: lostTrack,
  link_not_genuine: lostTrack,
  empty_body: notIntact,
  incomplete_body: notIntact,
  not_ciphertext: notIntact,
  damaged: notIntact,
  size_mismatch: notIntact,
  unknown_version: stranger,
  bad_label: stranger,
  bad_sealed_key: stranger,
  too_many_pending: tooManyPending,
  use_presigned: stranger
};
var ANOTHER = t("If a download is left, start that one; if not, ask the sender to send it again.");
var linkOver = () => say(
  "This download has run out of time",
  sentences(t("The service goes on with one for an hour, and that is over."), ANOTHER)
);
var noPermission = () => say("The service does not know this download", sentences(t("It cannot be gone on with."), ANOTHER));
var notYet = () => say("Not there yet", "The sender has not finished uploading. Try again in a while.");
var DOWNLOADING = {
  conflict: notYet,
  not_completed: notYet,
  not_found: improper,
  forbidden: improper,
  link_expired: linkOver,
  link_mismatch: noPermission,
  link_not_genuine: noPermission,
  permit_spent: () => say("This download was begun again too often", sentences(t("The service goes on with it no more."), ANOTHER)),
  out_of_range: () => PAGE.damaged
};
var wrongSecret = () => say("It cannot be deleted from here", "This page does not hold the right secret for it.");
var noneLeft = () => say("It is gone already", "There is no such transfer any more.");
var notEnabled = () => say("It cannot be deleted", "It was sent without that possibility. It still expires by itself.");
var DELETING = {
  forbidden: wrongSecret,
  wrong_delete_secret: wrongSecret,
  delete_secret_required: wrongSecret,
  not_found: noneLeft,
  transfer_not_found: noneLeft,
  conflict: notEnabled,
  delete_not_enabled: notEnabled
};
var EXTENDING = {
  ...DELETING,
  forbidden: () => say("It cannot be changed from here", "This page does not hold the right secret for it."),
  wrong_delete_secret: () => say("It cannot be changed from here", "This page does not hold the right secret for it."),
  invalid: () => say("It cannot end then", "That is in the past, or later than this service keeps anything.")
};
var MAKING = {
  ...SENDING,
  too_large: () => say("That is more than this service takes", "Ask for less each time."),
  forbidden: () => say("This token may not do that", "Ask whoever runs the service for one that may."),
  not_found: noRequest,
  transfer_not_found: noRequest,
  conflict: stranger,
  id_taken: stranger,
  expired: noRequest,
  gone: noRequest
};
var BY_DOING = {
  send: SENDING,
  look: { invalid: notFound, not_found: improper, forbidden: improper },
  download: DOWNLOADING,
  delete: DELETING,
  extend: EXTENDING,
  ask: MAKING,
  request: { invalid: noRequest, not_found: noRequest }
};

// assets/sender-page.js
var SETTLES = 1500;
var WAITS = {
  offline: t("Offline. It goes on when the connection is back."),
  retrying: t("Connection trouble. Trying again…")
};
var REPAIRABLE = ["elsewhere", "worker", "file-changed"];
var Missing = class extends Error {
  /**
   * @param {import('./words.js').Words} words
   * @param {HTMLElement} field
   */
  constructor(words, field) {
    super(words.title);
    this.words = words;
    this.field = field;
  }
};
var SenderPage = class extends HTMLElement {
  form = find(this, "form", HTMLFormElement);
  picker = find(this, "file-picker", FilePicker);
  note = find(this, "note-field", NoteField);
  error = find(this, "form error-note", ErrorNote);
  /** @type {Config | null} */
  config = null;
  crypto = new CryptoClient();
  /** @type {AbortController | null} */
  running = null;
  title = document.title;
  #meter = find(this, "progress-meter", ProgressMeter);
  #unfinished = find(this, "unfinished-uploads", UnfinishedUploads);
  connectedCallback() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.form.addEventListener("input", () => this.error.clear());
    this.form.addEventListener("change", () => {
      this.error.clear();
      this.#limit();
    });
    this.picker.addEventListener("change", () => this.#chose());
    this.picker.addEventListener("elsewhere", (event) => this.#dropped(event));
    this.picker.addEventListener(
      "unreadable",
      () => this.error.show({
        title: t("That could not be read"),
        text: t('The browser gave no access to it. Use the "Choose files" button instead.')
      })
    );
    find(this, "[data-cancel]").addEventListener(
      "click",
      () => this.running?.abort(new DOMException("cancelled", "AbortError"))
    );
    this.#unfinished.addEventListener("go-on", (event) => this.#goOn(detailOf(event)));
    this.#unfinished.addEventListener("changed", (event) => this.#anew(detailOf(event)));
    this.#unfinished.addEventListener("forgotten", () => find(this, "#files").focus());
    document.addEventListener("paste", (event) => this.#paste(event));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && !this.running) this.#offer();
    });
    addEventListener("beforeunload", (event) => {
      if (this.running || this.isAtRisk) event.preventDefault();
    });
    if (!isSecureContext) {
      this.form.inert = true;
      this.warn(insecure);
    } else {
      onceSomebodyIsHere(() => this.crypto.start().catch((error) => this.error.show(describe(error, "send"))));
    }
    setTimeout(() => this.settle(), isSecureContext ? SETTLES : 0);
  }
  /**
   * Says something about the page as a whole, at its top.
   * @param {import('./words.js').Words} words
   */
  warn(words) {
    const note = new ErrorNote();
    this.prepend(note);
    note.show(words);
  }
  /** Shows what was made ready out of sight. */
  settle() {
    this.toggleAttribute("data-settled", true);
  }
  /** What was pressed to choose is gone: the next thing to press is the button that sends. */
  #chose() {
    const { activeElement: at } = document;
    const isLost = !at || at === document.body || !at.checkVisibility();
    if (this.picker.entries.length && isLost) this.submitter.focus({ preventScroll: true });
  }
  /** Says of what is chosen that it is too large, before it is to be sent. */
  #limit() {
    const words = tooLarge(totalSize(this.picker.entries), this.config?.max_bytes ?? 0);
    if (words && this.picker.checkVisibility()) this.error.show(words);
  }
  /** What is dropped on what was sent is the next thing to send. */
  async #dropped(event) {
    const entries = (
      /** @type {CustomEvent} */
      event.detail
    );
    if (this.running) {
      find(this, "[data-later]").textContent = t(
        "That was not added: this is on its way. Drop it again when it is done."
      );
    } else if (!document.querySelector("dialog[open]") && await this.startOver()) {
      this.chooseFiles();
      this.picker.add(entries);
    }
  }
  /** Learns what the service allows; says so where it cannot. */
  async configure() {
    try {
      this.config = await getConfig();
    } catch (error) {
      this.error.show(describe(error, "send"));
      this.settle();
      return null;
    }
    this.#offer().finally(() => this.settle());
    this.#limit();
    return this.config;
  }
  #offer() {
    return this.#unfinished.load(this.request);
  }
  /** @param {ClipboardEvent} event */
  #paste(event) {
    if (this.running || this.form.hidden || this.form.inert || !event.clipboardData) return;
    const files = picked(event.clipboardData.files);
    if (files.length) {
      event.preventDefault();
      this.picker.add(files);
    } else if (!(event.target instanceof Element && event.target.closest("input, textarea"))) {
      const text = event.clipboardData.getData("text/plain");
      if (text) this.pasted(text, event);
    }
  }
  /**
   * The files that would be sent; Missing where there are none yet.
   * @param {number} max bytes, 0 for no limit
   * @returns {Content}
   */
  files(max) {
    const { entries } = this.picker;
    if (entries.length === 0) {
      const advice = t("Choose a file, drop one, or paste one first.");
      throw new Missing({ title: t("Nothing chosen yet"), text: advice }, find(this, "#files"));
    }
    const size = totalSize(entries);
    const words = tooLarge(size, max);
    if (words) throw new Missing(words, find(this, "#more"));
    const source = { entries, name: sendName(entries), together: isContainer(entries) };
    return { isText: false, source, subject: [shownName(entries), size] };
  }
  async #submit() {
    if (!isSecureContext) return;
    this.error.clear();
    const config = this.config ?? await this.configure();
    if (!config || this.running) return;
    try {
      const content = this.content(config.max_bytes);
      if (this.note.problem) throw new Missing(this.note.problem, this.note);
      const way = this.way(config);
      if (way) await this.#send(content, way, config);
    } catch (missing2) {
      if (!(missing2 instanceof Missing)) throw missing2;
      this.error.show(missing2.words);
      missing2.field.focus();
    }
  }
  /**
   * @param {Content} content
   * @param {Way} way
   * @param {Config} config
   */
  async #send({ source, isText, subject }, way, config) {
    const { maxDownloads, expires, autoDelete, passphrase, words = "", to } = way;
    const linkKey = newSecret();
    const deleteSecret = writeKey(newSecret());
    const note = this.note.value;
    let created = "";
    const signal = this.#begin(subject);
    try {
      const { key, block } = passphrase ? await this.crypto.lock(linkKey, passphrase, null, { onProgress: (done) => this.#stretching(done) }) : { key: linkKey, block: null };
      signal.throwIfAborted();
      const settings = {
        label: toBase64(await sealLabel(key, await labelOf(source, note), { block })),
        content_type_hint: isText ? "text/plain" : "application/octet-stream",
        max_downloads: maxDownloads,
        expires_at: expires.toISOString(),
        auto_delete: autoDelete,
        delete_auth_hash: await hashSecret(deleteSecret),
        ...to && { sealed_key: toBase64(await this.crypto.sealKey(to.publicKey, to.id, linkKey)) }
      };
      const kept = { linkKey, key, block, deleteSecret, note, request: this.request, maxDownloads };
      const plan = "text" in source ? null : { ...kept, name: source.name, together: source.together, ...remembered(source.entries), expires: +expires };
      const id = await this.crypto.upload(
        { key, block, content: plain(source), settings, plan, token: this.token, config },
        {
          signal,
          onCreated: (id2) => {
            created = id2;
            this.created(id2, writeKey(linkKey));
          },
          ...this.#hears(signal)
        }
      );
      this.#end();
      const isLocked = Boolean(passphrase);
      const [name, size] = subject;
      const sent = { id, key: writeKey(linkKey), deleteSecret, expires, maxDownloads, sent: Date.now() };
      this.done({ ...sent, isText, isLocked, words, name, size });
    } catch (error) {
      const isKept = isPassing(error) && await isUnfinished(created);
      if (created && !isKept) this.#drop(created, deleteSecret);
      this.#failed(error, config, created ? this.ended(isKept) : "");
    }
  }
  /** @param {import('./ui/unfinished-uploads.js').GoOn} what */
  async #goOn({ begun, entries }) {
    const { id, linkKey, key, block, deleteSecret, together, expires, maxDownloads } = begun;
    const config = this.config ?? await this.configure();
    if (!config || this.running || !this.mayGoOn()) return;
    const content = { entries, name: begun.name, together };
    const [name, size] = [nameOfBegun(begun), totalSize(entries)];
    const signal = this.#begin([name, size]);
    try {
      const { token } = this;
      this.created(id, writeKey(linkKey));
      const what = { key, block, content: plain(content), settings: {}, token, config, begun: id };
      await this.crypto.upload(what, { signal, ...this.#hears(signal) });
      this.#end();
      const isLocked = Boolean(block);
      const ends = { expires: new Date(expires), sent: Date.now() };
      const sent = { id, key: writeKey(linkKey), deleteSecret, maxDownloads, ...ends };
      this.done({ ...sent, isText: false, isLocked, words: "", name, size });
    } catch (error) {
      const { code = "" } = (
        /** @type {{ code?: string }} */
        error
      );
      const isKept = isPassing(error) || isRefused(error) || REPAIRABLE.includes(code);
      if (!isKept) this.#drop(id, deleteSecret);
      this.#failed(error, config, this.ended(isKept));
    }
  }
  /**
   * What was begun cannot go on with other files: they are chosen instead, to be sent anew.
   * @param {import('./ui/unfinished-uploads.js').GoOn} what
   */
  async #anew({ begun, entries }) {
    await this.#drop(begun.id, begun.deleteSecret);
    this.chooseFiles();
    this.picker.clear();
    this.picker.add(entries);
    this.note.value = begun.note;
    this.error.show({
      title: t("It has changed since it was begun"),
      text: sentences(
        t("Its size is another one, so that what had arrived is of no use and was erased. Send it anew."),
        this.ended(false)
      )
    });
    this.submitter.focus();
  }
  /**
   * @param {string} id
   * @param {string} deleteSecret
   */
  async #drop(id, deleteSecret) {
    deleteTransfer(id, deleteSecret).catch(() => {
    });
    await forget(id).catch(() => {
    });
    this.#offer();
  }
  /** @param {Content['subject']} subject */
  #begin([name, size]) {
    for (const line of this.querySelectorAll("[data-subject]")) {
      line.replaceChildren(...subjectOf(name, size));
    }
    find(this, "[data-later]").textContent = "";
    show(this, "working");
    this.#unfinished.hidden = true;
    this.begun();
    this.#meter.reset(t("Nothing has gone out for a while. It goes on as soon as the line and the server do."));
    announce(find(this, "#working-title"));
    this.running = new AbortController();
    return this.running.signal;
  }
  #end() {
    this.running = null;
    this.#meter.rest();
    this.#unfinished.hidden = false;
    this.#unfinished.replaceChildren();
  }
  /** @param {number} done from 0 to 1 */
  #stretching(done) {
    this.#meter.wait(t("Mixing in the passphrase, {{percent}}…", { percent: percent(done) }));
  }
  /** @param {AbortSignal} signal */
  #hears(signal) {
    return {
      onProgress: (said) => {
        if (!signal.aborted) this.#progress(said);
      },
      onWait: (why) => this.#meter.wait(WAITS[why])
    };
  }
  /** @param {{ encrypted: number, uploaded: number, size: number }} progress */
  #progress({ encrypted, uploaded, size }) {
    this.#meter.update({
      done: uploaded,
      ahead: encrypted,
      total: size,
      steps: [
        { name: t("Encrypted {{percent}}", { percent: percent(encrypted / size) }), ahead: true },
        { name: t("Uploaded {{percent}}", { percent: percent(uploaded / size) }) }
      ]
    });
    document.title = t("{{percent}} sent", { percent: percent(uploaded / size) });
  }
  /**
   * @param {unknown} error
   * @param {Config} config
   * @param {string} ended what is to be said of it beside that
   */
  #failed(error, config, ended) {
    this.#end();
    show(this, "compose");
    document.title = this.title;
    this.#offer();
    if (error instanceof Error && error.name === "AbortError") {
      if (ended) this.error.show({ title: t("Cancelled"), text: ended });
      this.submitter.focus();
      return;
    }
    const { title, text } = describe(error, "send", config);
    if (isRefused(error)) this.refused(text);
    this.error.show({ title, text: sentences(text, ended) });
  }
  get submitter() {
    return find(this.form, '[type="submit"]');
  }
  /** Whether something is lost when the page is left. */
  get isAtRisk() {
    return false;
  }
  /** The ID of the request that the page sends to, if it does. */
  get request() {
    return "";
  }
  /** What shows that the person may send. */
  get token() {
    return "";
  }
  /** Whether what was begun can go on: what is missing is said. */
  mayGoOn() {
    return true;
  }
  /**
   * What would be sent.
   * @param {number} max
   * @returns {Content}
   */
  content(max) {
    return this.files(max);
  }
  /**
   * How it is to be sent; null where something is missing, and said.
   * @param {Config} _config
   * @returns {Way | null}
   */
  way(_config) {
    return null;
  }
  /** Goes back to where one begins; false where the person wants to stay. */
  async startOver() {
    return true;
  }
  /** Shows where files are chosen. */
  chooseFiles() {
  }
  /**
   * Text that was pasted beside all fields.
   * @param {string} _text
   * @param {Event} _event
   */
  pasted(_text, _event) {
  }
  /**
   * Says that the service let nobody send.
   * @param {string} _why
   */
  refused(_why) {
  }
  /** To be shown while it is sent. */
  begun() {
  }
  /**
   * There is a transfer, of which nothing has arrived yet, or not all.
   * @param {string} _id
   * @param {string} _key
   */
  created(_id, _key) {
  }
  /**
   * What is to be said of a transfer that came to nothing, for now or for ever.
   * @param {boolean} _isKept whether it can be gone on with
   */
  ended(_isKept) {
    return "";
  }
  /**
   * Shows what was sent.
   * @param {import('./ui/sent-transfer.js').Transfer} _transfer
   */
  done(_transfer) {
  }
};
var subjectOf = (name, size) => parts("{{name}}, {{size}}", { name: nameOf(name), size: new Text(bytes(size)) });
var tooLarge = (size, max) => max && size > max ? {
  title: t("Too large"),
  text: t("Together they have {{size}}; up to {{most}} can be sent at a time.", {
    size: bytes(size),
    most: bytes(max)
  })
} : null;
var isRefused = (error) => error instanceof ApiError && error.status === 401;
var detailOf = (event) => (
  /** @type {CustomEvent} */
  event.detail
);
var plain = (content) => "text" in content ? content : { ...content, entries: content.entries.map(({ path, file }) => ({ path, file })) };

// assets/ui/choice.js
var Choice = class {
  #fieldset;
  #other;
  field;
  /** @param {HTMLElement} fieldset */
  constructor(fieldset) {
    this.#fieldset = fieldset;
    this.#other = find(fieldset, "[data-other]");
    this.field = find(this.#other, "input", HTMLInputElement);
    fieldset.addEventListener("change", () => this.#turn());
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
    return this.chosen?.value === "other";
  }
  /** The chosen of the few as a number; 0 where none of them is. */
  get value() {
    return this.isOther ? 0 : Number(this.chosen?.value ?? 0);
  }
  /** What the chosen of the few is called. */
  get words() {
    return this.isOther ? "" : this.chosen?.parentElement?.textContent?.trim() ?? "";
  }
  /**
   * Leaves of the few those that are allowed, and chooses another where the chosen one is not.
   * @param {(value: number) => boolean} isAllowed
   * @param {number} usual what another is to be near to
   */
  allow(isAllowed, usual) {
    const few = this.radios.filter((radio) => radio.value !== "other");
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
};

// assets/ui/status-rows.js
function statusRows(info) {
  const { status, download_count: begun, downloads_completed: whole, max_downloads: max, expires_at: expires } = info;
  if (status === "pending") return [[t("State"), t("Not sent completely yet")], ...soFar(info)];
  const isSpent = status === "exhausted" || max > 0 && begun >= max;
  const count = max ? t("{{left}} of {{all}}", { left: begun, all: max }) : begun ? number(begun) : t("none yet");
  const rows = [[t("Downloads begun"), isSpent ? t("{{count}}, no more", { count }) : count]];
  if (begun && whole !== void 0) {
    rows.push([t("Confirmed to have arrived"), whole ? tn("once", "{{count}} times", whole) : t("not yet")]);
  }
  const ends = new Date(expires ?? "");
  if (info.is_expired) rows.push([t("Expired"), moment(ends)]);
  else if (expires && !info.erased) rows.push([t("Expires"), until(ends)]);
  if (info.erased) rows.push([t("On the server"), t("Erased")]);
  return rows;
}
var soFar = ({ arrived_bytes: done = 0, file_size_bytes: all }) => all ? [[t("Sent so far"), percent(Math.min(1, done / all))]] : [];

// assets/ui/transfer-status.js
var LOOK_EVERY = 15e3;
var LIVES = [
  [t("1 hour"), 3600],
  [t("1 day"), 86400],
  [t("7 days"), 7 * 86400],
  [t("30 days"), 30 * 86400]
];
var TransferStatus = class extends HTMLElement {
  #id = "";
  #secret = "";
  #facts = el("dl", { class: "facts", "aria-live": "polite", tabindex: -1 });
  #error = new ErrorNote();
  #button = el("button", { type: "button", class: "button danger" }, icon("trash"), t("Delete now"));
  /** It stands there before it is known when it ends, as what is beside it would move. */
  #change = el("button", { type: "button", class: "button", disabled: true }, icon("clock"), t("Change when it ends"));
  #timer = 0;
  /** When it was deleted from here; 0 where it was not. */
  #deleted = 0;
  /** @type {TransferInfo | null} */
  #info = null;
  /**
   * @param {string} id
   * @param {string} secret
   * @param {number} [deleted] when it was, from here
   */
  watch(id, secret, deleted = 0) {
    this.#id = id;
    this.#secret = secret;
    this.#deleted = deleted;
    this.#button.addEventListener("click", () => this.#confirm());
    this.#change.addEventListener("click", () => this.#choose());
    this.replaceChildren(this.#facts, this.#error, el("div", { class: "row" }, this.#change, this.#button));
    this.#look();
    this.#timer = window.setInterval(() => {
      if (!document.hidden) this.#look();
    }, LOOK_EVERY);
  }
  disconnectedCallback() {
    clearInterval(this.#timer);
  }
  async #look() {
    try {
      this.#info = await getInfo(this.#id);
      this.#error.clear();
      this.#render(this.#info);
    } catch (error) {
      if (error instanceof ApiError && error.code === "transfer_not_found") {
        if (this.#deleted) this.#endDeleted();
        else this.#end(t("Not on the server any more"), t("Not there any more"));
      } else if (!this.#facts.hasChildNodes()) this.#error.show(describe(error, "status"));
    }
  }
  /** @param {TransferInfo} info */
  #render(info) {
    if (info.status === "deleted") {
      if (info.taken_down) this.#end(t("Taken down by whoever runs this service"), t("Taken down"));
      else this.#endDeleted();
      return;
    }
    const isSent = info.status !== "pending";
    this.#show([...isSent ? [when(t("Sent"), new Date(info.created_at))] : [], ...statusRows(info)]);
    this.#change.disabled = false;
    this.#change.hidden = info.is_expired || Boolean(info.erased) || !info.delete_enabled;
    this.#button.hidden = info.is_expired || Boolean(info.erased);
    if (info.is_expired) this.#tell(t("Expired"), "clock");
  }
  /**
   * @param {string} title
   * @param {string} picture
   */
  #tell(title, picture) {
    const deleted = this.#deleted || void 0;
    this.dispatchEvent(new CustomEvent("over", { bubbles: true, detail: { title, picture, deleted } }));
  }
  /**
   * @param {string} text
   * @param {string} [title]
   * @param {[string, string]} [row] what there is to say of it
   */
  #end(text, title = text, row = [t("State"), text]) {
    clearInterval(this.#timer);
    this.#tell(title, "trash");
    this.#show([row]);
    const isHeld = this.#button === document.activeElement || this.#change === document.activeElement;
    this.#button.hidden = true;
    this.#change.hidden = true;
    if (isHeld) this.#facts.focus();
  }
  #endDeleted() {
    const text = t("Deleted");
    this.#end(text, text, this.#deleted ? when(text, new Date(this.#deleted)) : void 0);
  }
  /** @param {[string, string][]} rows */
  #show(rows) {
    const said = rows.flat().join();
    if (this.#facts.dataset.said === said) return;
    this.#facts.dataset.said = said;
    this.#facts.replaceChildren(...facts(rows));
  }
  /** Lets the sender choose another end, as long as the service keeps anything at most. */
  async #choose() {
    if (!this.#info) return;
    let config;
    try {
      config = await getConfig();
    } catch (error) {
      this.#error.show(describe(error, "status"));
      return;
    }
    const latest = Date.parse(this.#info.created_at) + config.max_ttl_seconds * 1e3;
    const now = Date.now() + config.clock_offset;
    const choices = LIVES.filter(([, seconds]) => now + seconds * 1e3 < latest);
    const option = (words, time, checked = false) => el("label", {}, el("input", { type: "radio", name: "ends", value: time, checked }), el("span", {}, words));
    const fieldset = el(
      "fieldset",
      {},
      el("legend", {}, t("From now on")),
      el(
        "div",
        { class: "segments" },
        choices.map(([words, seconds]) => option(words, now + seconds * 1e3, seconds === 86400)),
        option(t("Latest"), latest, choices.length < 2),
        option(t("A date"), "other")
      ),
      el(
        "div",
        { "data-other": true, hidden: true },
        el("label", { class: "label", for: "ends-at" }, t("On this day, at this time")),
        el("input", {
          id: "ends-at",
          type: "datetime-local",
          min: minute(new Date(now + 6e4)),
          max: minute(new Date(latest)),
          value: minute(new Date(Math.min(now + 864e5, latest)))
        })
      ),
      el(
        "p",
        { class: "hint" },
        t("The latest is {{moment}}: this service keeps nothing longer.", { moment: moment(new Date(latest)) })
      )
    );
    const choice = new Choice(fieldset);
    const changed = await dialog({
      title: t("When is it to end?"),
      body: fieldset,
      dismiss: t("Leave it"),
      action: t("Change it"),
      submit: async () => {
        const ends = choice.isOther ? new Date(choice.field.value).getTime() : choice.value;
        if (Number.isNaN(ends)) throw new Problem(t("Set a day and a time."), choice.field);
        try {
          await changeExpiry(this.#id, this.#secret, new Date(choice.isOther ? ends : Math.min(ends, latest)));
        } catch (error) {
          const { title, text } = describe(error, "extend");
          throw new Problem(sentences(`${title}.`, text));
        }
        return true;
      }
    });
    if (changed) await this.#look();
    this.#change.focus();
  }
  async #confirm() {
    if (this.#button.ariaDisabled) return;
    const sure = await dialog({
      title: t("Delete this transfer?"),
      body: el(
        "p",
        {},
        t("It is erased from the server at once, and the link stops working for everyone. This cannot be undone.")
      ),
      dismiss: t("Keep it"),
      action: t("Delete"),
      danger: true,
      submit: () => true
    });
    this.#button.focus();
    if (sure) await this.#delete();
  }
  async #delete() {
    this.#button.ariaDisabled = "true";
    try {
      await deleteTransfer(this.#id, this.#secret);
      this.#deleted = Date.now();
      this.#endDeleted();
      this.dispatchEvent(new CustomEvent("deleted", { bubbles: true }));
    } catch (error) {
      this.#error.show(describe(error, "delete"));
    } finally {
      this.#button.ariaDisabled = null;
    }
  }
};
var when = (what, date) => [what, moment(date)];
customElements.define("transfer-status", TransferStatus);

// assets/shared/drops.js
for (const name of ["dragover", "drop"]) {
  addEventListener(name, (event) => {
    const { target, dataTransfer } = (
      /** @type {DragEvent} */
      event
    );
    const isField = target instanceof Element && target.closest("input, textarea");
    if (!isField || dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

// assets/request.js
var RequestPage = class extends SenderPage {
  #link = readRequest(location.href);
  #token = "";
  #max = 0;
  /** @type {import('./sender-page.js').Way['to']} */
  #to;
  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", () => location.reload());
    find(this, "[data-retry]").addEventListener("click", () => this.#open());
    find(this, "[data-again]").addEventListener("click", () => this.#again());
    if (isSecureContext) this.#open();
    else show(this, "compose");
  }
  async #open() {
    const { id, seed, publicKey, reason } = this.#link;
    if (reason) {
      this.#gone(requestWords(this.#link), false);
      return;
    }
    show(this, "loading");
    try {
      const [info, grant] = await Promise.all([getRequest(id), this.crypto.grant(fromBase64url(seed))]);
      if (info.status !== "open") {
        this.#gone(requestWords({ reason: info.status, length: 0 }), false);
        return;
      }
      this.#token = `request.${id}.${toBase64url(grant)}`;
      this.#to = { id, publicKey: fromBase64url(publicKey) };
      await this.#describe(info, fromBase64url(seed));
      if (await this.configure()) show(this, "compose");
      else
        this.#gone(
          { title: t("No connection"), text: t("The server could not be reached. Try again in a minute.") },
          true
        );
    } catch (error) {
      this.#gone(describe(error, "request"), true);
    }
  }
  /**
   * Shows what is asked for. Whoever made the link wrote it: nobody knows who that is.
   * @param {import('./shared/contract.js').RequestInfoReply} info
   * @param {import('./crypto/bytes.js').Bytes} seed
   */
  async #describe({ label, transfers_left: left2, max_bytes: max, expires_at: expires }, seed) {
    let said = null;
    try {
      said = label ? await openLabel(seed, fromBase64url(label)) : null;
    } catch {
    }
    const [, title = said?.files[0].name, more = ""] = said?.note.match(/^([^\n]*)\n*(.*)$/s) ?? [];
    find(this, "[data-title]").textContent = title || t("Files are asked for");
    const note = find(this, "[data-asked]");
    note.hidden = !more;
    find(note, "blockquote").textContent = more;
    this.#max = max;
    find(this, "[data-facts]").replaceChildren(
      ...facts([
        [t("Can still be sent"), tn("once", "{{count}} times", left2)],
        ...max ? [
          /** @type {[string, string]} */
          [t("Each time"), t("up to {{size}}", { size: bytes(max) })]
        ] : [],
        [t("Takes files"), t("until {{moment}}", { moment: moment(new Date(expires)) })]
      ])
    );
  }
  /**
   * @param {import('./words.js').Words} words
   * @param {boolean} mayPass whether it can be tried again
   */
  #gone({ title, text }, mayPass) {
    show(this, "gone");
    find(this, "#gone-title").textContent = title;
    find(this, '[data-view="gone"] [data-text]').textContent = text;
    find(this, "[data-retry]").hidden = !mayPass;
    announce(find(this, "#gone-title"));
  }
  async configure() {
    const config = await super.configure();
    if (!config) return null;
    const max = config.max_bytes && this.#max ? Math.min(config.max_bytes, this.#max) : config.max_bytes || this.#max;
    this.config = { ...config, max_bytes: max };
    find(this, "[data-limit]").textContent = max ? t("Up to {{size}} at a time.", { size: bytes(max) }) : "";
    return this.config;
  }
  get request() {
    return this.#link.id;
  }
  get token() {
    return this.#token;
  }
  /** @param {import('./net/api.js').Config} config */
  way({ clock_offset: ahead, default_ttl_seconds: usual, max_ttl_seconds: longest }) {
    const lifetime = Math.min(Math.max(usual, 7 * 86400), longest);
    const expires = new Date(Date.now() + ahead + lifetime * 1e3);
    return { maxDownloads: 0, expires, autoDelete: false, passphrase: "", to: this.#to };
  }
  /** @param {import('./ui/sent-transfer.js').Transfer} transfer */
  done({ id, deleteSecret, expires }) {
    const status = new TransferStatus();
    show(this, "sent");
    find(this, "[data-status]").replaceChildren(status);
    find(this, "[data-until]").textContent = t("until {{moment}}", { moment: moment(expires) });
    status.watch(id, deleteSecret);
    document.title = t("Delivered: {{title}}", { title: this.title });
    announce(find(this, "#sent-title"));
  }
  #again() {
    this.picker.clear();
    this.note.clear();
    document.title = this.title;
    find(this, "[data-status]").replaceChildren();
    this.#open();
  }
};
customElements.define("request-page", RequestPage);
