// assets/crypto/memory.js
var isGecko = /\bGecko\/\d/.test(globalThis.navigator?.userAgent ?? "");
var nowhere;
function discard(buffer) {
  if (buffer.byteLength === 0) return;
  if (!nowhere) {
    const { port1, port2 } = new MessageChannel();
    port2.close();
    nowhere = port1;
  }
  nowhere.postMessage(null, [buffer]);
}

// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
function concat(chunks) {
  return joinInto(new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0)), chunks);
}
function joinInto(into, chunks) {
  let at2 = 0;
  for (const chunk of chunks) {
    into.set(chunk, at2);
    at2 += chunk.length;
  }
  return into.subarray(0, at2);
}
var startsWith = (bytes, prefix) => Array.from(prefix).every((byte, i) => bytes[i] === byte);
function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var ByteQueue = class {
  /** @type {Bytes[]} */
  #chunks = [];
  length = 0;
  /** @param {Bytes} chunk */
  push(chunk) {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }
  /**
   * The next n bytes (fewer only when fewer are held), in a fresh array.
   * @param {number} n
   */
  take(n) {
    return concat(this.chunks(n));
  }
  /**
   * The next n bytes (fewer only when fewer are held), at the beginning of an array. The memory of chunks that end with
   * them is nobody's any more.
   * @param {Bytes} into
   * @param {number} n
   */
  takeInto(into, n) {
    const chunks = this.chunks(n);
    const joined = joinInto(into, chunks);
    for (const { buffer, byteOffset, length } of chunks) if (byteOffset + length === buffer.byteLength) discard(buffer);
    return joined;
  }
  /**
   * The next n bytes (fewer only when fewer are held), as they came.
   * @param {number} n
   */
  chunks(n) {
    const taken = [];
    let left = Math.min(n, this.length);
    this.length -= left;
    while (left > 0) {
      const head = this.#chunks[0];
      if (head.length <= left) this.#chunks.shift();
      else this.#chunks[0] = head.subarray(left);
      taken.push(head.subarray(0, left));
      left -= Math.min(left, head.length);
    }
    return taken;
  }
};

// assets/crypto/envelope.js
var MAGIC = encodeText("SGMETA");
var NUL = 0;
var DOT = 46;
var BRACE = 123;
var SPACE = [32, 9, 10, 13];
var MAX_METADATA = 64 * 1024;
var MEMBERS = ["filename", "type"];
var MAX_DEPTH = 1e4;
function writeEnvelope(metadata) {
  const json = encodeText(JSON.stringify(metadata));
  if (json.length > MAX_METADATA) throw new RangeError("metadata too long");
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  return concat([MAGIC, Uint8Array.of(NUL), length, json]);
}
var looksEnveloped = (content) => startsWith(content, MAGIC);
var readStreamEnvelope = (bytes) => startsWith(bytes, MAGIC) && bytes[6] === NUL ? readSized(bytes, 7) : null;
function readEnvelope(bytes) {
  const none = { metadata: null, contentStart: 0 };
  if (!startsWith(bytes, MAGIC)) return none;
  switch (bytes[6]) {
    case DOT:
      return readBareJson(bytes, 7) ?? none;
    case NUL:
      return readSized(bytes, 7) ?? readSized(bytes, 6) ?? (bytes[7] === BRACE ? readBareJson(bytes, 7) : null) ?? none;
    default:
      return readSized(bytes, 6) ?? none;
  }
}
function readSized(bytes, at2) {
  const jsonStart = at2 + 4;
  if (bytes.length < jsonStart) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at2, 4).getUint32(0);
  if (length > MAX_METADATA || bytes.length < jsonStart + length) return null;
  const metadata = parseObject(bytes.subarray(jsonStart, jsonStart + length));
  return metadata && { metadata, contentStart: jsonStart + length };
}
function readBareJson(bytes, at2) {
  const limit = Math.min(bytes.length, at2 + MAX_METADATA);
  let start = at2;
  while (start < limit && SPACE.includes(bytes[start])) start++;
  if (bytes[start] !== BRACE) return null;
  const { end } = nesting(bytes, start, limit);
  if (end === null) return null;
  const metadata = parseObject(bytes.subarray(start, end));
  return metadata && { metadata, contentStart: end };
}
function nesting(bytes, at2, limit) {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = at2; i < limit; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 92)
        i++;
      else if (byte === 34) inString = false;
    } else if (byte === 34) inString = true;
    else if (byte === BRACE || byte === 91) deepest = Math.max(deepest, ++depth);
    else if ((byte === 125 || byte === 93) && --depth === 0) return { end: i + 1, deepest };
  }
  return { end: null, deepest };
}
function parseObject(bytes) {
  const value = parseJson(bytes);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  if (nesting(bytes, 0, bytes.length).deepest > MAX_DEPTH) return null;
  return Object.fromEntries(
    Object.entries(value).filter(([name, said]) => MEMBERS.includes(name) && typeof said === "string")
  );
}
function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
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
  const ending2 = dot > 0 && length(name.slice(dot)) <= MAX_ENDING ? name.slice(dot) : "";
  let room2 = MAX_NAME - length(ending2);
  let stem = "";
  for (const char of name.slice(0, name.length - ending2.length)) {
    room2 -= length(char);
    if (room2 < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, "") + ending2;
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
var TooLargeToOpenError = class extends Error {
  code = "too-large-to-open";
};
var FileChangedError = class extends Error {
  code = "file-changed";
};
var PassphraseError = class extends Error {
  code = "needs-passphrase";
  /** @param {import('./bytes.js').Bytes} block */
  constructor(block2) {
    super("a passphrase is needed");
    this.block = block2;
  }
};
var PathsError = class extends Error {
  code = "paths";
};

// assets/crypto/passphrase.js
var BLOCK = 24;
var MAX_PASSPHRASE = 1024;
var ARGON2ID = 1;
var SALT = 16;
var COSTS = { lanes: 1, passes: 2, memory: 19 * 1024 };
var MOST = { lanes: 4, passes: 16, memory: 256 * 1024 };
function newBlock({ lanes, passes, memory } = COSTS) {
  const block2 = crypto.getRandomValues(new Uint8Array(BLOCK));
  const view = new DataView(block2.buffer);
  view.setUint8(0, ARGON2ID);
  view.setUint8(1, lanes);
  view.setUint16(2, passes);
  view.setUint32(4, memory);
  return block2;
}
function readBlock(block2) {
  if (block2.length !== BLOCK) throw new DamagedError();
  if (block2[0] !== ARGON2ID) throw new NewerVersionError();
  const view = new DataView(block2.buffer, block2.byteOffset, BLOCK);
  const [lanes, passes, memory] = [view.getUint8(1), view.getUint16(2), view.getUint32(4)];
  const isWithin = lanes >= 1 && lanes <= MOST.lanes && passes >= 1 && passes <= MOST.passes && memory >= 8 * lanes && memory <= MOST.memory;
  if (!isWithin) throw new DamagedError();
  return { lanes, passes, memory, salt: block2.slice(BLOCK - SALT) };
}
function passphraseBytes(passphrase) {
  const bytes = encodeText(passphrase.normalize("NFC"));
  return bytes.length >= 1 && bytes.length <= MAX_PASSPHRASE ? bytes : null;
}

// assets/crypto/label.js
var MAX_PICTURE = 5 * 1024;
var INFO = encodeText("sgraph-send label 1");
var MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}$/;
var isSize = (size) => Number.isSafeInteger(size) && Number(size) >= 0;

// assets/files/tree.js
var MAX_ENTRIES = 1e5;
var MAX_DEPTH2 = 32;
var MAX_PATH = 4096;
var MAX_ENDING2 = 16;
var MAX_STEM = 230;
var lengthOf = (text) => encodeText(text).length;
var isFolder = (path) => path.endsWith("/");
var Tree = class {
  /** @type {Map<string, Node>} */
  #taken = /* @__PURE__ */ new Map();
  /** Folders that could not be called so, where a file is. @type {Map<string, Node>} */
  #moved = /* @__PURE__ */ new Map();
  /** The least number that may be free. @type {Map<string, number>} */
  #numbers = /* @__PURE__ */ new Map();
  #folders = 0;
  /**
   * Makes a path of an unknown sender safe, and unlike all before.
   * @param {string} path
   */
  add(path) {
    const folder2 = isFolder(path);
    const names = path.split("/").map((name) => safeFilename(name, "")).filter(Boolean);
    if (names.length === 0) names.push("download");
    const size = names.reduce((sum, name) => sum + lengthOf(name) + 1, folder2 ? 0 : -1);
    if (names.length > MAX_DEPTH2 || size > MAX_PATH) throw new PathsError();
    let within = 0;
    const safe = names.map((name, i) => {
      if (i === names.length - 1 && !folder2) return this.#file(within, name);
      const node = this.#enter(within, name);
      within = node.folder;
      return node.name;
    });
    if (this.#folders > MAX_ENTRIES) throw new PathsError();
    return safe.join("/") + (folder2 ? "/" : "");
  }
  /**
   * What a file in a folder is called.
   * @param {number} within
   * @param {string} name
   */
  #file(within, name) {
    const free2 = this.#taken.has(place(within, name)) ? this.#numbered(within, name) : name;
    this.#taken.set(place(within, free2), { folder: 0, name: free2 });
    return free2;
  }
  /**
   * The folder of that name in another, which may be new.
   * @param {number} within
   * @param {string} name
   */
  #enter(within, name) {
    const key = place(within, name);
    const there = this.#taken.get(key);
    if (there?.folder) return there;
    const moved = there && this.#moved.get(key);
    if (moved) return moved;
    const free2 = there ? this.#numbered(within, name) : name;
    const node = { folder: ++this.#folders, name: free2 };
    this.#taken.set(place(within, free2), node);
    if (there) this.#moved.set(key, node);
    return node;
  }
  /**
   * The first of "name (2)", "name (3)" and so on that is not taken in a folder.
   * @param {number} within
   * @param {string} name
   */
  #numbered(within, name) {
    const dot = name.lastIndexOf(".");
    const at2 = dot > 0 && lengthOf(name.slice(dot)) <= MAX_ENDING2 ? dot : name.length;
    const [stem, ending2] = [cut(name.slice(0, at2)), name.slice(at2)];
    const key = place(within, stem + ending2);
    for (let n = Math.max(2, this.#numbers.get(key) ?? 0); ; n++) {
      const candidate = `${stem} (${n})${ending2}`;
      if (this.#taken.has(place(within, candidate))) continue;
      this.#numbers.set(key, n + 1);
      return candidate;
    }
  }
};
var place = (within, name) => `${within}/${Array.from(name.normalize("NFC"), (char) => char === "İ" ? char : char.toLowerCase()).join("")}`;
function cut(stem) {
  if (lengthOf(stem) <= MAX_STEM) return stem;
  let room2 = MAX_STEM;
  let short = "";
  for (const char of stem) {
    room2 -= lengthOf(char);
    if (room2 < 0) break;
    short += char;
  }
  return short.replace(/[\s.]+$/, "");
}

// assets/files/container.js
var CONTAINER_TYPE = "application/vnd.sgraph.files";
var ENDING = ".sgfiles";
var MAGIC2 = concat([encodeText("SGFILES"), Uint8Array.of(1)]);
var MAX_INDEX = 16 * 1024 * 1024;
var MAX_MODE = 511;
var TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
var CONTAINER_START = MAGIC2.length + 4;
var containerName = (name) => name.replace(/\.sgfiles$/, "") + ENDING;
var nameOfContainer = (name) => name.replace(/\.sgfiles$/, "");
function containerSource(name, entries) {
  const tree = new Tree();
  if (entries.length === 0 || entries.length > MAX_ENTRIES) throw new PathsError();
  const files = entries.map(({ path, file }) => {
    const safe = tree.add(path);
    const folder2 = isFolder(safe);
    const time = new Date(Math.floor(file.lastModified / 1e3) * 1e3);
    return {
      path: safe,
      ...!folder2 && { size: file.size },
      ...!folder2 && time.getTime() >= 0 && { time: time.toISOString().replace(".000Z", "Z") },
      ...!folder2 && MEDIA_TYPE.test(file.type) && { type: file.type }
    };
  });
  const index = encodeText(JSON.stringify({ files }));
  if (index.length > MAX_INDEX) throw new PathsError();
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, index.length);
  const content = new Blob([MAGIC2, length, index, ...entries.flatMap((e) => isFolder(e.path) ? [] : [e.file])]);
  return { name: containerName(name), type: CONTAINER_TYPE, content, inParts: true };
}
function indexEnd(start) {
  if (start.length < CONTAINER_START || !startsWith(start, MAGIC2)) throw new DamagedError();
  const length = new DataView(start.buffer, start.byteOffset + MAGIC2.length, 4).getUint32(0);
  if (length > MAX_INDEX) throw new DamagedError();
  return CONTAINER_START + length;
}
function readIndex(start) {
  const end = indexEnd(start);
  if (start.length < end) throw new DamagedError();
  const said = parseJson(start.subarray(CONTAINER_START, end));
  const entries = isObject(said) ? said.files : null;
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_ENTRIES || !entries.every(isObject))
    throw new DamagedError();
  const tree = new Tree();
  let at2 = end;
  const files = entries.map((entry) => {
    const path = safePath(tree, entry.path);
    const size = isFolder(path) ? 0 : entry.size;
    if (!isSize(size) || !isSize(at2 + size)) throw new DamagedError();
    const from = at2;
    at2 += size;
    const { mode, type } = entry;
    return {
      path,
      size: Math.abs(size),
      // of -0, too
      mode: isSize(mode) && mode <= MAX_MODE ? Math.abs(mode) : 0,
      time: readTime(entry.time),
      type: typeof type === "string" && MEDIA_TYPE.test(type) && !isFolder(path) ? type : "",
      from,
      to: at2
    };
  });
  return { files, size: at2 };
}
function safePath(tree, path) {
  try {
    return tree.add(typeof path === "string" ? path : "");
  } catch {
    throw new DamagedError();
  }
}
var isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
function readTime(said) {
  if (typeof said !== "string" || !TIME.test(said)) return null;
  const time = Date.parse(said);
  return time >= 0 && new Date(time).toISOString().startsWith(said.slice(0, -1)) ? time : null;
}

// assets/crypto/stream.js
var FAMILY = concat([encodeText("SGSEND"), Uint8Array.of(0)]);
var STREAM = 2;
var STREAM_WITH_PASSPHRASE = 3;
var TAG = 16;
var SEGMENT = 1024 * 1024;
var SALT2 = 32;
var PREFIX = 7;
var HEADER = 1 + SALT2 + PREFIX;
var MAX_SEGMENTS = 2 ** 32 - 1;
var firstPlain = SEGMENT - HEADER - TAG;
var nextPlain = SEGMENT - TAG;
var RANDOM = SALT2 + PREFIX;
var MAX_HEAD = FAMILY.length + 1 + BLOCK + HEADER;
var associatedData = (block2) => block2 ? concat([FAMILY, Uint8Array.of(STREAM_WITH_PASSPHRASE), block2]) : concat([FAMILY, Uint8Array.of(STREAM)]);
var Places = class {
  #begin;
  /** @param {Bytes | null} block of the passphrase, if there is one */
  constructor(block2) {
    this.#begin = associatedData(block2).length;
  }
  /** Where a segment begins in the sealed file; the one behind the last is where another would. */
  sealedStart(index) {
    return this.#begin + (index === 0 ? HEADER : index * SEGMENT);
  }
  /** Where a segment begins in the plaintext. */
  plainStart(index) {
    return index === 0 ? 0 : firstPlain + (index - 1) * nextPlain;
  }
  /** Which segment has a byte of the sealed file; what stands before the first is taken for part of it. */
  indexOfSealed(at2) {
    return Math.max(0, Math.floor((at2 - this.#begin) / SEGMENT));
  }
  /** Which segment has a byte of the plaintext. */
  indexOfPlain(at2) {
    return at2 < firstPlain ? 0 : 1 + Math.floor((at2 - firstPlain) / nextPlain);
  }
  /** How many segments there are. */
  count(plainSize) {
    return 1 + Math.ceil(Math.max(0, plainSize - firstPlain) / nextPlain);
  }
  sealedSize(plainSize) {
    return this.#begin + HEADER + plainSize + this.count(plainSize) * TAG;
  }
  /** How many segments a sealed file of this length has. */
  countOfSealed(size) {
    return Math.max(1, Math.ceil((size - this.#begin) / SEGMENT));
  }
};
async function deriveKey(linkKey, { salt, info: info2 }, usage) {
  const material = await crypto.subtle.importKey("raw", linkKey, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: info2 };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}
function gcm(prefix, index, last) {
  if (index >= MAX_SEGMENTS) throw new RangeError("stream too long");
  const nonce = new Uint8Array(12);
  nonce.set(prefix);
  new DataView(nonce.buffer).setUint32(PREFIX, index);
  nonce[11] = last ? 1 : 0;
  return { name: "AES-GCM", iv: nonce };
}
var SegmentSealer = class {
  #prefix;
  #key;
  /**
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   * @param {Bytes} random salt and nonce prefix
   */
  constructor(linkKey, block2, random) {
    const [salt, info2] = [random.slice(0, SALT2), associatedData(block2)];
    this.#prefix = random.slice(SALT2);
    this.#key = deriveKey(linkKey, { salt, info: info2 }, "encrypt");
    this.#key.catch(() => {
    });
    this.head = concat([info2, Uint8Array.of(HEADER), random]);
  }
  /**
   * @param {number} index
   * @param {Bytes} plain
   * @param {boolean} last
   */
  async seal(index, plain, last) {
    return new Uint8Array(await crypto.subtle.encrypt(gcm(this.#prefix, index, last), await this.#key, plain));
  }
};
var SegmentOpener = class {
  #prefix;
  #key;
  /** What segments are put together in, of which none is being opened. @type {Bytes[]} */
  #free = [];
  /**
   * @param {Key} linkKey
   * @param {Bytes} head what stands before the first segment: see readHead
   */
  constructor(linkKey, head) {
    const header = head.length - HEADER;
    const [info2, salt] = [head.slice(0, header), head.slice(header + 1, header + 1 + SALT2)];
    this.#prefix = head.slice(header + 1 + SALT2);
    this.#key = deriveKey(linkKey, { salt, info: info2 }, "decrypt");
    this.#key.catch(() => {
    });
  }
  /**
   * @param {number} index
   * @param {Bytes} sealed
   * @param {boolean} last
   */
  async open(index, sealed, last) {
    const key = await this.#key;
    try {
      return new Uint8Array(await crypto.subtle.decrypt(gcm(this.#prefix, index, last), key, sealed));
    } catch {
      throw index === 0 ? new WrongKeyError() : new DamagedError();
    }
  }
  /**
   * Opens what comes next in a queue, which is put together in memory that serves again.
   * @param {number} index
   * @param {{ queue: ByteQueue, size: number }} sealed
   * @param {boolean} last
   */
  openNext(index, { queue, size }, last) {
    const buffer = this.#free.pop() ?? new Uint8Array(SEGMENT);
    const opening = this.open(index, queue.takeInto(buffer, size), last);
    const free2 = () => this.#free.push(buffer);
    opening.then(free2, free2);
    return opening;
  }
};
function readHead(start, block2) {
  if (start.length < FAMILY.length + 1) return startsWith(FAMILY, start.subarray(0, FAMILY.length)) ? null : void 0;
  if (!startsWith(start, FAMILY)) return void 0;
  const version = start[FAMILY.length];
  if (version !== STREAM && version !== STREAM_WITH_PASSPHRASE) throw new NewerVersionError();
  const begin2 = FAMILY.length + 1 + (version === STREAM ? 0 : BLOCK);
  if (start.length < begin2 + HEADER) return null;
  if (start[begin2] !== HEADER) throw new DamagedError();
  if (version === STREAM_WITH_PASSPHRASE) {
    const asked = start.slice(FAMILY.length + 1, begin2);
    readBlock(asked);
    if (!block2 || !startsWith(block2, asked)) throw new PassphraseError(asked);
  } else if (block2) throw new WrongKeyError();
  return start.slice(0, begin2 + HEADER);
}
var StreamDecrypter = class {
  #opener;
  #places;
  #queue = new ByteQueue();
  #index = 0;
  /**
   * @param {Key} linkKey
   * @param {Bytes} head what stands before the first segment
   */
  constructor(linkKey, head) {
    this.#opener = new SegmentOpener(linkKey, head);
    this.#places = new Places(
      head.length > FAMILY.length + 1 + HEADER ? head.subarray(FAMILY.length + 1, -HEADER) : null
    );
  }
  /**
   * Takes the next bytes behind the head; returns the segments that they complete, which are being opened.
   * @param {Bytes} chunk
   * @returns {Promise<Bytes>[]}
   */
  push(chunk) {
    this.#queue.push(chunk);
    const opening = [];
    for (let size = this.#size; this.#queue.length > size; size = this.#size) opening.push(this.#open(size, false));
    return opening;
  }
  /** To be called once all has arrived; returns the last segment. */
  finish() {
    return this.#open(this.#queue.length, true);
  }
  /** The length of the next segment, if it is full. */
  get #size() {
    return this.#places.sealedStart(this.#index + 1) - this.#places.sealedStart(this.#index);
  }
  /**
   * @param {number} size
   * @param {boolean} last
   */
  #open(size, last) {
    return this.#opener.openNext(this.#index++, { queue: this.#queue, size }, last);
  }
};

// assets/crypto/open.js
var IV = 12;
var TAG2 = 16;
var ONE_SHOT_OPEN_MAX = 2 ** 31 - 1;
var AHEAD = 4;
var OneShotDecrypter = class {
  #linkKey;
  #queue = new ByteQueue();
  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }
  /**
   * @param {Bytes} chunk
   * @returns {Promise<Bytes>[]}
   */
  push(chunk) {
    this.#queue.push(chunk);
    if (this.#queue.length > ONE_SHOT_OPEN_MAX) throw new TooLargeToOpenError();
    return [];
  }
  async finish() {
    if (this.#queue.length < IV + TAG2) throw new DamagedError();
    const iv = this.#queue.take(IV);
    const key = await crypto.subtle.importKey("raw", this.#linkKey, "AES-GCM", false, ["decrypt"]);
    try {
      return new Uint8Array(
        await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, this.#queue.take(this.#queue.length))
      );
    } catch {
      throw new WrongKeyError();
    }
  }
};
var Opener = class {
  /** @type {import('./envelope.js').Metadata | null | undefined} */
  metadata = void 0;
  #linkKey;
  #block;
  #start = new Uint8Array();
  /** @type {OneShotDecrypter | StreamDecrypter | null} */
  #decrypter = null;
  /**
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   */
  constructor(linkKey, block2 = null) {
    this.#linkKey = linkKey;
    this.#block = block2;
  }
  /**
   * Takes the next ciphertext bytes; returns the content chunks they complete.
   * @param {Bytes} chunk
   */
  async push(chunk) {
    return this.#unwrap(await Promise.all(this.#feed(chunk)));
  }
  async finish() {
    return this.#unwrap([await this.#last()]);
  }
  /**
   * The content of a ciphertext that arrives. Some segments are opened while more arrive.
   * @param {AsyncIterable<Bytes>} chunks
   */
  async *content(chunks) {
    const opening = [];
    const next = async () => this.#unwrap([await /** @type {Promise<Bytes>} */
    opening.shift()]);
    for await (const chunk of chunks) {
      opening.push(...this.#feed(chunk));
      while (opening.length > AHEAD || opening.length > 0 && this.metadata === void 0) yield* await next();
    }
    opening.push(this.#last());
    while (opening.length) yield* await next();
  }
  /**
   * @param {Bytes} chunk
   * @returns {Promise<Bytes>[]}
   */
  #feed(chunk) {
    if (this.#decrypter) return this.#decrypter.push(chunk);
    const start = this.#start.length ? concat([this.#start, chunk]) : chunk;
    const head = readHead(start, this.#block);
    if (head === null) {
      this.#start = start;
      return [];
    }
    if (head === void 0 && this.#block) throw new WrongKeyError();
    this.#start = new Uint8Array();
    this.#decrypter = head ? new StreamDecrypter(this.#linkKey, head) : new OneShotDecrypter(this.#linkKey);
    return this.#decrypter.push(head ? start.slice(head.length) : start);
  }
  async #last() {
    if (!this.#decrypter) throw new DamagedError();
    return this.#decrypter.finish();
  }
  /**
   * Takes the envelope off the first plaintext chunk. The first segment of a stream always holds all of it.
   * @param {Bytes[]} chunks
   */
  #unwrap(chunks) {
    if (this.metadata !== void 0 || chunks.length === 0) return chunks;
    const isStream = this.#decrypter instanceof StreamDecrypter;
    const envelope = isStream ? readStreamEnvelope(chunks[0]) : readEnvelope(chunks[0]);
    if (!envelope) throw new DamagedError();
    this.metadata = envelope.metadata;
    return [chunks[0].subarray(envelope.contentStart), ...chunks.slice(1)];
  }
};

// assets/crypto/range.js
var AHEAD2 = 4;
var SealedFile = class _SealedFile {
  #fetch;
  #size;
  #places;
  #opener;
  #first;
  #before;
  /**
   * Opens a file, of which the first segment is fetched; null where it is one of format 1, of which there are no parts.
   * @param {Key} linkKey
   * @param {Bytes | null} block of the passphrase that is in the key, if there is one
   * @param {{ size: number, fetch: Fetch }} file size is that of the sealed file
   */
  static async open(linkKey, block2, { size, fetch: fetch2 }) {
    const end = Math.min(size, new Places(block2).sealedStart(1));
    const start = await gather(fetch2(0, end), end);
    const head = readHead(start, block2);
    if (head === null) throw new DamagedError();
    if (head === void 0) return null;
    const opener = new SegmentOpener(linkKey, head);
    const first = await opener.open(0, start.subarray(head.length), end === size);
    return new _SealedFile(block2, { size, fetch: fetch2 }, opener, first);
  }
  /**
   * @private use open
   * @param {Bytes | null} block
   * @param {{ size: number, fetch: Fetch }} file
   * @param {SegmentOpener} opener
   * @param {Bytes} first
   */
  constructor(block2, { size, fetch: fetch2 }, opener, first) {
    this.#fetch = fetch2;
    this.#size = size;
    this.#places = new Places(block2);
    this.#opener = opener;
    this.#first = first;
    const envelope = readStreamEnvelope(first);
    if (!envelope) throw new DamagedError();
    this.metadata = envelope.metadata;
    this.#before = envelope.contentStart;
    const count = this.#places.countOfSealed(size);
    const plainSize = this.#places.plainStart(count - 1) + size - this.#places.sealedStart(count - 1) - 16;
    this.size = plainSize - this.#before;
  }
  /**
   * The part of the sealed file that has a part of the content.
   * @param {number} from
   * @param {number} to
   */
  sealed(from, to) {
    const { first, last } = this.#segments(from, to);
    return { from: this.#places.sealedStart(first), to: Math.min(this.#places.sealedStart(last + 1), this.#size) };
  }
  /**
   * @param {number} from
   * @param {number} to
   */
  #segments(from, to) {
    const first = this.#places.indexOfPlain(this.#before + from);
    return { first, last: Math.max(first, this.#places.indexOfPlain(this.#before + to - 1)) };
  }
  /**
   * A part of the content. Some segments are opened while more arrive.
   * @param {number} from
   * @param {number} [end]
   * @returns {AsyncGenerator<Bytes>}
   */
  async *content(from, end = this.size) {
    const to = Math.min(end, this.size);
    if (from >= to) return;
    const { first, last } = this.#segments(from, to);
    const opening = first === 0 ? [Promise.resolve(this.#first)] : [];
    let done = first;
    const next = async () => {
      const start = this.#places.plainStart(done++) - this.#before;
      const plain = await /** @type {Promise<Bytes>} */
      opening.shift();
      return plain.subarray(Math.max(0, from - start), to - start);
    };
    if (last > 0) {
      for await (const [segment] of this.#arriving(Math.max(1, first), last)) {
        opening.push(segment);
        while (opening.length > AHEAD2) yield await next();
      }
    }
    while (opening.length) yield await next();
  }
  /**
   * Segments, which are being opened, as they arrive.
   * @param {number} first
   * @param {number} last
   */
  async *#arriving(first, last) {
    const queue = new ByteQueue();
    let index = first;
    const end = (index2) => Math.min(this.#places.sealedStart(index2 + 1), this.#size);
    for await (const chunk of this.#fetch(this.#places.sealedStart(first), end(last))) {
      queue.push(chunk);
      for (; index <= last; index++) {
        const size = end(index) - this.#places.sealedStart(index);
        if (queue.length < size) break;
        yield [this.#opener.openNext(index, { queue, size }, end(index) === this.#size)];
      }
    }
    if (index <= last) throw new DamagedError();
  }
};
async function gather(chunks, size) {
  const all = [];
  for await (const chunk of chunks) all.push(chunk);
  const bytes = concat(all);
  if (bytes.length < Math.min(size, MAX_HEAD)) throw new DamagedError();
  return bytes.subarray(0, size);
}

// assets/files/crc32.js
var tables = Array.from({ length: 8 }, () => new Uint32Array(256));
for (let i = 0; i < 256; i++) {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 3988292384 : crc >>> 1;
  tables[0][i] = crc;
}
for (let t = 1; t < 8; t++) {
  for (let i = 0; i < 256; i++) tables[t][i] = tables[t - 1][i] >>> 8 ^ tables[0][tables[t - 1][i] & 255];
}
var [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
function crc32(bytes, soFar = 0) {
  let crc = ~soFar;
  let i = 0;
  for (const stop = bytes.length - 7; i < stop; i += 8) {
    crc ^= bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24;
    crc = t7[crc & 255] ^ t6[crc >>> 8 & 255] ^ t5[crc >>> 16 & 255] ^ t4[crc >>> 24] ^ t3[bytes[i + 4]] ^ t2[bytes[i + 5]] ^ t1[bytes[i + 6]] ^ t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = crc >>> 8 ^ t0[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

// assets/files/zip.js
var LOCAL = 67324752;
var DESCRIPTOR = 134695760;
var CENTRAL = 33639248;
var END = 101010256;
var END64 = 101075792;
var END64_LOCATOR = 117853008;
var BEHIND = 1 << 3;
var UTF8_NAMES = 1 << 11;
var UNIX = 3 << 8;
var IS_FILE = 32768;
var IS_FOLDER = 16384;
var DOS_FOLDER = 16;
var MAX16 = 65535;
var MAX32 = 4294967295;
var ZipWriter = class {
  /** @type {Planned[]} */
  #entries;
  #next = 0;
  #left = 0;
  #offset = 0;
  /** @param {Listed[]} files */
  constructor(files) {
    this.#entries = files.map(({ path, size, mode, time }) => ({
      path: encodeText(path),
      size,
      mode,
      folder: isFolder(path),
      offset: 0,
      crc: 0,
      time: dosTime(time === null ? new Date(1980, 0, 1) : new Date(time))
    }));
  }
  /** How long the archive will be. */
  get size() {
    const local = this.#entries.reduce((sum, entry) => {
      entry.offset = sum;
      return sum + localHeader(entry).length + entry.size + descriptor(entry).length;
    }, 0);
    const directory = { offset: local, size: this.#entries.reduce((sum, e) => sum + centralHeader(e).length, 0) };
    return local + directory.size + ending(this.#entries, directory).length;
  }
  /**
   * Takes what is in the files; returns the archive up to there.
   * @param {Bytes} bytes
   */
  push(bytes) {
    const out = [];
    for (let rest = bytes; ; ) {
      while (this.#left === 0) if (!this.#begin(out)) return this.#count(out, rest);
      if (rest.length === 0) return out;
      const entry = this.#entries[this.#next - 1];
      const part2 = rest.subarray(0, this.#left);
      rest = rest.subarray(part2.length);
      entry.crc = crc32(part2, entry.crc);
      this.#left -= part2.length;
      out.push(part2);
      this.#offset += part2.length;
      if (this.#left === 0) this.#add(out, descriptor(entry));
    }
  }
  /** To be called once all has gone in; returns the rest of the archive. */
  finish() {
    const out = this.push(new Uint8Array());
    if (this.#left > 0) throw new DamagedError();
    const offset = this.#offset;
    for (const entry of this.#entries) this.#add(out, centralHeader(entry));
    this.#add(out, ending(this.#entries, { offset, size: this.#offset - offset }));
    return out;
  }
  /**
   * Begins the next file; false where there is none.
   * @param {Bytes[]} out
   */
  #begin(out) {
    if (this.#next === this.#entries.length) return false;
    const entry = this.#entries[this.#next++];
    entry.offset = this.#offset;
    this.#left = entry.size;
    this.#add(out, localHeader(entry));
    if (entry.size === 0) this.#add(out, descriptor(entry));
    return true;
  }
  /**
   * @param {Bytes[]} out
   * @param {Bytes} bytes
   */
  #add(out, bytes) {
    this.#offset += bytes.length;
    out.push(bytes);
  }
  /**
   * What comes behind the last file is none of it.
   * @param {Bytes[]} out
   * @param {Bytes} rest
   */
  #count(out, rest) {
    if (rest.length > 0) throw new DamagedError();
    return out;
  }
};
function description({ path, time, folder: folder2 }, { crc, size, extra }) {
  return [
    [2, UTF8_NAMES | (folder2 ? 0 : BEHIND)],
    [2, 0],
    [4, time],
    [4, crc],
    [4, size],
    [4, size],
    [2, path.length],
    [2, sizeOf(extra)]
  ];
}
var isLarge = ({ size }) => size >= MAX32;
function localHeader(entry) {
  const large = isLarge(entry);
  const extra = large ? zip64Extra([0, 0]) : [];
  const known = { crc: 0, size: large ? MAX32 : 0, extra };
  return fields([4, LOCAL], [2, large ? 45 : 20], ...description(entry, known), [entry.path], ...extra);
}
function descriptor(entry) {
  const { crc, size, folder: folder2 } = entry;
  if (folder2) return fields();
  const width = isLarge(entry) ? 8 : 4;
  return fields([4, DESCRIPTOR], [4, crc], [width, size], [width, size]);
}
function centralHeader(entry) {
  const { path, size, offset, crc, mode, folder: folder2 } = entry;
  const wide = [...isLarge(entry) ? [size, size] : [], ...offset >= MAX32 ? [offset] : []];
  const extra = wide.length ? zip64Extra(wide) : [];
  const version = wide.length ? 45 : 20;
  const permissions = mode ? (mode | (folder2 ? IS_FOLDER : IS_FILE)) * 65536 : 0;
  return fields(
    [4, CENTRAL],
    [2, version | (mode ? UNIX : 0)],
    [2, version],
    ...description(entry, { crc, size: Math.min(size, MAX32), extra }),
    [2, 0],
    [2, 0],
    [2, 0],
    [4, permissions + (folder2 ? DOS_FOLDER : 0)],
    [4, Math.min(offset, MAX32)],
    [path],
    ...extra
  );
}
function ending(entries, { offset, size }) {
  const count = entries.length;
  const end = fields(
    [4, END],
    [2, 0],
    [2, 0],
    [2, Math.min(count, MAX16)],
    [2, Math.min(count, MAX16)],
    [4, Math.min(size, MAX32)],
    [4, Math.min(offset, MAX32)],
    [2, 0]
  );
  if (count < MAX16 && size < MAX32 && offset < MAX32) return end;
  const end64 = fields(
    [4, END64],
    [8, 44],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, size],
    [8, offset]
  );
  const locator = fields([4, END64_LOCATOR], [4, 0], [8, offset + size], [4, 1]);
  return concat([end64, locator, end]);
}
var zip64Extra = (values) => [
  [2, 1],
  [2, values.length * 8],
  ...values.map((value) => (
    /** @type {Part} */
    [8, value]
  ))
];
var widthOf = ([first]) => typeof first === "number" ? first : first.length;
var sizeOf = (parts) => parts.reduce((sum, part2) => sum + widthOf(part2), 0);
function fields(...parts) {
  const bytes = new Uint8Array(sizeOf(parts));
  const view = new DataView(bytes.buffer);
  let at2 = 0;
  for (const part2 of parts) {
    const [width, value] = part2;
    if (typeof width !== "number") bytes.set(width, at2);
    else if (width === 2) view.setUint16(at2, Number(value), true);
    else if (width === 4) view.setUint32(at2, Number(value), true);
    else view.setBigUint64(at2, BigInt(value ?? 0), true);
    at2 += widthOf(part2);
  }
  return bytes;
}
function dosTime(date) {
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  const day = year - 1980 << 9 | date.getMonth() + 1 << 5 | date.getDate();
  const time = date.getHours() << 11 | date.getMinutes() << 5 | date.getSeconds() >> 1;
  return (day << 16 | time) >>> 0;
}

// assets/save.js
var FOLDER = "opened";
async function sinkAt(place3) {
  if (place3.kind === "file") return FileSink.open(place3.handle);
  if (place3.kind === "stream") return new StreamSink(place3.port);
  return place3.kind === "own" ? OwnSink.open().catch(() => new BlobSink()) : new BlobSink();
}
var BlobSink = class {
  /** @type {Blob[]} */
  #parts = [];
  /** @param {Bytes} bytes */
  write(bytes) {
    this.#parts.push(new Blob([bytes]));
  }
  /** The type is left open on purpose: no blob of a stranger's is ever a page or a script of this site. */
  async close() {
    return { blob: new Blob(this.#parts, { type: "application/octet-stream" }), name: "" };
  }
  abort() {
    this.#parts = [];
  }
};
var RUN = 8 * 1024 * 1024;
var free = [];
var FileSink = class _FileSink {
  #name;
  #writable;
  #run = free.pop() ?? new Uint8Array(RUN);
  #length = 0;
  /** @param {FileSystemFileHandle} handle */
  static async open(handle) {
    return new _FileSink(handle.name, await handle.createWritable());
  }
  /**
   * @param {string} name
   * @param {FileSystemWritableFileStream} writable
   */
  constructor(name, writable) {
    this.#name = name;
    this.#writable = writable;
  }
  /** @param {Bytes} bytes */
  async write(bytes) {
    for (let rest = bytes; rest.length; ) {
      const part2 = rest.subarray(0, RUN - this.#length);
      this.#run.set(part2, this.#length);
      this.#length += part2.length;
      rest = rest.subarray(part2.length);
      if (this.#length === RUN) await this.#writeRun();
    }
  }
  async #writeRun() {
    if (this.#length) await this.#writable.write(this.#run.subarray(0, this.#length));
    this.#length = 0;
  }
  async close() {
    await this.#writeRun();
    free.push(this.#run);
    await this.#writable.close();
    return { blob: null, name: this.#name };
  }
  abort() {
    return this.#writable.abort().catch(() => {
    });
  }
};
var StreamSink = class {
  #port;
  #asked = 0;
  #isCancelled = false;
  #wake = () => {
  };
  /** @param {MessagePort} port */
  constructor(port) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (data === "more") this.#asked++;
      if (data === "cancelled") this.#isCancelled = true;
      this.#wake();
    };
    port.postMessage("ready");
  }
  async #turn() {
    while (this.#asked === 0 && !this.#isCancelled) {
      await new Promise((resolve) => {
        this.#wake = () => resolve(void 0);
      });
    }
    if (this.#isCancelled) throw new DOMException("cancelled", "AbortError");
    this.#asked--;
  }
  /** @param {Bytes} bytes */
  async write(bytes) {
    if (bytes.length === 0) return;
    await this.#turn();
    const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    this.#port.postMessage(whole, [whole.buffer]);
  }
  async close() {
    await this.#turn();
    this.#port.postMessage(null);
    return { blob: null, name: "" };
  }
  abort() {
    this.#port.postMessage("failed");
  }
};
var OwnSink = class _OwnSink {
  #folder;
  #handle;
  #file;
  #at = 0;
  static async open() {
    const root = await navigator.storage.getDirectory();
    const folder2 = await root.getDirectoryHandle(FOLDER, { create: true });
    const handle = await folder2.getFileHandle(crypto.randomUUID(), { create: true });
    return new _OwnSink(folder2, handle, await /** @type {any} */
    handle.createSyncAccessHandle());
  }
  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {FileSystemFileHandle} handle
   * @param {{ write: (bytes: Bytes, options: { at: number }) => number, close: () => void }} file
   */
  constructor(folder2, handle, file) {
    this.#folder = folder2;
    this.#handle = handle;
    this.#file = file;
  }
  /** @param {Bytes} bytes */
  write(bytes) {
    if (this.#file.write(bytes, { at: this.#at }) < bytes.length)
      throw new DOMException("no room", "QuotaExceededError");
    this.#at += bytes.length;
  }
  async close() {
    this.#file.close();
    return { blob: await this.#handle.getFile(), name: "" };
  }
  async abort() {
    this.#file.close();
    await this.#folder.removeEntry(this.#handle.name).catch(() => {
    });
  }
};

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
var codes = {
  invalid: "invalid",
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  notFound: "not_found",
  conflict: "conflict",
  gone: "gone",
  tooSlow: "too_slow",
  tooLarge: "too_large",
  outOfRange: "out_of_range",
  limited: "limited",
  full: "full",
  unavailable: "unavailable",
  internal: "internal",
  tokenRequired: "token_required",
  tokenUnknown: "token_unknown",
  tokenRevoked: "token_revoked",
  tokenExhausted: "token_exhausted",
  tokenNameTaken: "token_name_taken",
  tokenCheckUnavailable: "token_check_unavailable",
  transferNotFound: "transfer_not_found",
  deleted: "deleted",
  takenDown: "taken_down",
  expired: "expired",
  exhausted: "exhausted",
  idTaken: "id_taken",
  notUploaded: "not_uploaded",
  notPending: "not_pending",
  notCompleted: "not_completed",
  badLabel: "bad_label",
  deleteNotEnabled: "delete_not_enabled",
  deleteSecretRequired: "delete_secret_required",
  wrongDeleteSecret: "wrong_delete_secret",
  emptyBody: "empty_body",
  incompleteBody: "incomplete_body",
  notCiphertext: "not_ciphertext",
  damaged: "damaged",
  unknownVersion: "unknown_version",
  sizeMismatch: "size_mismatch",
  usePresigned: "use_presigned",
  tooManyPending: "too_many_pending",
  uploadNotFound: "upload_not_found",
  partsMismatch: "parts_mismatch",
  requestNotFound: "request_not_found",
  requestUnknown: "request_unknown",
  requestFull: "request_full",
  requestClosed: "request_closed",
  requestExpired: "request_expired",
  requestSecretRequired: "request_secret_required",
  wrongRequestSecret: "wrong_request_secret",
  badSealedKey: "bad_sealed_key",
  linkNotGenuine: "link_not_genuine",
  linkExpired: "link_expired",
  linkMismatch: "link_mismatch",
  permitSpent: "permit_spent",
  apiKeyRequired: "api_key_required",
  wrongApiKey: "wrong_api_key",
  sessionExpired: "session_expired",
  sessionInvalid: "session_invalid",
  operatorRequired: "operator_required",
  signOnFailed: "sign_on_failed",
  noRole: "no_role",
  signOnUnavailable: "sign_on_unavailable",
  methodNotAllowed: "method_not_allowed",
  crossSite: "cross_site"
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
function place2(link) {
  const path = link.replace(/^https?:\/\/[^/]*/i, "");
  return path.startsWith(paths.getLink("")) ? path : link;
}
var get = async (path) => read(await request("GET", path));
var getInfo = (id) => get(paths.transferInfo(id));
async function getDownloadPlace(id, claim) {
  const response = await request("GET", paths.downloadUrl(id), { headers: claimHeaders(claim) });
  const { download_url: link } = await read(response);
  return { place: place2(link), permit: response.headers.get(headers.downloadPermit) ?? claim.permit };
}
var claimHeaders = ({ name, permit }) => permit ? { [headers.downloadPermit]: permit } : { [headers.downloadClaim]: name };
var tokenHeaders = (token) => token ? { [headers.accessToken]: token } : {};
var post = async (path, { token = "", json, signal } = {}) => read(await request("POST", path, { json, signal, headers: tokenHeaders(token) }));

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
    const complete2 = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const [result] = await Promise.all([task(...names.map((name) => transaction.objectStore(name))), complete2]);
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

// assets/net/storage.js
var FOLDER2 = "received";
var hasFiles = () => "FileSystemSyncAccessHandle" in globalThis && Boolean(navigator.storage?.getDirectory);
var folder = async () => (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER2, { create: true });
async function eraseFiles(ids) {
  if (ids.length === 0 || !navigator.storage?.getDirectory) return;
  const files = await folder().catch(() => null);
  await Promise.all(ids.map((id) => files?.removeEntry(String(id)).catch(() => {
  })));
}
var received = new Database("sgraph-send", ["claims", "pieces"], "default");
var cleared;
async function transact(task) {
  await removeOver();
  return received.transact(["claims", "pieces"], task);
}
async function clear() {
  let last = [];
  const files = await filesOf();
  await received.transact(["claims", "pieces"], async (claims, pieces) => {
    const [ids, all] = await Promise.all([answer(claims.getAllKeys()), answer(claims.getAll())]);
    const over = ids.filter((_, i) => all[i].ends <= Date.now());
    last = ids.filter((id) => !over.includes(id));
    await Promise.all(over.map((id) => erase(claims, pieces, id)));
  });
  await eraseFiles(files.filter((id) => !last.includes(id)));
}
async function filesOf() {
  const ids = [];
  try {
    const files = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER2);
    for await (
      const id of
      /** @type {any} */
      files.keys()
    ) ids.push(id);
  } catch {
  }
  return ids;
}
var erase = (claims, pieces, id) => Promise.all([answer(claims.delete(id)), answer(pieces.delete(rowsOf(id)))]);
async function removeOver() {
  cleared ??= clear();
  await cleared;
}
async function find(id) {
  return transact(async (claims, pieces) => {
    const [claim, count] = await Promise.all([answer(claims.get(id)), answer(pieces.count(rowsOf(id)))]);
    return { claim: claim ?? null, count };
  });
}
async function saveClaim(id, claim) {
  await transact((claims) => answer(claims.put(claim, id)));
}
async function openFile(id) {
  await removeOver();
  if (!hasFiles()) return null;
  const handle = await (await folder()).getFileHandle(id, { create: true });
  try {
    return await /** @type {any} */
    handle.createSyncAccessHandle({ mode: "readwrite-unsafe" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "NoModificationAllowedError") return null;
    throw error;
  }
}
async function savePieces(id, added) {
  await transact(async (claims, pieces) => {
    if (!await answer(claims.getKey(id))) return;
    await Promise.all([...added].map(([index, piece]) => answer(pieces.put(piece, [id, index]))));
  });
}
async function findPieces(id, first, count) {
  const rows = IDBKeyRange.bound([id, first], [id, first + count - 1]);
  const [keys, pieces] = await transact(
    (_, pieces2) => Promise.all([answer(pieces2.getAllKeys(rows)), answer(pieces2.getAll(rows))])
  );
  let file;
  const found = [];
  for (const [i, piece] of pieces.entries()) {
    if (keys[i][1] !== first + i) break;
    if (piece instanceof Blob) {
      found.push(piece);
      continue;
    }
    file ??= await (await (await folder()).getFileHandle(id)).getFile();
    const part2 = file.slice(piece.at, piece.at + piece.size);
    if (part2.size < piece.size) break;
    found.push(part2);
  }
  return found;
}
async function remove(id) {
  await transact((claims, pieces) => erase(claims, pieces, id));
  await eraseFiles([id]);
}
async function room() {
  if (!hasFiles()) return 0;
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  return Math.max(0, (quota - usage) / 2);
}

// assets/net/kept.js
var PIECE = 1024 * 1024;
var RUN2 = 8;
var STORED_MAX = 1024;
var HELD_MAX = 64;
var DONE_MAX = 32;
var NOTE_EVERY = 500;
var NOTE_MAX = 64;
var Kept = class {
  /** @type {Claim | null} */
  claim = null;
  #id;
  #count = 0;
  #isFull = false;
  /** How many pieces may be kept, once that is known. @type {Promise<number> | undefined} */
  #most;
  /** @type {Blob[] | null} the pieces, by their numbers, where the browser stores none */
  #held = null;
  /** While pieces come. @type {Promise<storage.File | null> | undefined} */
  #file;
  /** Pieces in the file that the database does not know. @type {Map<number, storage.Place>} */
  #unknown = /* @__PURE__ */ new Map();
  #noted = 0;
  // when it was told last
  /** While it is told. @type {Promise<void>} */
  #noting = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  /** @param {string} id of the transfer */
  constructor(id) {
    this.#id = id;
  }
  /** Bytes that are here. */
  get size() {
    const size = this.#count * PIECE;
    return this.claim?.total ? Math.min(size, this.claim.total) : size;
  }
  /** Whether it outlives the page. */
  get isStored() {
    return !this.#held;
  }
  /** Learns what was begun, here or in another tab. */
  async load() {
    if (!this.#held) {
      await this.#try(async () => {
        const { claim, count } = await find(this.#id);
        [this.claim, this.#count] = [claim, count];
      });
    }
    if (this.claim && this.claim.ends <= Date.now()) await this.forget();
  }
  /** @param {Claim} claim */
  async save(claim) {
    this.claim = claim;
    await this.#try(() => saveClaim(this.#id, claim));
  }
  /**
   * Keeps the next piece, if there is room. Its bytes may be changed afterwards.
   * @param {number} index
   * @param {Bytes} bytes
   * @returns {Promise<boolean>} whether it is kept
   */
  async add(index, bytes) {
    if (index < this.#count) return true;
    if (index > this.#count || !await this.put(index, bytes)) return false;
    this.#count++;
    return true;
  }
  /**
   * Keeps any piece, if there is room. Whoever has pieces kept closes in the end.
   * @param {number} index
   * @param {Bytes} bytes
   * @returns {Promise<boolean>} whether it is kept
   */
  async put(index, bytes) {
    this.#most ??= this.#howMany();
    if (this.#isFull || index >= await this.#most) return false;
    try {
      if (this.#held) this.#held[index] = new Blob([bytes]);
      else await this.#store(index, bytes);
      return true;
    } catch {
      this.#isFull = true;
      return false;
    }
  }
  /**
   * @param {number} index
   * @param {Bytes} bytes
   */
  async #store(index, bytes) {
    this.#file ??= openFile(this.#id);
    const file = await this.#file;
    if (!file) {
      if (index >= STORED_MAX) throw new DOMException("no room", "QuotaExceededError");
      return savePieces(this.#id, /* @__PURE__ */ new Map([[index, new Blob([bytes])]]));
    }
    const at2 = index * PIECE;
    if (file.write(bytes, { at: at2 }) < bytes.length) throw new DOMException("no room", "QuotaExceededError");
    this.#unknown.set(index, { at: at2, size: bytes.length });
    if (this.#unknown.size >= NOTE_MAX || Date.now() - this.#noted >= NOTE_EVERY) await this.#note();
    else this.#soon ??= setTimeout(() => this.#note(), NOTE_EVERY);
  }
  /** Tells the database of pieces, while more are written. Who waits, waits for what it was told before. */
  #note() {
    clearTimeout(this.#soon);
    this.#soon = void 0;
    const before = this.#noting;
    if (this.#unknown.size > 0) {
      const pieces = this.#unknown;
      this.#unknown = /* @__PURE__ */ new Map();
      this.#noted = Date.now();
      this.#noting = before.then(() => savePieces(this.#id, pieces));
      this.#noting.catch(() => {
      });
    }
    return before;
  }
  /** To be called when no more pieces come, for now. */
  async close() {
    const opened = this.#file;
    this.#file = void 0;
    this.#note();
    await this.#noting.catch(() => {
    });
    (await opened?.catch(() => null))?.close();
  }
  async #howMany() {
    if (this.#held) return HELD_MAX;
    const room2 = await room().catch(() => 0);
    return Math.max(STORED_MAX, Math.floor(room2 / PIECE));
  }
  /**
   * A piece, if it is here.
   * @param {number} index
   * @returns {Promise<Bytes | null>}
   */
  async piece(index) {
    const [piece] = await this.#run(index, 1);
    return piece ?? null;
  }
  /**
   * So many pieces, from one on, as far as they are here and follow each other.
   * @param {number} first
   * @param {number} count
   * @returns {Promise<Bytes[]>}
   */
  async #run(first, count) {
    try {
      this.#note();
      await this.#noting.catch(() => {
      });
      const pieces = this.#held ? this.#holds(first, count) : await findPieces(this.#id, first, count);
      return (await Promise.all(pieces.map((piece) => piece.arrayBuffer()))).map((bytes) => new Uint8Array(bytes));
    } catch {
      return [];
    }
  }
  /**
   * @param {number} first
   * @param {number} count
   */
  #holds(first, count) {
    const run = this.#held?.slice(first, first + count) ?? [];
    const end = run.findIndex((piece) => !piece);
    return end < 0 ? run : run.slice(0, end);
  }
  /**
   * The kept bytes, from the first on. Where a piece is gone, those before it are all that is kept.
   * @returns {AsyncGenerator<Bytes>}
   */
  async *bytes() {
    const from = (index) => this.#run(index, Math.min(RUN2, this.#count - index));
    let next = from(0);
    for (let index = 0; index < this.#count; ) {
      const run = await next;
      if (run.length === 0) {
        this.#count = index;
        return;
      }
      index += run.length;
      if (index < this.#count) next = from(index);
      yield* run;
    }
  }
  /** To be called when all was opened. What is kept then is for who wants it again. */
  async finish() {
    const { claim } = this;
    if (!claim) return;
    if (!claim.total || claim.total > DONE_MAX * PIECE) await this.distrust();
    await this.save({ ...claim, isDone: true });
  }
  /** To be called when the download is over. */
  async forget() {
    await this.close();
    this.claim = null;
    this.#count = 0;
    if (this.#held) this.#held = [];
    else await this.#try(() => remove(this.#id));
  }
  /** Drops the bytes, and keeps the permission to fetch them again. */
  async distrust() {
    const { claim } = this;
    await this.forget();
    if (claim) await this.save(claim);
  }
  /**
   * Does something with the browser's storage. Without one, the page itself holds what is kept.
   * @param {() => Promise<void>} task
   */
  async #try(task) {
    if (this.#held) return;
    try {
      await task();
    } catch {
      this.#held = [];
      this.#count = 0;
    }
  }
};

// assets/net/lanes.js
var LANE = 4 * 1024 * 1024;
var AT_ONCE = 3;
var TRY_AFTER = 2e3;
var WORTH = 4 * AT_ONCE * LANE;
var ENOUGH = 32 * 1024;
var gains = (several, one) => several > 1.25 * one;
var Pace = class {
  #since = 0;
  #before = 0;
  /**
   * @param {number} arrived bytes so far
   * @returns {number} bytes in a millisecond; 0 while it is too early to say
   */
  at(arrived) {
    const now = Date.now();
    if (!this.#since) [this.#since, this.#before] = [now, arrived];
    const passed = now - this.#since;
    return passed < TRY_AFTER ? 0 : (arrived - this.#before) / passed;
  }
};
var areWorth = (left, one) => left >= WORTH && one < ENOUGH;
var Lanes = class {
  #size;
  #one;
  #until;
  #fetch;
  #stop = new AbortController();
  /** Pieces that are on their way, or wait, in their order. @type {Promise<Bytes[]>[]} */
  #pieces = [];
  #next;
  #arrived = 0;
  /** @type {Pace | null} */
  #pace = new Pace();
  #isNarrow = false;
  /**
   * @param {{ from: number, size: number }} part
   * @param {{
   *   one: number, until: number, signal: AbortSignal,
   *   fetch: (from: number, to: number, signal: AbortSignal) => AsyncIterable<Bytes>,
   * }} options one is what one connection brought; no more requests begin from until on
   */
  constructor({ from, size }, { one, until, signal, fetch: fetch2 }) {
    this.from = from;
    this.#next = from;
    this.#size = size;
    this.#one = one;
    this.#until = until;
    this.#fetch = fetch2;
    signal.addEventListener("abort", () => this.end(), { once: true });
    while (this.#pieces.length < AT_ONCE && this.#begin()) ;
  }
  /** Begins the next piece, if there is one. */
  #begin() {
    if (this.#isNarrow || this.#next >= this.#size || Date.now() >= this.#until) return false;
    const from = this.#next;
    this.#next = Math.min(from + LANE, this.#size);
    const piece = this.#gather(from, this.#next);
    piece.catch(() => {
    });
    this.#pieces.push(piece);
    return true;
  }
  /**
   * @param {number} from
   * @param {number} to
   */
  async #gather(from, to) {
    const chunks = [];
    for await (const bytes of this.#fetch(from, to, this.#stop.signal)) {
      this.#arrived += bytes.length;
      chunks.push(bytes);
    }
    return chunks;
  }
  /**
   * What they bring, in its order, as far as it goes: not to the end where they gain nothing, or where it would take too
   * long. Fails as what they fetch does.
   */
  async *bytes() {
    for (let piece = this.#pieces.shift(); piece; piece = this.#pieces.shift()) {
      const chunks = await piece;
      this.#judge();
      this.#begin();
      yield* chunks;
    }
  }
  /** Begins no more where several bring no more than one did. */
  #judge() {
    const several = this.#pace?.at(this.#arrived);
    if (!several) return;
    this.#isNarrow = !gains(several, this.#one);
    this.#pace = null;
  }
  /** Ends what is on its way. */
  end() {
    this.#stop.abort(new DOMException("ended", "AbortError"));
  }
};

// assets/net/patience.js
var WAITS = [1, 2, 4, 8, 15];
var PASSING = [0, 408, 425, 429, 500, 502, 503, 504];
var isPassing = (error) => error instanceof ApiError && PASSING.includes(error.status);
async function patiently(task, { signal, onWait = () => {
} } = {}) {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ApiError) || !isPassing(error) || attempt >= WAITS.length) throw error;
      onWait(navigator.onLine ? "retrying" : "offline");
      const jitter = 0.8 + Math.random() * 0.4;
      await sleep(Math.max(WAITS[attempt] * jitter, Math.min(error.retryAfter, 60)) * 1e3, signal);
      if (!navigator.onLine) await backOnline(signal);
    }
  }
}
function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      signal?.removeEventListener("abort", stopped);
      resolve(void 0);
    }
    function stopped() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) stopped();
    else signal?.addEventListener("abort", stopped, { once: true });
  });
}
function backOnline(signal) {
  return new Promise((resolve, reject) => {
    addEventListener("online", resolve, { once: true, signal });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

// assets/net/download.js
var FINAL = [401, 403, 404, 409, 410, 429];
var LINK_OVER = [codes.forbidden, codes.invalid, codes.linkExpired];
var NO_PERMISSION = [codes.linkMismatch, codes.linkNotGenuine];
var HOUR = 3600 * 1e3;
var MARGIN = HOUR / 4;
var ANSWER = 32 * 1024 * 1024;
var isEnded = (error) => error instanceof ApiError && error.code !== codeOf(error.status) && (error.status === 404 || error.status === 410 || NO_PERMISSION.includes(error.code));
var Download = class {
  /** When the transfer ends, in milliseconds since 1970: what has begun by then goes on, and nothing begins. */
  expires = Infinity;
  /** Bytes of the whole, as the service says before any is asked for; 0 where it was not heard. */
  size = 0;
  #id;
  #kept;
  /** @param {string} id of the transfer */
  constructor(id) {
    this.#id = id;
    this.#kept = new Kept(id);
  }
  /** Learns whether the download was begun, here, in another tab, or before the page was closed. */
  load() {
    return this.#kept.load();
  }
  /** Whether it goes on with a permission that it has, and is not counted again. */
  get begun() {
    return Boolean(this.#kept.claim?.place);
  }
  /** Until when, in milliseconds since 1970. */
  get ends() {
    return this.#kept.claim?.ends ?? 0;
  }
  /** Whether it can be gone on with when the page was closed. */
  get isStored() {
    return this.#kept.isStored;
  }
  /** Whether all of it was opened, so that it goes on for who wants it again. */
  get isDone() {
    return Boolean(this.#kept.claim?.isDone);
  }
  /** Bytes that need not be fetched any more. */
  get kept() {
    return this.#kept.size;
  }
  /** Bytes of the whole; 0 where nobody said. */
  get total() {
    return this.#kept.claim?.total || this.size;
  }
  /** To be called when it can be had no more, or shall not. */
  forget() {
    return this.#kept.forget();
  }
  /** Fetches again what has arrived: it is not what was sent. */
  distrust() {
    return this.#kept.distrust();
  }
  /**
   * The ciphertext from its first byte. Only the first call ever spends a download.
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *chunks(options) {
    const first = await alone(`sgraph-send ${this.#id}`, options.signal, () => this.#claim(options));
    let received2 = 0;
    for await (const bytes of this.#kept.bytes()) {
      received2 += bytes.length;
      yield bytes;
    }
    if (this.total && received2 >= this.total) return;
    try {
      yield* this.#fetched(received2, first, options);
    } finally {
      await this.#kept.close();
    }
  }
  /**
   * Bytes of the ciphertext, of a download that was begun, without the others. What is fetched for them is kept.
   * @param {{ from: number, to: number }} part
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *range(part2, options) {
    try {
      yield* this.#part(part2, options);
    } finally {
      await this.#kept.close();
    }
  }
  /**
   * @param {{ from: number, to: number }} part
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *#part({ from, to }, options) {
    for (let index = Math.floor(from / PIECE); index * PIECE < to; ) {
      const start = index * PIECE;
      const cut2 = (bytes, at2) => bytes.subarray(Math.max(0, from - at2), Math.max(0, to - at2));
      const kept = await this.#kept.piece(index);
      if (kept && (kept.length === PIECE || start + kept.length >= this.total)) {
        yield cut2(kept, start);
        index++;
        continue;
      }
      for await (const piece of this.#pieces(index, to, options)) {
        await this.#kept.put(index, piece);
        yield cut2(piece, index * PIECE);
        index++;
      }
    }
  }
  /**
   * Whole pieces, up to that which has the byte before `to`.
   * @param {number} first
   * @param {number} to
   * @param {Options} options
   */
  async *#pieces(first, to, options) {
    const queue = new ByteQueue();
    const end = Math.min(Math.ceil(to / PIECE) * PIECE, this.total || Infinity);
    for await (const bytes of this.#rest(first * PIECE, null, options, end)) {
      queue.push(bytes);
      while (queue.length >= PIECE) yield queue.take(PIECE);
    }
    if (queue.length) yield queue.take(queue.length);
  }
  /**
   * What an answer has that is not known yet.
   * @param {Answer} answer
   * @param {Options} options
   */
  async *#fresh(answer2, { signal, onWait }) {
    const { reader } = answer2;
    try {
      for (let toSkip = answer2.skip; ; ) {
        const { done, value } = await read2(reader);
        answer2.isWhole = done;
        if (done) return;
        const fresh = value.subarray(Math.min(toSkip, value.length));
        toSkip -= value.length - fresh.length;
        if (fresh.length) yield fresh;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError && error.status === 0)) throw error;
      onWait(navigator.onLine ? "retrying" : "offline");
    } finally {
      reader.cancel().catch(() => {
      });
    }
  }
  /**
   * To be called when all of it was opened. The service is told, since its sender may want to know; that this fails is no
   * harm. Within the hour it can be had again.
   */
  async finish() {
    const { claim } = this.#kept;
    if (!claim) return;
    const path = paths.confirmDownload(this.#id);
    if (!claim.isDone) await request("POST", path, { headers: claimHeaders(claim) }).catch(() => {
    });
    await this.#kept.finish();
  }
  /**
   * Spends a download, unless one was begun, and keeps the permission to go on with it. Returns the answer that has the
   * bytes already, if it came with that. What it is called is kept before: an answer that is lost has counted it.
   * @param {Options} options
   * @returns {Promise<Answer | null>}
   */
  async #claim(options) {
    await this.#kept.load();
    if (this.begun) return null;
    const isRepeated = this.#kept.claim !== null;
    const claim = this.#kept.claim ?? {
      name: toHex(crypto.getRandomValues(new Uint8Array(16))),
      place: "",
      permit: "",
      validator: "",
      total: 0,
      ends: Date.now() + HOUR
    };
    await this.#kept.save(claim);
    try {
      return await this.#count(claim, options);
    } catch (error) {
      if (!isEnded(error)) throw error;
      await this.#kept.forget();
      if (!isRepeated) throw error;
      return this.#claim(options);
    }
  }
  /**
   * @param {Claim} claim
   * @param {Options} options
   */
  async #count(claim, { signal, onWait }) {
    try {
      await this.#kept.save({ ...claim, ...await getDownloadPlace(this.#id, claim) });
      return null;
    } catch (error) {
      if (error instanceof ApiError && FINAL.includes(error.status)) throw error;
    }
    const part2 = { from: 0, to: this.#endOf(0, Infinity) };
    return patiently(() => this.#ask({ ...claim, place: this.#route }, part2, signal), { signal, onWait });
  }
  /** Where the service itself hands the bytes out, by the permit. */
  get #route() {
    return paths.downloadTransfer(this.#id);
  }
  /**
   * What is still to come, which is kept.
   * @param {number} from how many bytes are here
   * @param {Answer | null} first
   * @param {Options} options
   * @returns {AsyncGenerator<Bytes>}
   */
  async *#fetched(from, first, options) {
    let received2 = from;
    const pieces = new Pieces(this.#kept, from);
    for await (const bytes of this.#rest(from, first, options)) {
      received2 += bytes.length;
      await pieces.add(bytes);
      yield bytes;
    }
    await pieces.finish();
    const { claim } = this.#kept;
    if (claim && !claim.total) await this.#kept.save({ ...claim, total: received2 });
  }
  /** Until when less than all that is left is asked for. */
  get #until() {
    return Math.min(this.ends, this.expires) - MARGIN;
  }
  /**
   * Before which byte an answer ends.
   * @param {number} from its first
   * @param {number} to before which byte there is nothing left to ask for
   */
  #endOf(from, to) {
    const left = Math.min(to, this.total) - from;
    return left > ANSWER && Date.now() < this.#until ? from + ANSWER : to;
  }
  /**
   * What is still to come, however often the connection is lost: over one, or over several for as long as they gain.
   * @param {number} from
   * @param {Answer | null} first
   * @param {Options} options
   * @param {number} [to] where it ends, if not with the whole
   */
  async *#rest(from, first, options, to = Infinity) {
    let received2 = from;
    let answer2 = first;
    let lanes;
    let pace = new Pace();
    const end = () => lanes?.from ?? to;
    try {
      for (let isOver2 = false; !isOver2; answer2 = null) {
        answer2 ??= await this.#askOn(received2, options, this.#endOf(received2, end()));
        if (!answer2) return;
        for await (const bytes of this.#fresh(answer2, options)) {
          const wanted = bytes.subarray(0, end() - received2);
          received2 += wanted.length;
          yield wanted;
          if (received2 >= end()) break;
          const one = lanes === void 0 ? pace.at(received2) : 0;
          if (one) lanes = this.#widen({ from: received2 + LANE, to }, one, options);
        }
        if (received2 === lanes?.from) {
          received2 = yield* this.#side(lanes, received2, options);
          lanes = null;
          isOver2 = received2 >= Math.min(to, this.total);
        } else {
          isOver2 = received2 >= to || answer2.isWhole && received2 >= this.total;
          if (!answer2.isWhole) pace = new Pace();
        }
      }
    } finally {
      lanes?.end();
    }
  }
  /**
   * Several connections for what follows a place, if they are worth a try: they go on as one that was lost does.
   * @param {{ from: number, to: number }} part
   * @param {number} one bytes in a millisecond, over one connection
   * @param {Options} options
   */
  #widen({ from, to }, one, { signal, onWait }) {
    const until = this.#until;
    const size = Math.min(to, this.total);
    const goesOn = this.#granted.validator && Date.now() < until;
    if (!goesOn || !areWorth(size - from, one)) return null;
    const fetch2 = (at2, end, ended) => this.#between(at2, end, { signal: ended, onWait });
    return new Lanes({ from, size }, { one, until, signal, fetch: fetch2 });
  }
  /**
   * What one of several connections brings. A server that knows no ranges and starts over serves one connection only.
   * @param {number} from
   * @param {number} to
   * @param {Options} options
   */
  async *#between(from, to, options) {
    for (let received2 = from; received2 < to; ) {
      const answer2 = await this.#askOn(received2, options, to);
      if (!answer2 || answer2.skip) throw new ApiError(502);
      for await (const bytes of this.#fresh(answer2, options)) {
        received2 += bytes.length;
        yield bytes;
      }
    }
  }
  /**
   * What lanes bring, as far as they do. Whether it goes on where they fail, one connection finds out.
   * @param {Lanes} lanes
   * @param {number} from
   * @param {Options} options
   */
  async *#side(lanes, from, { signal }) {
    let received2 = from;
    try {
      for await (const bytes of lanes.bytes()) {
        received2 += bytes.length;
        yield bytes;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiError)) throw error;
    } finally {
      lanes.end();
    }
    return received2;
  }
  /**
   * Asks for the rest; null if there is none.
   * @param {number} from
   * @param {Options} options
   * @param {number} to before which byte it ends; Infinity asks for all
   */
  async #askOn(from, { signal, onWait }, to) {
    const ask = () => patiently(() => this.#ask(this.#granted, { from, to }, signal), { signal, onWait });
    const { place: asked } = this.#granted;
    try {
      return await ask().catch(async (error) => {
        const { permit, place: place3 } = this.#granted;
        if (!(error instanceof ApiError && LINK_OVER.includes(error.code) && permit && place3 !== this.#route))
          throw error;
        if (place3 === asked) {
          const renewed = await patiently(() => getDownloadPlace(this.#id, this.#granted), { signal, onWait });
          await this.#kept.save({ ...this.#granted, ...renewed });
        }
        return ask();
      });
    } catch (error) {
      if (from && !this.total && error instanceof ApiError && error.status === 416) return null;
      throw error;
    }
  }
  get #granted() {
    const { claim } = this.#kept;
    if (!claim) throw new ApiError(410, { code: codes.linkExpired });
    return claim;
  }
  /**
   * @param {Claim} claim
   * @param {{ from: number, to: number }} part
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async #ask({ ...claim }, { from, to }, signal) {
    const asked = claim.place === this.#route ? claimHeaders(claim) : {};
    const isPart = from > 0 || to < Infinity;
    if (isPart) asked[headers.range] = `bytes=${from}-${to < Infinity ? to - 1 : ""}`;
    if (isPart && claim.validator) asked[headers.ifRange] = claim.validator;
    const response = await request("GET", claim.place, { headers: asked, signal });
    if (!response.body) throw new ApiError(0);
    claim.permit = response.headers.get(headers.downloadPermit) ?? claim.permit;
    const startsAt = response.status === 206 ? from : 0;
    if (!from) claim.validator = (response.headers.get(headers.eTag) ?? "").replace(/^W\//, "");
    if (!from && response.status !== 206) {
      const encoded = response.headers.get(headers.contentEncoding);
      claim.total = encoded ? 0 : Number(response.headers.get(headers.contentLength)) || 0;
    }
    claim.total ||= Number(/\/(\d+)$/.exec(response.headers.get(headers.contentRange) ?? "")?.[1] ?? 0);
    await this.#learn(claim);
    return { reader: response.body.getReader(), skip: from - startsAt, isWhole: false };
  }
  /**
   * Keeps what an answer told of the download, beside what others have told meanwhile.
   * @param {Claim} told
   */
  async #learn({ place: place3, permit, validator, total }) {
    const known = this.#granted;
    const learnt = { ...known, place: known.place || place3, permit, validator, total };
    if (JSON.stringify(learnt) !== JSON.stringify(known)) await this.#kept.save(learnt);
  }
};
var Pieces = class {
  #kept;
  #index;
  #piece = new Uint8Array(PIECE);
  #length = 0;
  #isKeeping = true;
  /**
   * @param {Kept} kept
   * @param {number} from how many bytes are kept already
   */
  constructor(kept, from) {
    this.#kept = kept;
    this.#index = from / PIECE;
  }
  /** @param {Bytes} bytes */
  async add(bytes) {
    for (let rest = bytes; this.#isKeeping && rest.length; ) {
      const part2 = rest.subarray(0, PIECE - this.#length);
      this.#piece.set(part2, this.#length);
      this.#length += part2.length;
      rest = rest.subarray(part2.length);
      if (this.#length === PIECE) await this.finish();
    }
  }
  async finish() {
    if (!this.#isKeeping || this.#length === 0) return;
    this.#isKeeping = await this.#kept.add(this.#index++, this.#piece.subarray(0, this.#length));
    this.#length = 0;
  }
};
var alone = async (name, signal, task) => navigator.locks ? navigator.locks.request(name, { signal }, task) : task();
async function read2(reader) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") throw error;
    throw new ApiError(0);
  }
}

// assets/net/seldom.js
var EVERY = 200;
function seldom(task) {
  let last = 0;
  let soon;
  const now = (...args) => {
    clearTimeout(soon);
    last = Date.now();
    task(...args);
  };
  const sometimes = (...args) => {
    clearTimeout(soon);
    const wait = last + EVERY - Date.now();
    if (wait > 0) soon = setTimeout(now, wait, ...args);
    else now(...args);
  };
  return { now, sometimes };
}

// assets/net/receiving.js
var current = null;
function at(id) {
  if (current?.id !== id) current = { id, download: new Download(id), container: null };
  return current;
}
async function stateOf(id) {
  const { download } = at(id);
  await download.load();
  const { begun: begun2, ends, isStored, isDone, kept } = download;
  return { begun: begun2, ends, isStored, isDone, kept };
}
var forget = (id) => at(id).download.forget();
var distrust = (id) => at(id).download.distrust();
async function receive(sealed, line) {
  const { id, key, block: block2 } = sealed;
  const { download } = at(id);
  download.size = sealed.size;
  download.expires = sealed.expires;
  await download.load();
  const to = { written: 0 };
  for (let trusted = download.kept > 0; ; trusted = false) {
    const opener = new Opener(key, block2);
    try {
      let toSkip = to.written;
      for await (const bytes of opener.content(counted(download, line))) {
        if (opener.metadata?.type === CONTAINER_TYPE) return await list(sealed, line);
        const name = nameIn(opener);
        to.sink ??= await sinkAt(await line.ask({ name, size: contentSize(bytes.length, download.total, block2) }));
        const fresh = bytes.subarray(Math.min(toSkip, bytes.length));
        toSkip -= bytes.length - fresh.length;
        const { length } = fresh;
        await to.sink.write(fresh);
        to.written += length;
        discard(bytes.buffer);
      }
      if (!to.sink) throw new DamagedError();
      const saved = await to.sink.close();
      await download.finish();
      return { saved, name: nameIn(opener) };
    } catch (error) {
      const isDamaged = error instanceof DamagedError;
      if (!(isDamaged && trusted)) {
        await to.sink?.abort();
        throw error;
      }
      await download.distrust();
    }
  }
}
var nameIn = ({ metadata }) => metadata?.filename ? safeFilename(metadata.filename) : "";
function contentSize(first, total, block2) {
  const places = new Places(block2);
  const count = places.countOfSealed(total);
  if (first > places.plainStart(1) || count < 2) return first;
  const plain = places.plainStart(count - 1) + total - places.sealedStart(count - 1) - 16;
  return plain - (places.plainStart(1) - first);
}
async function* counted(download, line) {
  const progress = new Progress(line, () => download.total);
  for await (const bytes of download.chunks(optionsOf(line))) {
    progress.add(bytes.length);
    yield bytes;
  }
  progress.end();
}
var optionsOf = ({ signal, tell }) => ({
  signal,
  onWait: (why) => tell("onWait", why)
});
var Progress = class {
  #line;
  #total;
  #done = 0;
  #telling = seldom(() => this.#line.tell("onProgress", this.#done, this.#total()));
  /**
   * @param {Line} line
   * @param {() => number} total
   */
  constructor(line, total) {
    this.#line = line;
    this.#total = total;
  }
  /** @param {number} bytes */
  add(bytes) {
    this.#done += bytes;
    this.#telling.sometimes();
  }
  end() {
    this.#telling.now();
  }
};
var Container = class {
  #download;
  #key;
  /** @type {SealedFile | null} */
  #sealed = null;
  /** Whom the call is of that runs. @type {Line | null} */
  #line = null;
  /** @type {Listed[]} */
  files = [];
  name = "";
  /**
   * @param {Download} download
   * @param {Sealed} sealed
   */
  constructor(download, { key, block: block2 }) {
    this.#download = download;
    this.#key = { key, block: block2 };
  }
  /** @param {Line} line */
  async open(line) {
    this.#line = line;
    const { key, block: block2 } = this.#key;
    const sealed = await SealedFile.open(key, block2, {
      size: this.#download.total,
      fetch: (from, to) => this.#download.range({ from, to }, optionsOf(
        /** @type {Line} */
        this.#line
      ))
    });
    if (!sealed) throw new DamagedError();
    this.#sealed = sealed;
    this.name = nameOfContainer(safeFilename(sealed.metadata?.filename ?? ""));
    const end = indexEnd(await gather2(sealed.content(0, CONTAINER_START)));
    const start = await gather2(sealed.content(0, end));
    const { files, size } = readIndex(start);
    if (size !== sealed.size) throw new DamagedError();
    this.files = files;
  }
  /**
   * @param {{ from: number, to: number }} part of the content
   * @param {Line} line
   */
  async *content({ from, to }, line) {
    this.#line = line;
    const progress = new Progress(line, () => to - from);
    for await (
      const bytes of
      /** @type {SealedFile} */
      this.#sealed.content(from, to)
    ) {
      progress.add(bytes.length);
      yield bytes;
    }
    progress.end();
  }
  /** What all files have, as it stands in the content. */
  get all() {
    return { from: this.files[0].from, to: this.files[this.files.length - 1].to };
  }
  /** To be called when all was opened. */
  finish() {
    return this.#download.finish();
  }
};
async function gather2(chunks) {
  const all = [];
  for await (const chunk of chunks) all.push(chunk);
  return concat(all);
}
async function list(sealed, line) {
  const here = at(sealed.id);
  const container = new Container(here.download, sealed);
  await container.open(line);
  here.container = container;
  return { files: container.files.map(({ path, size }) => ({ path, size })), name: container.name };
}
function containerOf(id) {
  const { container } = at(id);
  if (!container) throw new Error("This was closed already.");
  return container;
}
async function receiveOne(id, number, line) {
  const container = containerOf(id);
  const file = container.files[number];
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  const sink = await sinkAt(await line.ask({ name, size: file.size }));
  return { saved: await filled(sink, container.content(file, line)), name };
}
async function receiveArchive(id, line) {
  const container = containerOf(id);
  const name = `${container.name}.zip`;
  const zip = new ZipWriter(container.files);
  const sink = await sinkAt(await line.ask({ name, size: zip.size }));
  const saved = await filled(
    sink,
    (async function* () {
      for await (const bytes of container.content(container.all, line)) yield* zip.push(bytes);
      yield* zip.finish();
    })()
  );
  await container.finish();
  return { saved, name };
}
async function filled(sink, content) {
  try {
    for await (const bytes of content) await sink.write(bytes);
    return await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
async function receiveFolder(id, folder2, line) {
  const container = containerOf(id);
  const { name, handle } = await newFolder(folder2, container.name);
  const content = new Taker(container.content(container.all, line));
  const folders = /* @__PURE__ */ new Map([["", handle]]);
  const folderAt = async (path) => {
    const known = folders.get(path);
    if (known) return known;
    const cut2 = path.lastIndexOf("/");
    const parent = (
      /** @type {FileSystemDirectoryHandle} */
      await folderAt(path.slice(0, Math.max(0, cut2)))
    );
    const made = await allowed(path.slice(cut2 + 1), (as) => parent.getDirectoryHandle(as, { create: true }));
    folders.set(path, made);
    return made;
  };
  for (const { path, size } of container.files) {
    if (isFolder(path)) {
      await folderAt(path.slice(0, -1));
      continue;
    }
    const cut2 = path.lastIndexOf("/");
    const within = await folderAt(path.slice(0, Math.max(0, cut2)));
    const file = await allowed(path.slice(cut2 + 1), (as) => within.getFileHandle(as, { create: true }));
    await filled(await FileSink.open(file), content.take(size));
  }
  await content.end();
  await container.finish();
  return name;
}
async function newFolder(parent, wanted) {
  const taken = /* @__PURE__ */ new Set();
  for await (
    const name of
    /** @type {any} */
    parent.keys()
  ) taken.add(name.toLowerCase());
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted} (${number})`;
    if (taken.has(name.toLowerCase())) continue;
    return { name, handle: await allowed(name, (as) => parent.getDirectoryHandle(as, { create: true })) };
  }
}
var allowed = (name, task) => task(name).catch((error) => {
  if (error instanceof TypeError) return task(`${name}_`);
  throw error;
});
var Taker = class {
  #chunks;
  #rest = new Uint8Array();
  /** @param {AsyncIterable<Bytes>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }
  /**
   * @param {number} size
   * @returns {AsyncGenerator<Bytes>}
   */
  async *take(size) {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#chunks.next();
        if (done) throw new DamagedError();
        this.#rest = value;
      }
      const part2 = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part2.length);
      left -= part2.length;
      yield part2;
    }
  }
  /** To be called when all was taken: what reads on proves that it was all. */
  async end() {
    if (this.#rest.length || !(await this.#chunks.next()).done) throw new DamagedError();
  }
};

// assets/crypto/crossing.js
function crossing(error) {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  return { ...error, name: error.name, message: error.message };
}
function crossed({ name, message, ...said }) {
  if (name === "ApiError") return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === "AbortError") return new DOMException(message, name);
  if (said.code === "needs-passphrase") return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}

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

// assets/net/transmit.js
var QUICK = 2e3;
var took = Infinity;
async function transmit(method, url, body, { headers: said = {}, signal, onProgress }) {
  signal.throwIfAborted();
  const sending2 = { method, url, body, said, signal };
  const start = Date.now();
  const etag = await (isGecko && took < QUICK ? byFetch(sending2) : byXHR(sending2, onProgress));
  took = Date.now() - start;
  onProgress(body.length);
  return etag;
}
async function byFetch({ method, url, body, said, signal }) {
  let response;
  try {
    response = await fetch(url, { method, body, headers: said, signal });
  } catch {
    signal.throwIfAborted();
    throw new ApiError(0);
  }
  if (!response.ok) throw errorOf(response.status, await response.text(), response.headers.get(headers.retryAfter));
  return response.headers.get(headers.eTag);
}
function byXHR({ method, url, body, said, signal }, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const stop = () => xhr.abort();
    signal.addEventListener("abort", stop, { once: true });
    xhr.onloadend = () => signal.removeEventListener("abort", stop);
    xhr.open(method, url);
    for (const [name, value] of Object.entries(said)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) resolve(xhr.getResponseHeader(headers.eTag));
      else reject(errorOf(xhr.status, xhr.responseText, xhr.getResponseHeader(headers.retryAfter)));
    };
    xhr.onerror = () => {
      onProgress(0);
      reject(new ApiError(0));
    };
    xhr.onabort = () => reject(signal.reason);
    xhr.send(body);
  });
}

// assets/net/senders.js
var EACH = 3;
var Senders = class {
  /** Null where there is no worker: then who asks sends. @type {Promise<Sender | null>} */
  #sender = Promise.resolve(null);
  /** The one after it, which begins before it is needed. @type {Promise<Sender | null> | undefined} */
  #next;
  #left = 0;
  /**
   * Sends a body, and returns the ETag.
   * @param {string} method
   * @param {string} url
   * @param {Body} body
   * @param {Options} options
   * @returns {Promise<string | null>}
   */
  async transmit(method, url, body, options) {
    if (!isGecko) this.#takeTurns();
    const sender = await this.#sender;
    return sender ? sender.transmit(method, url, body, options) : transmit(method, url, body.bytes, options);
  }
  #takeTurns() {
    if (this.#left === 0) {
      const next = this.#next ?? begun();
      this.#next = void 0;
      this.end();
      this.#sender = next;
      this.#left = EACH;
    }
    if (--this.#left === 0) this.#next = begun();
  }
  /** To be called when nothing more is sent. Who waits for the worker comes before. */
  end() {
    for (const one of [this.#sender, this.#next]) one?.then((sender) => sender?.end());
  }
};
var begun = () => Sender.begin().catch(() => null);
var Sender = class _Sender {
  #worker;
  #lastId = 0;
  /** @type {Map<number, (said: any) => void>} */
  #sending = /* @__PURE__ */ new Map();
  #isLast = false;
  /** Begins one, which has to be there before anything is handed over to it. */
  static async begin() {
    const url = new URL("./sender-later.js", import.meta.url).href;
    const worker = new Worker(scriptURL(url), { type: "module" });
    await new Promise((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
    });
    return new _Sender(worker);
  }
  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#sending.get(data.id)?.(data);
  }
  /**
   * @param {string} method
   * @param {string} url
   * @param {Body} body
   * @param {Options} options
   * @returns {Promise<string | null>}
   */
  async transmit(method, url, body, { signal, onProgress }) {
    signal.throwIfAborted();
    const id = ++this.#lastId;
    const stop = () => this.#worker.postMessage({ id, abort: true });
    signal.addEventListener("abort", stop, { once: true });
    const { bytes } = body;
    try {
      const { etag, error } = await new Promise((resolve) => {
        this.#sending.set(id, (said) => {
          if (said.bytes) resolve(said);
          else onProgress(said.sent);
          body.bytes = said.bytes ?? body.bytes;
        });
        this.#worker.postMessage({ id, method, url, bytes }, [bytes.buffer]);
      });
      signal.throwIfAborted();
      if (error) throw crossed(error);
      return etag;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#sending.delete(id);
      this.#endIfDone();
    }
  }
  /** To be called when it is to send no more than it was asked for. */
  end() {
    this.#isLast = true;
    this.#endIfDone();
  }
  #endIfDone() {
    if (this.#isLast && this.#sending.size === 0) this.#worker.terminate();
  }
};

// assets/net/turns.js
var AT_ONCE2 = 3;
var QUICK2 = 1e4;
var Turns = class {
  #many = 1;
  #taken = 0;
  /** @type {{ resolve: (value: void) => void, reject: (reason: unknown) => void }[]} */
  #waiting = [];
  /** @param {AbortSignal} signal ends who waits */
  constructor(signal) {
    const end = () => {
      for (const { reject } of this.#waiting.splice(0)) reject(signal.reason);
    };
    signal.addEventListener("abort", end, { once: true });
  }
  /**
   * Runs a task when its turn has come.
   * @template R
   * @param {() => Promise<R>} task which sends a part
   * @returns {Promise<R>}
   */
  async take(task) {
    if (this.#taken < this.#many) this.#taken++;
    else await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const began = Date.now();
    let isQuick = false;
    try {
      const result = await task();
      isQuick = Date.now() - began < QUICK2;
      return result;
    } finally {
      this.#give(isQuick);
    }
  }
  /** @param {boolean} isQuick */
  #give(isQuick) {
    this.#taken--;
    this.#many = isQuick ? Math.min(this.#many + 1, AT_ONCE2) : Math.max(this.#many - 1, 1);
    while (this.#taken < this.#many && this.#waiting.length) {
      this.#taken++;
      this.#waiting.shift()?.resolve();
    }
  }
};

// assets/net/unfinished.js
var PENDING = 24 * 3600 * 1e3;
var eraseRows = (id, ...stores) => Promise.all(stores.map((store) => answer(store.delete(rowsOf(id)))));
var lockName = (id) => `sgraph-send upload ${id}`;
async function forget2(id) {
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
  constructor(begun2) {
    this.#begun = begun2;
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
    const begun2 = await sending.transact(["uploads"], (uploads) => answer(uploads.get(id)));
    return begun2 ? new _Journal(begun2) : null;
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
    const count = starts.reduce((most, first, i) => Math.max(most, first + runs[i].length / TAG), 0);
    const tags = new Uint8Array(count * TAG);
    for (const [i, first] of starts.entries()) {
      tags.set(runs[i], first * TAG);
      for (let n = 0; n < runs[i].length / TAG; n++) this.#known.add(first + n);
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
    const run = new Uint8Array(added.length * TAG);
    for (const [i, { tag }] of added.entries()) run.set(tag, i * TAG);
    await sending.transact(["tags"], (tags) => answer(tags.put(run, [this.#begun.id, added[0].index])));
    for (const { index } of added) this.#known.add(index);
  }
  /**
   * Notes that a part arrived, for who asks how far it is. What the service has it says itself.
   * @param {number} part
   * @param {number} bytes
   */
  async arrived(part2, bytes) {
    const put = sending.transact(["sent"], (sent) => answer(sent.put(bytes, [this.#begun.id, part2])));
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

// assets/net/upload.js
var DIRECT_MAX = 8 * 1024 * 1024;
var SMALL_PART = 1024 * 1024;
var FEW = 64;
var ElsewhereError = class extends Error {
  code = "elsewhere";
};
var upload = (sealAs, options) => options.begun ? goOn(sealAs, options.begun, options) : begin(sealAs, options);
async function begin(sealAs, { settings, config, plan, onCreated = () => {
}, ...context }) {
  const { token, signal } = context;
  const sealed = sealAs(null);
  if (config.max_bytes && sealed.size > config.max_bytes) throw new ApiError(413);
  const json = { ...settings, file_size_bytes: sealed.plainSize };
  const { transfer_id: id, upload_url: url } = await post(paths.createTransfer, { token, signal, json });
  onCreated(id);
  if (sealed.size <= Math.min(DIRECT_MAX, config.direct_bytes)) {
    await uploadWhole(sealed, url, context);
    return complete(id, context);
  }
  return alone2(id, async () => {
    const { random, size } = sealed;
    const journal = plan && random ? await Journal.begin(plan, { id, random, size }) : null;
    const isSmall = !journal && size <= FEW * SMALL_PART;
    const parts = await initiate(id, sealed, context, isSmall ? SMALL_PART : void 0);
    try {
      await uploadParts(sealed, { id, parts, journal, ...context });
    } catch (error) {
      if (!journal || parts.arrived || !isLost(error)) throw error;
      await uploadRest(sealAs, { id, parts, journal, ...context });
    }
    return complete(id, context);
  });
}
var isLost = (error) => error instanceof ApiError && error.status === 0;
var goOn = (sealAs, id, context) => alone2(id, async () => {
  const journal = await Journal.find(id);
  if (!journal) throw new ElsewhereError();
  let parts;
  try {
    parts = await resume(id, context);
  } catch (error) {
    if (await isComplete(id, error)) return finished(id);
    throw error;
  }
  if (parts !== "assembled") await uploadRest(sealAs, { id, parts, journal, ...context });
  return complete(id, context);
});
async function uploadRest(sealAs, { id, parts: begun2, journal, ...context }) {
  const sealed = sealAs(await journal.kept());
  try {
    const parts = begun2?.arrived ? begun2 : await initiate(id, sealed, context, begun2 ? SMALL_PART : void 0);
    await uploadParts(sealed, { id, parts, journal, ...context });
  } catch (error) {
    if (!(error instanceof FileChangedError)) throw error;
    await startOver(sealAs, { id, journal, ...context });
  }
}
async function startOver(sealAs, { id, journal, ...context }) {
  const sealed = sealAs(null);
  const { random, size } = sealed;
  if (!random || size !== journal.begun.size) throw new FileChangedError();
  await journal.startOver(random);
  await uploadParts(sealed, { id, parts: await initiate(id, sealed, context), journal, ...context });
}
async function alone2(id, task) {
  if (!navigator.locks) return task();
  return navigator.locks.request(lockName(id), { ifAvailable: true }, (lock) => {
    if (!lock) throw new ElsewhereError();
    return task();
  });
}
async function complete(id, { token, signal, onWait }) {
  await patiently(() => post(paths.completeTransfer(id), { token, signal }), { signal, onWait });
  return finished(id);
}
async function finished(id) {
  await forget2(id).catch(() => {
  });
  return id;
}
async function isComplete(id, error) {
  if (!(error instanceof ApiError) || error.code !== "not_pending") return false;
  const { status } = await getInfo(id);
  return status !== "pending" && status !== "deleted";
}
async function uploadWhole(sealed, url, { token, signal, onProgress, onWait }) {
  const { size } = sealed;
  const { bytes } = await sealed.part(0, size);
  const report = (uploaded) => onProgress({ encrypted: size, uploaded, size });
  report(0);
  const said = { [headers.contentType]: "application/octet-stream", ...tokenHeaders(token) };
  const send = () => transmit("POST", url, bytes, { headers: said, signal, onProgress: report });
  await patiently(send, { signal, onWait });
}
var Parts = class {
  /** @type {Map<number, { etag: string | null, size: number }>} */
  there = /* @__PURE__ */ new Map();
  /** How many have arrived, whenever that was. */
  arrived = 0;
  /** @param {Partial<import('../shared/contract.js').ResumeUploadReply>} said by initiate, too */
  constructor({ upload_id: uploadId = "", part_size: partSize = 0, part_urls: urls, parts }) {
    this.uploadId = uploadId;
    this.partSize = partSize;
    this.urls = new Map((urls ?? []).map((part2) => [part2.part_number, part2.upload_url]));
    for (const { part_number: number, etag, size } of parts ?? []) this.there.set(number, { etag, size });
    this.arrived = this.there.size;
  }
};
async function initiate(id, sealed, { token, signal, onWait }, partSize) {
  const json = { transfer_id: id, file_size_bytes: sealed.size, part_size: partSize };
  return new Parts(await patiently(() => post(paths.initiateUpload, { token, signal, json }), { signal, onWait }));
}
var NONE_OPEN = ["upload_not_found", "not_found", "method_not_allowed"];
async function resume(id, { token, signal, onWait }) {
  let said;
  try {
    const json = { transfer_id: id };
    said = await patiently(() => post(paths.resumeUpload, { token, signal, json }), { signal, onWait });
  } catch (error) {
    if (error instanceof ApiError && NONE_OPEN.includes(error.code)) return null;
    throw error;
  }
  return said.assembled ? "assembled" : new Parts(said);
}
var isOver = (error) => error instanceof ApiError && (error.code === "link_expired" || error.code === "forbidden");
async function uploadParts(sealed, { id, parts, journal, ...context }) {
  const { token, signal, onProgress, onWait } = context;
  const { size } = sealed;
  const { uploadId, partSize } = parts;
  const count = Math.ceil(size / partSize);
  const lengthOf2 = (number) => Math.min(partSize, size - (number - 1) * partSize);
  const isThere = (number) => parts.there.get(number)?.size === lengthOf2(number);
  const sent = Array.from({ length: count }, (_, i) => isThere(i + 1) ? lengthOf2(i + 1) : 0);
  const etags = [];
  let encrypted = 0;
  let next = 1;
  const report = () => onProgress({ encrypted, uploaded: sent.reduce((sum, bytes) => sum + bytes, 0), size });
  const lanes = new AbortController();
  const laneSignal = lanes.signal;
  signal.addEventListener("abort", () => lanes.abort(signal.reason), { once: true });
  const senders = new Senders();
  const turns = new Turns(laneSignal);
  const put = async (number, body) => {
    const report1 = (bytes) => {
      sent[number - 1] = bytes;
      report();
    };
    const url = () => place2(parts.urls.get(number) ?? "");
    const send = () => turns.take(() => senders.transmit("PUT", url(), body, { signal: laneSignal, onProgress: report1 }));
    for (; ; ) {
      const before = parts.arrived;
      try {
        const etag = await patiently(send, { signal: laneSignal, onWait });
        parts.arrived++;
        return etag;
      } catch (error) {
        if (parts.arrived === before || !isPassing(error)) throw error;
      }
    }
  };
  const keep = async (segments) => {
    try {
      await journal?.leaving(segments);
    } catch {
      await forget2(id);
      journal = null;
    }
  };
  const lane = async () => {
    let memory = new Uint8Array(partSize);
    while (next <= count) {
      laneSignal.throwIfAborted();
      const number = next++;
      const length = lengthOf2(number);
      const { bytes, segments } = await sealed.part((number - 1) * partSize, length, memory);
      encrypted += length;
      report();
      const there = isThere(number) ? parts.there.get(number) : void 0;
      if (there && journal && !journal.knows(segments)) throw new FileChangedError();
      if (there) {
        etags[number - 1] = { part_number: number, etag: there.etag };
        continue;
      }
      laneSignal.throwIfAborted();
      await keep(segments);
      laneSignal.throwIfAborted();
      let etag;
      const body = { bytes };
      try {
        etag = await put(number, body);
      } catch (error) {
        const renewed = isOver(error) && journal ? await resume(id, { ...context, signal: laneSignal }) : null;
        if (!(renewed instanceof Parts) || renewed.uploadId !== uploadId) throw error;
        for (const [number2, url] of renewed.urls) parts.urls.set(number2, url);
        etag = await put(number, body);
      }
      memory = new Uint8Array(body.bytes.buffer);
      etags[number - 1] = { part_number: number, etag };
      journal?.arrived(number, length);
    }
  };
  report();
  const all = Array.from({ length: Math.min(AT_ONCE2, count) }, lane);
  try {
    await Promise.all(all);
    const json = { transfer_id: id, upload_id: uploadId, parts: etags };
    await patiently(() => post(paths.assembleUpload, { token, signal, json }), { signal, onWait });
  } catch (error) {
    lanes.abort(error);
    await Promise.allSettled(all);
    if (!journal || !(isPassing(error) || error instanceof FileChangedError))
      post(paths.cancelUpload(id, uploadId), { token }).catch(() => {
      });
    throw error;
  } finally {
    senders.end();
  }
}

// assets/crypto/key.js
var FRIENDLY_SALT = encodeText("sgraph-send-v1");
var FRIENDLY_ROUNDS = 6e5;
async function friendlyTransfer(token) {
  const secret = encodeText(token);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", secret));
  const material = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt: FRIENDLY_SALT, iterations: FRIENDLY_ROUNDS };
  const key = new Uint8Array(await crypto.subtle.deriveBits(pbkdf2, material, 256));
  return { id: toHex(digest.subarray(0, 6)), key };
}

// assets/libraries/hpke.js
var HpkeError = class extends Error {
  constructor(e) {
    let message;
    if (e instanceof Error) {
      message = e.message;
    } else if (typeof e === "string") {
      message = e;
    } else {
      message = "";
    }
    super(message);
    this.name = this.constructor.name;
  }
};
var InvalidParamError = class extends HpkeError {
};
var SerializeError = class extends HpkeError {
};
var DeserializeError = class extends HpkeError {
};
var EncapError = class extends HpkeError {
};
var DecapError = class extends HpkeError {
};
var ExportError = class extends HpkeError {
};
var SealError = class extends HpkeError {
};
var OpenError = class extends HpkeError {
};
var MessageLimitReachedError = class extends HpkeError {
};
var DeriveKeyPairError = class extends HpkeError {
};
var NotSupportedError = class extends HpkeError {
};
var dntGlobals = {};
var dntGlobalThis = createMergeProxy(globalThis, dntGlobals);
function createMergeProxy(baseObj, extObj) {
  return new Proxy(baseObj, {
    get(_target, prop, _receiver) {
      if (prop in extObj) {
        return extObj[prop];
      } else {
        return baseObj[prop];
      }
    },
    set(_target, prop, value) {
      if (prop in extObj) {
        delete extObj[prop];
      }
      baseObj[prop] = value;
      return true;
    },
    deleteProperty(_target, prop) {
      let success = false;
      if (prop in extObj) {
        delete extObj[prop];
        success = true;
      }
      if (prop in baseObj) {
        delete baseObj[prop];
        success = true;
      }
      return success;
    },
    ownKeys(_target) {
      const baseKeys = Reflect.ownKeys(baseObj);
      const extKeys = Reflect.ownKeys(extObj);
      const extKeysSet = new Set(extKeys);
      return [...baseKeys.filter((k) => !extKeysSet.has(k)), ...extKeys];
    },
    defineProperty(_target, prop, desc) {
      if (prop in extObj) {
        delete extObj[prop];
      }
      Reflect.defineProperty(baseObj, prop, desc);
      return true;
    },
    getOwnPropertyDescriptor(_target, prop) {
      if (prop in extObj) {
        return Reflect.getOwnPropertyDescriptor(extObj, prop);
      } else {
        return Reflect.getOwnPropertyDescriptor(baseObj, prop);
      }
    },
    has(_target, prop) {
      return prop in extObj || prop in baseObj;
    }
  });
}
async function loadSubtleCrypto() {
  if (dntGlobalThis !== void 0 && globalThis.crypto !== void 0) {
    return globalThis.crypto.subtle;
  }
  try {
    const { webcrypto } = await import("crypto");
    return webcrypto.subtle;
  } catch (e) {
    throw new NotSupportedError(e);
  }
}
var NativeAlgorithm = class {
  constructor() {
    Object.defineProperty(this, "_api", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
  }
  async _setup() {
    if (this._api !== void 0) {
      return;
    }
    this._api = await loadSubtleCrypto();
  }
};
var Mode = {
  Base: 0,
  Psk: 1,
  Auth: 2,
  AuthPsk: 3
};
var KemId = {
  NotAssigned: 0,
  DhkemP256HkdfSha256: 16,
  DhkemP384HkdfSha384: 17,
  DhkemP521HkdfSha512: 18,
  DhkemSecp256k1HkdfSha256: 19,
  DhkemX25519HkdfSha256: 32,
  DhkemX448HkdfSha512: 33,
  HybridkemX25519Kyber768: 48,
  MlKem512: 64,
  MlKem768: 65,
  MlKem1024: 66,
  XWing: 25722
};
var KdfId = {
  HkdfSha256: 1,
  HkdfSha384: 2,
  HkdfSha512: 3,
  Sha3256: 4,
  Sha3384: 5,
  Sha3512: 6,
  Shake128: 16,
  Shake256: 17,
  TurboShake128: 18,
  TurboShake256: 19
};
var AeadId = {
  Aes128Gcm: 1,
  Aes256Gcm: 2,
  Chacha20Poly1305: 3,
  ExportOnly: 65535
};
var INPUT_LENGTH_LIMIT = 8192;
var INFO_LENGTH_LIMIT = 268435456;
var MINIMUM_PSK_LENGTH = 32;
var EMPTY = /* @__PURE__ */ new Uint8Array(0);
var SUITE_ID_HEADER_KEM = /* @__PURE__ */ new Uint8Array([
  75,
  69,
  77,
  0,
  0
]);
var HPKE_VERSION = /* @__PURE__ */ new Uint8Array([
  72,
  80,
  75,
  69,
  45,
  118,
  49
]);
function toUint8Array(input) {
  return new Uint8Array(toArrayBuffer(input));
}
function toArrayBuffer(input) {
  if (input instanceof ArrayBuffer) {
    return input;
  }
  if (ArrayBuffer.isView(input)) {
    return new Uint8Array(input.buffer, input.byteOffset, input.byteLength).slice().buffer;
  }
  return new Uint8Array(input).slice().buffer;
}
var HkdfNative = class extends NativeAlgorithm {
  constructor() {
    super();
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: KdfId.HkdfSha256
    });
    Object.defineProperty(this, "hashSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 0
    });
    Object.defineProperty(this, "_suiteId", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: EMPTY
    });
    Object.defineProperty(this, "algHash", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: {
        name: "HMAC",
        hash: "SHA-256",
        length: 256
      }
    });
  }
  init(suiteId) {
    this._suiteId = suiteId;
  }
  buildLabeledIkm(label, ikm) {
    this._checkInit();
    const ret = new Uint8Array(7 + this._suiteId.byteLength + label.byteLength + ikm.byteLength);
    ret.set(HPKE_VERSION, 0);
    ret.set(this._suiteId, 7);
    ret.set(label, 7 + this._suiteId.byteLength);
    ret.set(ikm, 7 + this._suiteId.byteLength + label.byteLength);
    return ret;
  }
  buildLabeledInfo(label, info2, len) {
    this._checkInit();
    const ret = new Uint8Array(9 + this._suiteId.byteLength + label.byteLength + info2.byteLength);
    ret.set(new Uint8Array([0, len]), 0);
    ret.set(HPKE_VERSION, 2);
    ret.set(this._suiteId, 9);
    ret.set(label, 9 + this._suiteId.byteLength);
    ret.set(info2, 9 + this._suiteId.byteLength + label.byteLength);
    return ret;
  }
  async extract(salt, ikm) {
    await this._setup();
    const saltBuf = salt.byteLength === 0 ? new ArrayBuffer(this.hashSize) : toArrayBuffer(salt);
    if (saltBuf.byteLength !== this.hashSize) {
      throw new InvalidParamError("The salt length must be the same as the hashSize");
    }
    const ikmBuf = toArrayBuffer(ikm);
    const key = await this._api.importKey("raw", saltBuf, this.algHash, false, [
      "sign"
    ]);
    return await this._api.sign("HMAC", key, ikmBuf);
  }
  async expand(prk, info2, len) {
    await this._setup();
    const prkBuf = toArrayBuffer(prk);
    const key = await this._api.importKey("raw", prkBuf, this.algHash, false, [
      "sign"
    ]);
    const okm = new ArrayBuffer(len);
    const okmBytes = new Uint8Array(okm);
    let prev = EMPTY;
    const mid = toUint8Array(info2);
    const tail = new Uint8Array(1);
    if (len > 255 * this.hashSize) {
      throw new Error("Entropy limit reached");
    }
    const tmp = new Uint8Array(this.hashSize + mid.length + 1);
    for (let i = 1, cur = 0; cur < okmBytes.length; i++) {
      tail[0] = i;
      tmp.set(prev, 0);
      tmp.set(mid, prev.length);
      tmp.set(tail, prev.length + mid.length);
      prev = new Uint8Array(await this._api.sign("HMAC", key, tmp.slice(0, prev.length + mid.length + 1)));
      if (okmBytes.length - cur >= prev.length) {
        okmBytes.set(prev, cur);
        cur += prev.length;
      } else {
        okmBytes.set(prev.slice(0, okmBytes.length - cur), cur);
        cur += okmBytes.length - cur;
      }
    }
    return okm;
  }
  async extractAndExpand(salt, ikm, info2, len) {
    await this._setup();
    const ikmBuf = toArrayBuffer(ikm);
    const baseKey = await this._api.importKey("raw", ikmBuf, "HKDF", false, ["deriveBits"]);
    return await this._api.deriveBits({
      name: "HKDF",
      hash: this.algHash.hash,
      salt: toArrayBuffer(salt),
      info: toArrayBuffer(info2)
    }, baseKey, len * 8);
  }
  async labeledExtract(salt, label, ikm) {
    return await this.extract(salt, this.buildLabeledIkm(label, ikm));
  }
  async labeledExpand(prk, label, info2, len) {
    return await this.expand(prk, this.buildLabeledInfo(label, info2, len), len);
  }
  _checkInit() {
    if (this._suiteId === EMPTY) {
      throw new Error("Not initialized. Call init()");
    }
  }
};
var HkdfSha256Native = class extends HkdfNative {
  constructor() {
    super(...arguments);
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: KdfId.HkdfSha256
    });
    Object.defineProperty(this, "hashSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
    Object.defineProperty(this, "algHash", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: {
        name: "HMAC",
        hash: "SHA-256",
        length: 256
      }
    });
  }
};
var isCryptoKeyPair = (x) => typeof x === "object" && x !== null && typeof x.privateKey === "object" && typeof x.publicKey === "object";
function i2Osp(n, w) {
  if (w <= 0) {
    throw new Error("i2Osp: too small size");
  }
  if (n >= 256 ** w) {
    throw new Error("i2Osp: too large integer");
  }
  const ret = new Uint8Array(w);
  for (let i = 0; i < w && n; i++) {
    ret[w - (i + 1)] = n % 256;
    n = Math.floor(n / 256);
  }
  return ret;
}
function concat2(a, b) {
  const ret = new Uint8Array(a.length + b.length);
  ret.set(a, 0);
  ret.set(b, a.length);
  return ret;
}
function base64UrlToBytes(v) {
  const base64 = v.replace(/-/g, "+").replace(/_/g, "/");
  const byteString = atob(base64);
  const ret = new Uint8Array(byteString.length);
  for (let i = 0; i < byteString.length; i++) {
    ret[i] = byteString.charCodeAt(i);
  }
  return ret;
}
function xor(a, b) {
  if (a.byteLength !== b.byteLength) {
    throw new Error("xor: different length inputs");
  }
  const buf = new Uint8Array(a.byteLength);
  for (let i = 0; i < a.byteLength; i++) {
    buf[i] = a[i] ^ b[i];
  }
  return buf;
}
var LABEL_EAE_PRK = /* @__PURE__ */ new Uint8Array([
  101,
  97,
  101,
  95,
  112,
  114,
  107
]);
var LABEL_SHARED_SECRET = /* @__PURE__ */ new Uint8Array([
  115,
  104,
  97,
  114,
  101,
  100,
  95,
  115,
  101,
  99,
  114,
  101,
  116
]);
function concat3(a, b, c) {
  const ret = new Uint8Array(a.length + b.length + c.length);
  ret.set(a, 0);
  ret.set(b, a.length);
  ret.set(c, a.length + b.length);
  return ret;
}
var Dhkem = class {
  constructor(id, prim, kdf) {
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "secretSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 0
    });
    Object.defineProperty(this, "encSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 0
    });
    Object.defineProperty(this, "publicKeySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 0
    });
    Object.defineProperty(this, "privateKeySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 0
    });
    Object.defineProperty(this, "_prim", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_kdf", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    this.id = id;
    this._prim = prim;
    this._kdf = kdf;
    const suiteId = new Uint8Array(SUITE_ID_HEADER_KEM);
    suiteId.set(i2Osp(this.id, 2), 3);
    this._kdf.init(suiteId);
  }
  async serializePublicKey(key) {
    return await this._prim.serializePublicKey(key);
  }
  async deserializePublicKey(key) {
    return await this._prim.deserializePublicKey(toArrayBuffer(key));
  }
  async serializePrivateKey(key) {
    return await this._prim.serializePrivateKey(key);
  }
  async deserializePrivateKey(key) {
    return await this._prim.deserializePrivateKey(toArrayBuffer(key));
  }
  async importKey(format, key, isPublic = true) {
    return await this._prim.importKey(format, key, isPublic);
  }
  async generateKeyPair() {
    return await this._prim.generateKeyPair();
  }
  async deriveKeyPair(ikm) {
    const rawIkm = toArrayBuffer(ikm);
    if (rawIkm.byteLength > INPUT_LENGTH_LIMIT) {
      throw new InvalidParamError("Too long ikm");
    }
    return await this._prim.deriveKeyPair(rawIkm);
  }
  async encap(params) {
    let ke;
    if (params.ekm === void 0) {
      ke = await this.generateKeyPair();
    } else if (isCryptoKeyPair(params.ekm)) {
      ke = params.ekm;
    } else {
      ke = await this.deriveKeyPair(params.ekm);
    }
    const enc = await this._prim.serializePublicKey(ke.publicKey);
    const pkrm = await this._prim.serializePublicKey(params.recipientPublicKey);
    try {
      let dh;
      if (params.senderKey === void 0) {
        dh = new Uint8Array(await this._prim.dh(ke.privateKey, params.recipientPublicKey));
      } else {
        const sks = isCryptoKeyPair(params.senderKey) ? params.senderKey.privateKey : params.senderKey;
        const dh1 = new Uint8Array(await this._prim.dh(ke.privateKey, params.recipientPublicKey));
        const dh2 = new Uint8Array(await this._prim.dh(sks, params.recipientPublicKey));
        dh = concat2(dh1, dh2);
      }
      let kemContext;
      if (params.senderKey === void 0) {
        kemContext = concat2(new Uint8Array(enc), new Uint8Array(pkrm));
      } else {
        const pks = isCryptoKeyPair(params.senderKey) ? params.senderKey.publicKey : await this._prim.derivePublicKey(params.senderKey);
        const pksm = await this._prim.serializePublicKey(pks);
        kemContext = concat3(new Uint8Array(enc), new Uint8Array(pkrm), new Uint8Array(pksm));
      }
      const sharedSecret = await this._generateSharedSecret(dh, kemContext);
      return {
        enc,
        sharedSecret
      };
    } catch (e) {
      throw new EncapError(e);
    }
  }
  async decap(params) {
    const enc = toArrayBuffer(params.enc);
    const pke = await this._prim.deserializePublicKey(enc);
    const skr = isCryptoKeyPair(params.recipientKey) ? params.recipientKey.privateKey : params.recipientKey;
    const pkr = isCryptoKeyPair(params.recipientKey) ? params.recipientKey.publicKey : await this._prim.derivePublicKey(params.recipientKey);
    const pkrm = await this._prim.serializePublicKey(pkr);
    try {
      let dh;
      if (params.senderPublicKey === void 0) {
        dh = new Uint8Array(await this._prim.dh(skr, pke));
      } else {
        const dh1 = new Uint8Array(await this._prim.dh(skr, pke));
        const dh2 = new Uint8Array(await this._prim.dh(skr, params.senderPublicKey));
        dh = concat2(dh1, dh2);
      }
      let kemContext;
      if (params.senderPublicKey === void 0) {
        kemContext = concat2(new Uint8Array(enc), new Uint8Array(pkrm));
      } else {
        const pksm = await this._prim.serializePublicKey(params.senderPublicKey);
        kemContext = new Uint8Array(enc.byteLength + pkrm.byteLength + pksm.byteLength);
        kemContext.set(new Uint8Array(enc), 0);
        kemContext.set(new Uint8Array(pkrm), enc.byteLength);
        kemContext.set(new Uint8Array(pksm), enc.byteLength + pkrm.byteLength);
      }
      return await this._generateSharedSecret(dh, kemContext);
    } catch (e) {
      throw new DecapError(e);
    }
  }
  async _generateSharedSecret(dh, kemContext) {
    const labeledIkm = this._kdf.buildLabeledIkm(LABEL_EAE_PRK, dh);
    const labeledInfo = this._kdf.buildLabeledInfo(LABEL_SHARED_SECRET, kemContext, this.secretSize);
    return await this._kdf.extractAndExpand(EMPTY, labeledIkm, labeledInfo, this.secretSize);
  }
};
var KEM_USAGES = ["deriveBits"];
var LABEL_DKP_PRK = /* @__PURE__ */ new Uint8Array([
  100,
  107,
  112,
  95,
  112,
  114,
  107
]);
var LABEL_SK = /* @__PURE__ */ new Uint8Array([115, 107]);
var EC_P_521_PARAMS = {
  p: (1n << 521n) - 1n,
  b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  gx: 0x00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
  gy: 0x011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
  coordinateSize: 66
};
var AEAD_USAGES = ["encrypt", "decrypt"];
function isBytes(a) {
  return a instanceof Uint8Array || ArrayBuffer.isView(a) && a.constructor.name === "Uint8Array";
}
function anumber(n, title = "") {
  if (!Number.isSafeInteger(n) || n < 0) {
    const prefix = title && `"${title}" `;
    throw new Error(`${prefix}expected integer >0, got ${n}`);
  }
}
function abytes(value, length, title = "") {
  const bytes = isBytes(value);
  const len = value?.length;
  const needsLen = length !== void 0;
  if (!bytes || needsLen && len !== length) {
    const prefix = title && `"${title}" `;
    const ofLen = needsLen ? ` of length ${length}` : "";
    const got = bytes ? `length=${len}` : `type=${typeof value}`;
    throw new Error(prefix + "expected Uint8Array" + ofLen + ", got " + got);
  }
  return value;
}
function aexists(instance, checkFinished = true) {
  if (instance.destroyed)
    throw new Error("Hash instance has been destroyed");
  if (checkFinished && instance.finished) {
    throw new Error("Hash#digest() has already been called");
  }
}
function clean(...arrays) {
  for (let i = 0; i < arrays.length; i++) {
    arrays[i].fill(0);
  }
}
var _endianTestBuffer = /* @__PURE__ */ new Uint32Array([287454020]);
var _endianTestBytes = /* @__PURE__ */ new Uint8Array(_endianTestBuffer.buffer);
var isLE = _endianTestBytes[0] === 68;
function ahash(h) {
  if (typeof h !== "function" || typeof h.create !== "function") {
    throw new Error("Hash must wrapped by utils.createHasher");
  }
  anumber(h.outputLen);
  anumber(h.blockLen);
}
var _HMAC = class {
  constructor(hash, key) {
    Object.defineProperty(this, "oHash", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "iHash", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "blockLen", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "outputLen", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "finished", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: false
    });
    Object.defineProperty(this, "destroyed", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: false
    });
    ahash(hash);
    abytes(key, void 0, "key");
    this.iHash = hash.create();
    if (typeof this.iHash.update !== "function") {
      throw new Error("Expected instance of class which extends utils.Hash");
    }
    this.blockLen = this.iHash.blockLen;
    this.outputLen = this.iHash.outputLen;
    const blockLen = this.blockLen;
    const pad = new Uint8Array(blockLen);
    pad.set(key.length > blockLen ? hash.create().update(key).digest() : key);
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54;
    this.iHash.update(pad);
    this.oHash = hash.create();
    for (let i = 0; i < pad.length; i++)
      pad[i] ^= 54 ^ 92;
    this.oHash.update(pad);
    clean(pad);
  }
  update(buf) {
    aexists(this);
    this.iHash.update(buf);
    return this;
  }
  digestInto(out) {
    aexists(this);
    abytes(out, this.outputLen, "output");
    this.finished = true;
    this.iHash.digestInto(out);
    this.oHash.update(out);
    this.oHash.digestInto(out);
    this.destroy();
  }
  digest() {
    const out = new Uint8Array(this.oHash.outputLen);
    this.digestInto(out);
    return out;
  }
  _cloneInto(to) {
    to ||= Object.create(Object.getPrototypeOf(this), {});
    const { oHash, iHash, finished: finished2, destroyed, blockLen, outputLen } = this;
    to = to;
    to.finished = finished2;
    to.destroyed = destroyed;
    to.blockLen = blockLen;
    to.outputLen = outputLen;
    to.oHash = oHash._cloneInto(to.oHash);
    to.iHash = iHash._cloneInto(to.iHash);
    return to;
  }
  clone() {
    return this._cloneInto();
  }
  destroy() {
    this.destroyed = true;
    this.oHash.destroy();
    this.iHash.destroy();
  }
};
var hmac = (hash, key, message) => new _HMAC(hash, key).update(message).digest();
hmac.create = (hash, key) => new _HMAC(hash, key);
var U32_MASK64 = 0xffffffffn;
var _32n = 32n;
function fromBig(n, le = false) {
  if (le) {
    return { h: Number(n & U32_MASK64), l: Number(n >> _32n & U32_MASK64) };
  }
  return {
    h: Number(n >> _32n & U32_MASK64) | 0,
    l: Number(n & U32_MASK64) | 0
  };
}
function split(lst, le = false) {
  const len = lst.length;
  const Ah = new Uint32Array(len);
  const Al = new Uint32Array(len);
  for (let i = 0; i < len; i++) {
    const { h, l } = fromBig(lst[i], le);
    [Ah[i], Al[i]] = [h, l];
  }
  return [Ah, Al];
}
var _0n = 0n;
var _1n = 1n;
var _2n = 2n;
var _7n = 7n;
var _256n = 256n;
var _0x71n = 0x71n;
var SHA3_PI = [];
var SHA3_ROTL = [];
var _SHA3_IOTA = [];
for (let round = 0, R = _1n, x = 1, y = 0; round < 24; round++) {
  [x, y] = [y, (2 * x + 3 * y) % 5];
  SHA3_PI.push(2 * (5 * y + x));
  SHA3_ROTL.push((round + 1) * (round + 2) / 2 % 64);
  let t = _0n;
  for (let j = 0; j < 7; j++) {
    R = (R << _1n ^ (R >> _7n) * _0x71n) % _256n;
    if (R & _2n)
      t ^= _1n << (_1n << BigInt(j)) - _1n;
  }
  _SHA3_IOTA.push(t);
}
var IOTAS = split(_SHA3_IOTA, true);
var SHA3_IOTA_H = IOTAS[0];
var SHA3_IOTA_L = IOTAS[1];
var AesGcmContext = class extends NativeAlgorithm {
  constructor(key) {
    super();
    Object.defineProperty(this, "_rawKey", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_key", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    this._rawKey = toArrayBuffer(key);
  }
  async seal(iv, data, aad) {
    await this._setupKey();
    const alg = {
      name: "AES-GCM",
      iv: toArrayBuffer(iv),
      additionalData: toArrayBuffer(aad)
    };
    const ct = await this._api.encrypt(alg, this._key, toArrayBuffer(data));
    return ct;
  }
  async open(iv, data, aad) {
    await this._setupKey();
    const alg = {
      name: "AES-GCM",
      iv: toArrayBuffer(iv),
      additionalData: toArrayBuffer(aad)
    };
    const pt = await this._api.decrypt(alg, this._key, toArrayBuffer(data));
    return pt;
  }
  async _setupKey() {
    if (this._key !== void 0) {
      return;
    }
    await this._setup();
    const key = await this._importKey(this._rawKey);
    new Uint8Array(this._rawKey).fill(0);
    this._key = key;
    return;
  }
  async _importKey(key) {
    return await this._api.importKey("raw", key, { name: "AES-GCM" }, true, AEAD_USAGES);
  }
};
var Aes128Gcm = class {
  constructor() {
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: AeadId.Aes128Gcm
    });
    Object.defineProperty(this, "keySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 16
    });
    Object.defineProperty(this, "nonceSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 12
    });
    Object.defineProperty(this, "tagSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 16
    });
  }
  createEncryptionContext(key) {
    return new AesGcmContext(key);
  }
};
var Aes256Gcm = class extends Aes128Gcm {
  constructor() {
    super(...arguments);
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: AeadId.Aes256Gcm
    });
    Object.defineProperty(this, "keySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
    Object.defineProperty(this, "nonceSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 12
    });
    Object.defineProperty(this, "tagSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 16
    });
  }
};
function emitNotSupported() {
  return new Promise((_resolve, reject) => {
    reject(new NotSupportedError("Not supported"));
  });
}
var LABEL_SEC = new Uint8Array([115, 101, 99]);
var ExporterContextImpl = class {
  constructor(api, kdf, exporterSecret) {
    Object.defineProperty(this, "_api", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "exporterSecret", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_kdf", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    this._api = api;
    this._kdf = kdf;
    this.exporterSecret = exporterSecret;
  }
  async seal(_data, _aad) {
    return await emitNotSupported();
  }
  async open(_data, _aad) {
    return await emitNotSupported();
  }
  async export(exporterContext, len) {
    const rawExporterContext = toArrayBuffer(exporterContext);
    if (rawExporterContext.byteLength > INPUT_LENGTH_LIMIT) {
      throw new InvalidParamError("Too long exporter context");
    }
    try {
      return await this._kdf.labeledExpand(this.exporterSecret, LABEL_SEC, new Uint8Array(rawExporterContext), len);
    } catch (e) {
      throw new ExportError(e);
    }
  }
};
var RecipientExporterContextImpl = class extends ExporterContextImpl {
};
var SenderExporterContextImpl = class extends ExporterContextImpl {
  constructor(api, kdf, exporterSecret, enc) {
    super(api, kdf, exporterSecret);
    Object.defineProperty(this, "enc", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    this.enc = enc;
    return;
  }
};
var EncryptionContextImpl = class extends ExporterContextImpl {
  constructor(api, kdf, params) {
    super(api, kdf, params.exporterSecret);
    Object.defineProperty(this, "_aead", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nK", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nN", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nT", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_ctx", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    if (params.key === void 0 || params.baseNonce === void 0 || params.seq === void 0) {
      throw new Error("Required parameters are missing");
    }
    this._aead = params.aead;
    this._nK = this._aead.keySize;
    this._nN = this._aead.nonceSize;
    this._nT = this._aead.tagSize;
    const key = this._aead.createEncryptionContext(params.key);
    this._ctx = {
      key,
      baseNonce: params.baseNonce,
      seq: params.seq
    };
  }
  computeNonce(k) {
    const seqBytes = i2Osp(k.seq, k.baseNonce.byteLength);
    return xor(k.baseNonce, seqBytes).buffer;
  }
  incrementSeq(k) {
    if (k.seq > Number.MAX_SAFE_INTEGER) {
      throw new MessageLimitReachedError("Message limit reached");
    }
    k.seq += 1;
    return;
  }
};
var __classPrivateFieldGet = function(receiver, state, kind, f) {
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a getter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot read private member from an object whose class did not declare it");
  return kind === "m" ? f : kind === "a" ? f.call(receiver) : f ? f.value : state.get(receiver);
};
var __classPrivateFieldSet = function(receiver, state, value, kind, f) {
  if (kind === "m") throw new TypeError("Private method is not writable");
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a setter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot write private member to an object whose class did not declare it");
  return kind === "a" ? f.call(receiver, value) : f ? f.value = value : state.set(receiver, value), value;
};
var _Mutex_locked;
var Mutex = class {
  constructor() {
    _Mutex_locked.set(this, Promise.resolve());
  }
  async lock() {
    let releaseLock;
    const nextLock = new Promise((resolve) => {
      releaseLock = resolve;
    });
    const previousLock = __classPrivateFieldGet(this, _Mutex_locked, "f");
    __classPrivateFieldSet(this, _Mutex_locked, nextLock, "f");
    await previousLock;
    return releaseLock;
  }
};
_Mutex_locked = /* @__PURE__ */ new WeakMap();
var __classPrivateFieldGet2 = function(receiver, state, kind, f) {
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a getter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot read private member from an object whose class did not declare it");
  return kind === "m" ? f : kind === "a" ? f.call(receiver) : f ? f.value : state.get(receiver);
};
var __classPrivateFieldSet2 = function(receiver, state, value, kind, f) {
  if (kind === "m") throw new TypeError("Private method is not writable");
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a setter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot write private member to an object whose class did not declare it");
  return kind === "a" ? f.call(receiver, value) : f ? f.value = value : state.set(receiver, value), value;
};
var _RecipientContextImpl_mutex;
var RecipientContextImpl = class extends EncryptionContextImpl {
  constructor() {
    super(...arguments);
    _RecipientContextImpl_mutex.set(this, void 0);
  }
  async open(data, aad = EMPTY.buffer) {
    __classPrivateFieldSet2(this, _RecipientContextImpl_mutex, __classPrivateFieldGet2(this, _RecipientContextImpl_mutex, "f") ?? new Mutex(), "f");
    const release = await __classPrivateFieldGet2(this, _RecipientContextImpl_mutex, "f").lock();
    let pt;
    try {
      pt = await this._ctx.key.open(this.computeNonce(this._ctx), toArrayBuffer(data), toArrayBuffer(aad));
    } catch (e) {
      throw new OpenError(e);
    } finally {
      release();
    }
    this.incrementSeq(this._ctx);
    return pt;
  }
};
_RecipientContextImpl_mutex = /* @__PURE__ */ new WeakMap();
var __classPrivateFieldGet3 = function(receiver, state, kind, f) {
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a getter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot read private member from an object whose class did not declare it");
  return kind === "m" ? f : kind === "a" ? f.call(receiver) : f ? f.value : state.get(receiver);
};
var __classPrivateFieldSet3 = function(receiver, state, value, kind, f) {
  if (kind === "m") throw new TypeError("Private method is not writable");
  if (kind === "a" && !f) throw new TypeError("Private accessor was defined without a setter");
  if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot write private member to an object whose class did not declare it");
  return kind === "a" ? f.call(receiver, value) : f ? f.value = value : state.set(receiver, value), value;
};
var _SenderContextImpl_mutex;
var SenderContextImpl = class extends EncryptionContextImpl {
  constructor(api, kdf, params, enc) {
    super(api, kdf, params);
    Object.defineProperty(this, "enc", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    _SenderContextImpl_mutex.set(this, void 0);
    this.enc = enc;
  }
  async seal(data, aad = EMPTY.buffer) {
    __classPrivateFieldSet3(this, _SenderContextImpl_mutex, __classPrivateFieldGet3(this, _SenderContextImpl_mutex, "f") ?? new Mutex(), "f");
    const release = await __classPrivateFieldGet3(this, _SenderContextImpl_mutex, "f").lock();
    let ct;
    try {
      ct = await this._ctx.key.seal(this.computeNonce(this._ctx), toArrayBuffer(data), toArrayBuffer(aad));
    } catch (e) {
      throw new SealError(e);
    } finally {
      release();
    }
    this.incrementSeq(this._ctx);
    return ct;
  }
};
_SenderContextImpl_mutex = /* @__PURE__ */ new WeakMap();
var LABEL_BASE_NONCE = new Uint8Array([
  98,
  97,
  115,
  101,
  95,
  110,
  111,
  110,
  99,
  101
]);
var LABEL_EXP = new Uint8Array([101, 120, 112]);
var LABEL_INFO_HASH = new Uint8Array([
  105,
  110,
  102,
  111,
  95,
  104,
  97,
  115,
  104
]);
var LABEL_KEY = new Uint8Array([107, 101, 121]);
var LABEL_PSK_ID_HASH = new Uint8Array([
  112,
  115,
  107,
  95,
  105,
  100,
  95,
  104,
  97,
  115,
  104
]);
var LABEL_SECRET = new Uint8Array([115, 101, 99, 114, 101, 116]);
var SUITE_ID_HEADER_HPKE = new Uint8Array([
  72,
  80,
  75,
  69,
  0,
  0,
  0,
  0,
  0,
  0
]);
var CipherSuiteNative = class extends NativeAlgorithm {
  /**
   * @param params A set of parameters for building a cipher suite.
   *
   * If the error occurred, throws {@link InvalidParamError}.
   *
   * @throws {@link InvalidParamError}
   */
  constructor(params) {
    super();
    Object.defineProperty(this, "_kem", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_kdf", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_aead", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_suiteId", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    if (typeof params.kem === "number") {
      throw new InvalidParamError("KemId cannot be used");
    }
    this._kem = params.kem;
    if (typeof params.kdf === "number") {
      throw new InvalidParamError("KdfId cannot be used");
    }
    this._kdf = params.kdf;
    if (typeof params.aead === "number") {
      throw new InvalidParamError("AeadId cannot be used");
    }
    this._aead = params.aead;
    this._suiteId = new Uint8Array(SUITE_ID_HEADER_HPKE);
    this._suiteId.set(i2Osp(this._kem.id, 2), 4);
    this._suiteId.set(i2Osp(this._kdf.id, 2), 6);
    this._suiteId.set(i2Osp(this._aead.id, 2), 8);
    this._kdf.init(this._suiteId);
  }
  /**
   * Gets the KEM context of the ciphersuite.
   */
  get kem() {
    return this._kem;
  }
  /**
   * Gets the KDF context of the ciphersuite.
   */
  get kdf() {
    return this._kdf;
  }
  /**
   * Gets the AEAD context of the ciphersuite.
   */
  get aead() {
    return this._aead;
  }
  /**
   * Creates an encryption context for a sender.
   *
   * If the error occurred, throws {@link DecapError} | {@link ValidationError}.
   *
   * @param params A set of parameters for the sender encryption context.
   * @returns A sender encryption context.
   * @throws {@link EncapError}, {@link ValidationError}
   */
  async createSenderContext(params) {
    this._validateInputLength(params);
    await this._setup();
    const dh = await this._kem.encap(params);
    let mode;
    if (params.psk !== void 0) {
      mode = params.senderKey !== void 0 ? Mode.AuthPsk : Mode.Psk;
    } else {
      mode = params.senderKey !== void 0 ? Mode.Auth : Mode.Base;
    }
    return await this._keyScheduleS(mode, dh.sharedSecret, dh.enc, params);
  }
  /**
   * Creates an encryption context for a recipient.
   *
   * If the error occurred, throws {@link DecapError}
   * | {@link DeserializeError} | {@link ValidationError}.
   *
   * @param params A set of parameters for the recipient encryption context.
   * @returns A recipient encryption context.
   * @throws {@link DecapError}, {@link DeserializeError}, {@link ValidationError}
   */
  async createRecipientContext(params) {
    this._validateInputLength(params);
    await this._setup();
    const sharedSecret = await this._kem.decap(params);
    let mode;
    if (params.psk !== void 0) {
      mode = params.senderPublicKey !== void 0 ? Mode.AuthPsk : Mode.Psk;
    } else {
      mode = params.senderPublicKey !== void 0 ? Mode.Auth : Mode.Base;
    }
    return await this._keyScheduleR(mode, sharedSecret, params);
  }
  /**
   * Encrypts a message to a recipient.
   *
   * If the error occurred, throws `EncapError` | `MessageLimitReachedError` | `SealError` | `ValidationError`.
   *
   * @param params A set of parameters for building a sender encryption context.
   * @param pt A plain text as bytes to be encrypted.
   * @param aad Additional authenticated data as bytes fed by an application.
   * @returns A cipher text and an encapsulated key as bytes.
   * @throws {@link EncapError}, {@link MessageLimitReachedError}, {@link SealError}, {@link ValidationError}
   */
  async seal(params, pt, aad = EMPTY.buffer) {
    const ctx = await this.createSenderContext(params);
    return {
      ct: await ctx.seal(pt, aad),
      enc: ctx.enc
    };
  }
  /**
   * Decrypts a message from a sender.
   *
   * If the error occurred, throws `DecapError` | `DeserializeError` | `OpenError` | `ValidationError`.
   *
   * @param params A set of parameters for building a recipient encryption context.
   * @param ct An encrypted text as bytes to be decrypted.
   * @param aad Additional authenticated data as bytes fed by an application.
   * @returns A decrypted plain text as bytes.
   * @throws {@link DecapError}, {@link DeserializeError}, {@link OpenError}, {@link ValidationError}
   */
  async open(params, ct, aad = EMPTY.buffer) {
    const ctx = await this.createRecipientContext(params);
    return await ctx.open(ct, aad);
  }
  // private verifyPskInputs(mode: Mode, params: KeyScheduleParams) {
  //   const gotPsk = (params.psk !== undefined);
  //   const gotPskId = (params.psk !== undefined && params.psk.id.byteLength > 0);
  //   if (gotPsk !== gotPskId) {
  //     throw new Error('Inconsistent PSK inputs');
  //   }
  //   if (gotPsk && (mode === Mode.Base || mode === Mode.Auth)) {
  //     throw new Error('PSK input provided when not needed');
  //   }
  //   if (!gotPsk && (mode === Mode.Psk || mode === Mode.AuthPsk)) {
  //     throw new Error('Missing required PSK input');
  //   }
  //   return;
  // }
  async _keySchedule(mode, sharedSecret, params) {
    const pskId = params.psk === void 0 ? EMPTY : toUint8Array(params.psk.id);
    const pskIdHash = await this._kdf.labeledExtract(EMPTY, LABEL_PSK_ID_HASH, pskId);
    const info2 = params.info === void 0 ? EMPTY : toUint8Array(params.info);
    const infoHash = await this._kdf.labeledExtract(EMPTY, LABEL_INFO_HASH, info2);
    const keyScheduleContext = new Uint8Array(1 + pskIdHash.byteLength + infoHash.byteLength);
    keyScheduleContext.set(new Uint8Array([mode]), 0);
    keyScheduleContext.set(new Uint8Array(pskIdHash), 1);
    keyScheduleContext.set(new Uint8Array(infoHash), 1 + pskIdHash.byteLength);
    const psk = params.psk === void 0 ? EMPTY : toUint8Array(params.psk.key);
    const ikm = this._kdf.buildLabeledIkm(LABEL_SECRET, psk);
    const exporterSecretInfo = this._kdf.buildLabeledInfo(LABEL_EXP, keyScheduleContext, this._kdf.hashSize);
    const exporterSecret = await this._kdf.extractAndExpand(sharedSecret, ikm, exporterSecretInfo, this._kdf.hashSize);
    if (this._aead.id === AeadId.ExportOnly) {
      return { aead: this._aead, exporterSecret };
    }
    const keyInfo = this._kdf.buildLabeledInfo(LABEL_KEY, keyScheduleContext, this._aead.keySize);
    const key = await this._kdf.extractAndExpand(sharedSecret, ikm, keyInfo, this._aead.keySize);
    const baseNonceInfo = this._kdf.buildLabeledInfo(LABEL_BASE_NONCE, keyScheduleContext, this._aead.nonceSize);
    const baseNonce = await this._kdf.extractAndExpand(sharedSecret, ikm, baseNonceInfo, this._aead.nonceSize);
    return {
      aead: this._aead,
      exporterSecret,
      key,
      baseNonce: new Uint8Array(baseNonce),
      seq: 0
    };
  }
  async _keyScheduleS(mode, sharedSecret, enc, params) {
    const res = await this._keySchedule(mode, sharedSecret, params);
    if (res.key === void 0) {
      return new SenderExporterContextImpl(this._api, this._kdf, res.exporterSecret, enc);
    }
    return new SenderContextImpl(this._api, this._kdf, res, enc);
  }
  async _keyScheduleR(mode, sharedSecret, params) {
    const res = await this._keySchedule(mode, sharedSecret, params);
    if (res.key === void 0) {
      return new RecipientExporterContextImpl(this._api, this._kdf, res.exporterSecret);
    }
    return new RecipientContextImpl(this._api, this._kdf, res);
  }
  _validateInputLength(params) {
    if (params.info !== void 0 && params.info.byteLength > INFO_LENGTH_LIMIT) {
      throw new InvalidParamError("Too long info");
    }
    if (params.psk !== void 0) {
      if (params.psk.key.byteLength < MINIMUM_PSK_LENGTH) {
        throw new InvalidParamError(`PSK must have at least ${MINIMUM_PSK_LENGTH} bytes`);
      }
      if (params.psk.key.byteLength > INPUT_LENGTH_LIMIT) {
        throw new InvalidParamError("Too long psk.key");
      }
      if (params.psk.id.byteLength > INPUT_LENGTH_LIMIT) {
        throw new InvalidParamError("Too long psk.id");
      }
    }
    return;
  }
};
var CipherSuite = class extends CipherSuiteNative {
};
var HkdfSha256 = class extends HkdfSha256Native {
};
var ALG_NAME = "X25519";
var PKCS8_ALG_ID_X25519 = new Uint8Array([
  48,
  46,
  2,
  1,
  0,
  48,
  5,
  6,
  3,
  43,
  101,
  110,
  4,
  34,
  4,
  32
]);
var BASE_POINT_X25519 = /* @__PURE__ */ (() => {
  const p = new Uint8Array(32);
  p[0] = 9;
  return p;
})();
var X25519 = class extends NativeAlgorithm {
  constructor(hkdf) {
    super();
    Object.defineProperty(this, "_hkdf", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_alg", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nPk", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nSk", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_nDh", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    Object.defineProperty(this, "_pkcs8AlgId", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: void 0
    });
    this._alg = { name: ALG_NAME };
    this._hkdf = hkdf;
    this._nPk = 32;
    this._nSk = 32;
    this._nDh = 32;
    this._pkcs8AlgId = PKCS8_ALG_ID_X25519;
  }
  async serializePublicKey(key) {
    await this._setup();
    try {
      return await this._api.exportKey("raw", key);
    } catch (e) {
      throw new SerializeError(e);
    }
  }
  async deserializePublicKey(key) {
    await this._setup();
    try {
      return await this._importRawKey(toArrayBuffer(key), true);
    } catch (e) {
      throw new DeserializeError(e);
    }
  }
  async serializePrivateKey(key) {
    await this._setup();
    try {
      const jwk = await this._api.exportKey("jwk", key);
      if (!("d" in jwk)) {
        throw new Error("Not private key");
      }
      return base64UrlToBytes(jwk["d"]).buffer;
    } catch (e) {
      throw new SerializeError(e);
    }
  }
  async deserializePrivateKey(key) {
    await this._setup();
    try {
      return await this._importRawKey(toArrayBuffer(key), false);
    } catch (e) {
      throw new DeserializeError(e);
    }
  }
  async importKey(format, key, isPublic) {
    await this._setup();
    try {
      if (format === "raw") {
        return await this._importRawKey(key, isPublic);
      }
      if (key instanceof ArrayBuffer) {
        throw new Error("Invalid jwk key format");
      }
      return await this._importJWK(key, isPublic);
    } catch (e) {
      throw new DeserializeError(e);
    }
  }
  async generateKeyPair() {
    await this._setup();
    try {
      return await this._api.generateKey(ALG_NAME, true, KEM_USAGES);
    } catch (e) {
      throw new NotSupportedError(e);
    }
  }
  async deriveKeyPair(ikm) {
    await this._setup();
    try {
      const rawIkm = toArrayBuffer(ikm);
      const dkpPrk = await this._hkdf.labeledExtract(EMPTY, LABEL_DKP_PRK, new Uint8Array(rawIkm));
      const rawSk = await this._hkdf.labeledExpand(dkpPrk, LABEL_SK, EMPTY, this._nSk);
      const rawSkBytes = new Uint8Array(rawSk);
      const sk = await this._deserializePkcs8Key(rawSkBytes);
      rawSkBytes.fill(0);
      return {
        privateKey: sk,
        publicKey: await this.derivePublicKey(sk)
      };
    } catch (e) {
      throw new DeriveKeyPairError(e);
    }
  }
  async derivePublicKey(key) {
    await this._setup();
    try {
      const jwk = await this._api.exportKey("jwk", key);
      delete jwk["d"];
      delete jwk["key_ops"];
      return await this._api.importKey("jwk", jwk, this._alg, true, []);
    } catch {
      try {
        const bp = await this._api.importKey("raw", BASE_POINT_X25519.buffer, this._alg, true, []);
        const bits = await this._api.deriveBits({
          name: ALG_NAME,
          public: bp
        }, key, this._nPk * 8);
        return await this._api.importKey("raw", bits, this._alg, true, []);
      } catch (e) {
        throw new DeserializeError(e);
      }
    }
  }
  async dh(sk, pk) {
    await this._setup();
    try {
      const bits = await this._api.deriveBits({
        name: ALG_NAME,
        public: pk
      }, sk, this._nDh * 8);
      return bits;
    } catch (e) {
      throw new SerializeError(e);
    }
  }
  async _importRawKey(key, isPublic) {
    if (isPublic && key.byteLength !== this._nPk) {
      throw new Error("Invalid public key for the ciphersuite");
    }
    if (!isPublic && key.byteLength !== this._nSk) {
      throw new Error("Invalid private key for the ciphersuite");
    }
    if (isPublic) {
      return await this._api.importKey("raw", key, this._alg, true, []);
    }
    return await this._deserializePkcs8Key(new Uint8Array(key));
  }
  async _importJWK(key, isPublic) {
    if (typeof key.kty === "undefined" || key.kty !== "OKP") {
      throw new Error(`Invalid kty: ${key.crv}`);
    }
    if (typeof key.crv === "undefined" || key.crv !== ALG_NAME) {
      throw new Error(`Invalid crv: ${key.crv}`);
    }
    if (isPublic) {
      if (typeof key.d !== "undefined") {
        throw new Error("Invalid key: `d` should not be set");
      }
      return await this._api.importKey("jwk", key, this._alg, true, []);
    }
    if (typeof key.d === "undefined") {
      throw new Error("Invalid key: `d` not found");
    }
    return await this._api.importKey("jwk", key, this._alg, true, KEM_USAGES);
  }
  async _deserializePkcs8Key(k) {
    const pkcs8Key = new Uint8Array(this._pkcs8AlgId.length + k.length);
    pkcs8Key.set(this._pkcs8AlgId, 0);
    pkcs8Key.set(k, this._pkcs8AlgId.length);
    return await this._api.importKey("pkcs8", pkcs8Key, this._alg, true, KEM_USAGES);
  }
};
var DhkemX25519HkdfSha256 = class extends Dhkem {
  constructor() {
    const kdf = new HkdfSha256Native();
    super(KemId.DhkemX25519HkdfSha256, new X25519(kdf), kdf);
    Object.defineProperty(this, "id", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: KemId.DhkemX25519HkdfSha256
    });
    Object.defineProperty(this, "secretSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
    Object.defineProperty(this, "encSize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
    Object.defineProperty(this, "publicKeySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
    Object.defineProperty(this, "privateKeySize", {
      enumerable: true,
      configurable: true,
      writable: true,
      value: 32
    });
  }
};
var PKCS8_ALG_ID_X448 = new Uint8Array([
  48,
  70,
  2,
  1,
  0,
  48,
  5,
  6,
  3,
  43,
  101,
  111,
  4,
  58,
  4,
  56
]);

// assets/crypto/request.js
var ENCAPSULATED = 32;
var SEALED = ENCAPSULATED + 32 + 16;
var suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
var info = (requestId) => concat([encodeText("sgraph-send request 1"), Uint8Array.of(0), encodeText(requestId)]);
async function newRequestKeys() {
  const keys = (
    /** @type {CryptoKeyPair} */
    await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])
  );
  return { publicKey: new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey)), keys };
}
async function sealKey(publicKey, requestId, linkKey) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey.slice().buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: info(requestId) }, linkKey);
  return concat([new Uint8Array(enc), new Uint8Array(ct)]);
}
async function openKey(keys, requestId, sealed) {
  if (sealed.length !== SEALED) throw new DamagedError();
  const recipientKey = keys instanceof Uint8Array ? await suite.kem.importKey("raw", keys.slice().buffer, false) : keys;
  const enc = sealed.slice(0, ENCAPSULATED).buffer;
  try {
    return new Uint8Array(await suite.open({ recipientKey, enc, info: info(requestId) }, sealed.slice(ENCAPSULATED)));
  } catch {
    throw new WrongKeyError();
  }
}
var GRANT = encodeText("sgraph-send request grant 1");
async function grantOf(seed) {
  const material = await crypto.subtle.importKey("raw", seed, "HKDF", false, ["deriveBits"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: GRANT };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, 256));
}

// assets/crypto/plain.js
var reading = /* @__PURE__ */ new Set();
var LONGEST = 1024 * 1024;
async function read3(plain, from, to) {
  let bytes;
  try {
    bytes = new Uint8Array(await plain.slice(from, to).arrayBuffer());
  } catch {
    throw new FileChangedError();
  }
  if (bytes.length !== to - from) throw new FileChangedError();
  return bytes;
}
var Runs = class {
  #plain;
  #end;
  #memory;
  #at = -1;
  /** @type {ReadableStreamBYOBReader | null} null where the browser's blobs cannot be read so */
  #reader = null;
  /**
   * @param {Blob} plain
   * @param {number} end before which byte the last run ends
   * @param {ArrayBuffer[]} memory what is read into, where what is given back is put
   */
  constructor(plain, end, memory) {
    this.#plain = plain;
    this.#end = end;
    this.#memory = memory;
  }
  /**
   * A run; a FileChangedError as of read.
   * @param {number} from
   * @param {number} to
   * @returns {Promise<Bytes>}
   */
  async read(from, to) {
    if (from !== this.#at) this.#start(from);
    this.#at = to;
    if (!this.#reader) return read3(this.#plain, from, to);
    const length = to - from;
    let buffer = this.#memory.pop() ?? new ArrayBuffer(LONGEST);
    for (let got = 0; got < length; ) {
      const { done, value } = await this.#reader.read(new Uint8Array(buffer, got, length - got)).catch(() => {
        throw new FileChangedError();
      });
      if (done) throw new FileChangedError();
      buffer = value.buffer;
      got += value.length;
    }
    return new Uint8Array(buffer, 0, length);
  }
  /** @param {number} from */
  #start(from) {
    this.end();
    reading.add(this);
    try {
      this.#reader = this.#plain.slice(from, this.#end).stream().getReader({ mode: "byob" });
    } catch {
      this.#reader = null;
    }
  }
  /** Takes the memory of a run, which nobody needs any more. */
  free({ buffer }) {
    if (this.#reader) this.#memory.push(buffer);
    else discard(buffer);
  }
  /** To be called when no more is wanted. */
  end() {
    reading.delete(this);
    this.#reader?.cancel().catch(() => {
    });
  }
};

// assets/crypto/seal.js
var ONE_SHOT_MAX = 32 * 1024 * 1024;
var IV2 = 12;
var EDGES = 8;
function seal(linkKey, source, { block: block2 = null, kept = null } = {}) {
  const inOne = source.content.size <= ONE_SHOT_MAX && !block2 && !source.inParts;
  const plain = enveloped(source, inOne ? "" : "message.txt");
  if (inOne) return new SealedAtOnce(linkKey, plain);
  return new SealedStream(linkKey, plain, { block: block2, kept });
}
function enveloped({ name, type, content }, fallback) {
  const filename = name ? safeFilename(name) : fallback;
  return filename ? new Blob([writeEnvelope({ filename, ...type && { type } }), content]) : content;
}
var SealedAtOnce = class {
  version = 1;
  random = null;
  #linkKey;
  #plain;
  #iv;
  /** @type {Promise<Bytes> | null} */
  #sealed = null;
  /**
   * The nonce is random; only tests give one.
   * @param {Key} linkKey
   * @param {Blob} plain
   */
  constructor(linkKey, plain, iv = crypto.getRandomValues(new Uint8Array(IV2))) {
    this.#linkKey = linkKey;
    this.#plain = plain;
    this.#iv = iv;
    this.plainSize = plain.size;
    this.size = IV2 + plain.size + TAG;
  }
  /**
   * @param {number} from
   * @param {number} length
   * @param {Bytes} [into]
   * @returns {Promise<Part>}
   */
  async part(from, length, into) {
    this.#sealed ??= this.#seal();
    const bytes = (await this.#sealed).subarray(from, from + length);
    into?.set(bytes);
    return { bytes: into?.subarray(0, bytes.length) ?? bytes, segments: [] };
  }
  async #seal() {
    const key = await crypto.subtle.importKey("raw", this.#linkKey, "AES-GCM", false, ["encrypt"]);
    const plain = await read3(this.#plain, 0, this.plainSize);
    const sealed = new Uint8Array(this.size);
    sealed.set(this.#iv);
    sealed.set(new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: this.#iv }, key, plain)), IV2);
    return sealed;
  }
};
var SealedStream = class {
  #sealer;
  #plain;
  #places;
  #count;
  /** The tag of each segment that was given out, now or before; zeros where none was. */
  #tags;
  /** Segments that two parts have in common, for the second to ask. @type {Map<number, Promise<Bytes>>} */
  #edges = /* @__PURE__ */ new Map();
  /** What the plaintext is read into. @type {ArrayBuffer[]} */
  #memory = [];
  /**
   * What is random is chosen here, unless somebody goes on; only tests give it otherwise.
   * @param {Key} linkKey
   * @param {Blob} plain
   * @param {{ block?: Bytes | null, kept?: Kept | null, random?: Bytes }} [options]
   */
  constructor(linkKey, plain, { block: block2 = null, kept = null, random } = {}) {
    this.version = block2 ? 3 : 2;
    this.random = kept?.random ?? random ?? crypto.getRandomValues(new Uint8Array(RANDOM));
    this.#sealer = new SegmentSealer(linkKey, block2, this.random);
    this.#plain = plain;
    this.#places = new Places(block2);
    this.plainSize = plain.size;
    this.size = this.#places.sealedSize(plain.size);
    this.#count = this.#places.count(plain.size);
    this.#tags = new Uint8Array(this.#count * TAG);
    if (!kept) return;
    if (kept.size !== this.size) throw new FileChangedError();
    this.#tags.set(kept.tags.subarray(0, this.#tags.length));
  }
  /**
   * Seals one segment after the other, while the next one is read: what a browser takes for all of a part at once is new
   * memory each time, and there until it is collected.
   * @param {number} from
   * @param {number} length
   * @param {Bytes} [into]
   * @returns {Promise<Part>}
   */
  async part(from, length, into = new Uint8Array(Math.max(0, Math.min(length, this.size - from)))) {
    const to = Math.min(from + length, this.size);
    if (from >= to) return { bytes: into.subarray(0, 0), segments: [] };
    const { head } = this.#sealer;
    if (from < head.length) into.set(head.subarray(from, to));
    const segments = [];
    for await (const { index, sealed } of this.#segments(from, to)) {
      segments.push(this.#check(index, sealed));
      const start = this.#places.sealedStart(index);
      const begin2 = Math.max(from, start);
      if (begin2 < to) into.set(sealed.subarray(begin2 - start, to - start), begin2 - from);
      if (!this.#goesBeyond(index, from, to)) discard(sealed.buffer);
    }
    return { bytes: into.subarray(0, to - from), segments };
  }
  /**
   * The segments that have bytes of a part.
   * @param {number} from
   * @param {number} to
   */
  async *#segments(from, to) {
    const [first, last] = [this.#places.indexOfSealed(from), this.#places.indexOfSealed(to - 1)];
    const runs = new Runs(this.#plain, this.#plainEnd(last), this.#memory);
    let before;
    try {
      for (let index = first; index <= last; index++) {
        let sealing = this.#taken(index);
        if (!sealing) {
          sealing = this.#seal(index, await runs.read(this.#places.plainStart(index), this.#plainEnd(index)), runs);
          if (this.#goesBeyond(index, from, to)) this.#leave(index, sealing);
        }
        if (before) yield { index: before.index, sealed: await before.sealing };
        before = { index, sealing };
      }
      if (before) yield { index: before.index, sealed: await before.sealing };
    } finally {
      runs.end();
    }
  }
  /**
   * Whether another part has bytes of a segment, too.
   * @param {number} index
   * @param {number} from
   * @param {number} to
   */
  #goesBeyond(index, from, to) {
    const [start, end] = [this.#places.sealedStart(index), Math.min(this.#places.sealedStart(index + 1), this.size)];
    return start < from || end > to;
  }
  /**
   * @param {number} index
   * @param {Bytes} plain
   * @param {Runs} runs of which it is
   */
  async #seal(index, plain, runs) {
    try {
      return await this.#sealer.seal(index, plain, index === this.#count - 1);
    } finally {
      runs.free(plain);
    }
  }
  /** A segment that is there for the part that has the rest of it. */
  #taken(index) {
    const known = this.#edges.get(index);
    this.#edges.delete(index);
    return known;
  }
  /**
   * @param {number} index
   * @param {Promise<Bytes>} sealing
   */
  #leave(index, sealing) {
    this.#edges.set(index, sealing);
    for (const old of this.#edges.keys()) if (this.#edges.size > EDGES) this.#edges.delete(old);
  }
  /** Before which byte of the plaintext a segment ends. */
  #plainEnd(index) {
    return Math.min(this.#places.plainStart(index + 1), this.plainSize);
  }
  /**
   * The tag of a segment. Nothing leaves that is another than what left before: under one nonce there is one plaintext.
   * @param {number} index
   * @param {Bytes} sealed
   * @returns {Tagged}
   */
  #check(index, sealed) {
    const tag = sealed.slice(-TAG);
    const known = this.#tags.subarray(index * TAG, (index + 1) * TAG);
    if (known.every((byte) => byte === 0)) known.set(tag);
    else if (!startsWith(tag, known)) throw new FileChangedError();
    return { index, tag };
  }
};
function textSource(text) {
  const bytes = encodeText(text);
  return { name: looksEnveloped(bytes) ? "message.txt" : "", content: new Blob([bytes]) };
}

// assets/libraries/argon2.js
function isBytes2(a) {
  return a instanceof Uint8Array || ArrayBuffer.isView(a) && a.constructor.name === "Uint8Array" && "BYTES_PER_ELEMENT" in a && a.BYTES_PER_ELEMENT === 1;
}
var atitle = (title) => title ? `"${title}" ` : "";
function anumber2(n, title = "") {
  if (typeof n !== "number")
    throw new TypeError(atitle(title) + "expected number, got " + typeof n);
  if (!Number.isSafeInteger(n) || n < 0)
    throw new RangeError(atitle(title) + "expected integer >= 0, got " + n);
  return n;
}
function abytes2(value, length, title = "") {
  if (isBytes2(value) && (length === void 0 || value.length === length))
    return value;
  if (length !== void 0)
    anumber2(length, "length");
  const bytes = isBytes2(value);
  const ofLen = length !== void 0 ? ` of length ${length}` : "";
  const got = bytes ? `length=${value.length}` : `type=${typeof value}`;
  const message = atitle(title) + "expected Uint8Array" + ofLen + ", got " + got;
  if (!bytes)
    throw new TypeError(message);
  throw new RangeError(message);
}
function copyBytes(bytes) {
  return Uint8Array.from(abytes2(bytes));
}
var aobject = (value, label) => {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw new TypeError((label === "object" ? "" : `"${label}" `) + "expected object, got type=" + typeof value);
};
var aopts = (value, label) => {
  aobject(value, label);
  const proto = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null)
    throw new TypeError(`"${label}" expected plain object`);
  if (Object.hasOwn(value, "__proto__"))
    throw new TypeError(`"${label}.__proto__" is not allowed`);
};
function aexists2(instance, checkFinished = true) {
  if (instance.destroyed)
    throw new Error("hash was destroyed");
  if (checkFinished && instance.finished)
    throw new Error("digest() was already called");
}
function aoutput(out, instance) {
  abytes2(out, void 0, "output");
  const min = instance.outputLen;
  if (!(out.length >= min)) {
    throw new RangeError('"output" expected length >= ' + min);
  }
}
function u8(arr) {
  return new Uint8Array(arr.buffer, arr.byteOffset, arr.byteLength);
}
function u32(arr) {
  return new Uint32Array(arr.buffer, arr.byteOffset, Math.floor(arr.byteLength / 4));
}
function clean2(...arrays) {
  for (let i = 0; i < arrays.length; i++) {
    arrays[i].fill(0);
  }
}
var isLE2 = /* @__PURE__ */ (() => new Uint8Array(new Uint32Array([287454020]).buffer)[0] === 68)();
function byteSwap(word) {
  return word << 24 & 4278190080 | word << 8 & 16711680 | word >>> 8 & 65280 | word >>> 24 & 255;
}
var swap8IfBE = isLE2 ? (n) => n : (n) => byteSwap(n) >>> 0;
function byteSwap32(arr) {
  for (let i = 0; i < arr.length; i++) {
    arr[i] = byteSwap(arr[i]);
  }
  return arr;
}
var swap32IfBE = isLE2 ? (u) => u : byteSwap32;
function nextTick(onReject) {
  const host = globalThis;
  if (typeof host.scheduler?.yield === "function") {
    const promise = host.scheduler.yield();
    if (onReject)
      promise.catch(onReject);
    return promise;
  }
  return new Promise((resolve) => host.setTimeout(resolve, 0));
}
function utf8ToBytes(str) {
  if (typeof str !== "string")
    throw new TypeError("string expected");
  const encoded = new TextEncoder().encode(str);
  try {
    return new Uint8Array(encoded);
  } finally {
    clean2(encoded);
  }
}
function kdfInputToBytes(data, errorTitle = "") {
  if (typeof data === "string")
    return utf8ToBytes(data);
  return abytes2(data, void 0, errorTitle);
}
function checkOpts(defaults, opts, title = "opts") {
  aopts(defaults, "defaults");
  if (opts !== void 0)
    aopts(opts, title);
  const merged = Object.assign(/* @__PURE__ */ Object.create(null), defaults, opts);
  return merged;
}
function createHasher(hashCons, info2 = {}) {
  if (typeof hashCons !== "function")
    throw new TypeError('"hashCons" expected function, got type=' + typeof hashCons);
  info2 = checkOpts({}, info2, "info");
  const hashC = (msg, opts) => hashCons(opts).update(msg).digest();
  const tmp = hashCons(void 0);
  hashC.outputLen = tmp.outputLen;
  hashC.blockLen = tmp.blockLen;
  hashC.canXOF = tmp.canXOF;
  hashC.create = (opts) => hashCons(opts);
  Object.assign(hashC, info2);
  return Object.freeze(hashC);
}
var BSIGMA = /* @__PURE__ */ Uint8Array.from([
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  14,
  10,
  4,
  8,
  9,
  15,
  13,
  6,
  1,
  12,
  0,
  2,
  11,
  7,
  5,
  3,
  11,
  8,
  12,
  0,
  5,
  2,
  15,
  13,
  10,
  14,
  3,
  6,
  7,
  1,
  9,
  4,
  7,
  9,
  3,
  1,
  13,
  12,
  11,
  14,
  2,
  6,
  5,
  10,
  4,
  0,
  15,
  8,
  9,
  0,
  5,
  7,
  2,
  4,
  10,
  15,
  14,
  1,
  11,
  12,
  6,
  8,
  3,
  13,
  2,
  12,
  6,
  10,
  0,
  11,
  8,
  3,
  4,
  13,
  7,
  5,
  15,
  14,
  1,
  9,
  12,
  5,
  1,
  15,
  14,
  13,
  4,
  10,
  0,
  7,
  6,
  3,
  9,
  2,
  8,
  11,
  13,
  11,
  7,
  14,
  12,
  1,
  3,
  9,
  5,
  0,
  15,
  4,
  8,
  6,
  2,
  10,
  6,
  15,
  14,
  9,
  11,
  3,
  0,
  8,
  12,
  2,
  13,
  7,
  1,
  4,
  10,
  5,
  10,
  2,
  8,
  4,
  7,
  6,
  1,
  5,
  15,
  11,
  9,
  14,
  3,
  12,
  13,
  0,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  14,
  10,
  4,
  8,
  9,
  15,
  13,
  6,
  1,
  12,
  0,
  2,
  11,
  7,
  5,
  3,
  // Blake1, unused in others
  11,
  8,
  12,
  0,
  5,
  2,
  15,
  13,
  10,
  14,
  3,
  6,
  7,
  1,
  9,
  4,
  7,
  9,
  3,
  1,
  13,
  12,
  11,
  14,
  2,
  6,
  5,
  10,
  4,
  0,
  15,
  8,
  9,
  0,
  5,
  7,
  2,
  4,
  10,
  15,
  14,
  1,
  11,
  12,
  6,
  8,
  3,
  13,
  2,
  12,
  6,
  10,
  0,
  11,
  8,
  3,
  4,
  13,
  7,
  5,
  15,
  14,
  1,
  9
]);
var fromNumH = (n) => n / 2 ** 32 | 0;
var fromNumL = (n) => n >>> 0;
var rotrSH = (h, l, s) => h >>> s | l << 32 - s;
var rotrSL = (h, l, s) => h << 32 - s | l >>> s;
var rotrBH = (h, l, s) => h << 64 - s | l >>> s - 32;
var rotrBL = (h, l, s) => h >>> s - 32 | l << 64 - s;
var rotr32H = (_h, l) => l;
var rotr32L = (h, _l) => h;
function add(Ah, Al, Bh, Bl) {
  const l = (Al >>> 0) + (Bl >>> 0);
  return { h: Ah + Bh + (l / 2 ** 32 | 0) | 0, l: l | 0 };
}
var add3L = (Al, Bl, Cl) => (Al >>> 0) + (Bl >>> 0) + (Cl >>> 0);
var add3H = (low, Ah, Bh, Ch) => Ah + Bh + Ch + (low / 2 ** 32 | 0) | 0;
var B2B_IV = /* @__PURE__ */ Uint32Array.from([
  4089235720,
  1779033703,
  2227873595,
  3144134277,
  4271175723,
  1013904242,
  1595750129,
  2773480762,
  2917565137,
  1359893119,
  725511199,
  2600822924,
  4215389547,
  528734635,
  327033209,
  1541459225
]);
var BBUF = /* @__PURE__ */ new Uint32Array(32);
function G1b(a, b, c, d, msg, x) {
  const Xl = msg[x], Xh = msg[x + 1];
  let Al = BBUF[2 * a], Ah = BBUF[2 * a + 1];
  let Bl = BBUF[2 * b], Bh = BBUF[2 * b + 1];
  let Cl = BBUF[2 * c], Ch = BBUF[2 * c + 1];
  let Dl = BBUF[2 * d], Dh = BBUF[2 * d + 1];
  const ll = add3L(Al, Bl, Xl);
  Ah = add3H(ll, Ah, Bh, Xh);
  Al = ll | 0;
  let xh = Dh ^ Ah, xl = Dl ^ Al;
  Dh = rotr32H(xh, xl);
  Dl = rotr32L(xh, xl);
  ({ h: Ch, l: Cl } = add(Ch, Cl, Dh, Dl));
  xh = Bh ^ Ch;
  xl = Bl ^ Cl;
  Bh = rotrSH(xh, xl, 24);
  Bl = rotrSL(xh, xl, 24);
  BBUF[2 * a] = Al;
  BBUF[2 * a + 1] = Ah;
  BBUF[2 * b] = Bl;
  BBUF[2 * b + 1] = Bh;
  BBUF[2 * c] = Cl;
  BBUF[2 * c + 1] = Ch;
  BBUF[2 * d] = Dl;
  BBUF[2 * d + 1] = Dh;
}
function G2b(a, b, c, d, msg, x) {
  const Xl = msg[x], Xh = msg[x + 1];
  let Al = BBUF[2 * a], Ah = BBUF[2 * a + 1];
  let Bl = BBUF[2 * b], Bh = BBUF[2 * b + 1];
  let Cl = BBUF[2 * c], Ch = BBUF[2 * c + 1];
  let Dl = BBUF[2 * d], Dh = BBUF[2 * d + 1];
  const ll = add3L(Al, Bl, Xl);
  Ah = add3H(ll, Ah, Bh, Xh);
  Al = ll | 0;
  let xh = Dh ^ Ah, xl = Dl ^ Al;
  Dh = rotrSH(xh, xl, 16);
  Dl = rotrSL(xh, xl, 16);
  ({ h: Ch, l: Cl } = add(Ch, Cl, Dh, Dl));
  xh = Bh ^ Ch;
  xl = Bl ^ Cl;
  Bh = rotrBH(xh, xl, 63);
  Bl = rotrBL(xh, xl, 63);
  BBUF[2 * a] = Al;
  BBUF[2 * a + 1] = Ah;
  BBUF[2 * b] = Bl;
  BBUF[2 * b + 1] = Bh;
  BBUF[2 * c] = Cl;
  BBUF[2 * c + 1] = Ch;
  BBUF[2 * d] = Dl;
  BBUF[2 * d + 1] = Dh;
}
function checkBlake2Opts(outputLen, opts = {}, keyLen, saltLen, persLen) {
  anumber2(keyLen);
  if (outputLen <= 0 || outputLen > keyLen)
    throw new Error('"dkLen" must be 1..' + keyLen + ", got " + outputLen);
  const { key, salt, personalization } = opts;
  if (key !== void 0 && (key.length < 1 || key.length > keyLen))
    throw new Error('"key" expected to be undefined or of length=1..' + keyLen);
  if (salt !== void 0)
    abytes2(salt, saltLen, "salt");
  if (personalization !== void 0)
    abytes2(personalization, persLen, "personalization");
}
var _BLAKE2 = class {
  buffer;
  buffer32;
  finished = false;
  destroyed = false;
  length = 0;
  pos = 0;
  blockLen;
  outputLen;
  canXOF = false;
  constructor(blockLen, outputLen) {
    anumber2(blockLen);
    anumber2(outputLen);
    this.blockLen = blockLen;
    this.outputLen = outputLen;
    this.buffer = new Uint8Array(blockLen);
    this.buffer32 = u32(this.buffer);
  }
  update(data) {
    aexists2(this);
    abytes2(data);
    const { blockLen, buffer, buffer32 } = this;
    const len = data.length;
    const offset = data.byteOffset;
    const buf = data.buffer;
    for (let pos = 0; pos < len; ) {
      if (this.pos === blockLen) {
        swap32IfBE(buffer32);
        this.compress(buffer32, 0, false);
        swap32IfBE(buffer32);
        this.pos = 0;
      }
      const take = Math.min(blockLen - this.pos, len - pos);
      const dataOffset = offset + pos;
      if (take === blockLen && !(dataOffset % 4) && pos + take < len) {
        const data32 = new Uint32Array(buf, dataOffset, Math.floor((len - pos) / 4));
        swap32IfBE(data32);
        for (let pos32 = 0; pos + blockLen < len; pos32 += buffer32.length, pos += blockLen) {
          this.length += blockLen;
          this.compress(data32, pos32, false);
        }
        swap32IfBE(data32);
        continue;
      }
      buffer.set(pos === 0 && take === len ? data : data.subarray(pos, pos + take), this.pos);
      this.pos += take;
      this.length += take;
      pos += take;
    }
    return this;
  }
  digestInto(out) {
    aexists2(this);
    aoutput(out, this);
    if (out.byteOffset & 3)
      throw new RangeError('"output" expected 4-byte aligned byteOffset, got ' + out.byteOffset);
    const { pos, buffer32 } = this;
    this.finished = true;
    this.buffer.fill(0, pos);
    swap32IfBE(buffer32);
    this.compress(buffer32, 0, true);
    swap32IfBE(buffer32);
    const state = this.get();
    const out32 = out === this.buffer ? buffer32 : u32(out);
    const full = Math.floor(this.outputLen / 4);
    for (let i = 0; i < full; i++)
      out32[i] = swap8IfBE(state[i]);
    const tail = this.outputLen % 4;
    if (!tail)
      return;
    const off = full * 4;
    const word = state[full];
    for (let i = 0; i < tail; i++)
      out[off + i] = word >>> 8 * i;
  }
  digest() {
    const { buffer, outputLen } = this;
    this.digestInto(buffer);
    const res = buffer.slice(0, outputLen);
    this.destroy();
    return res;
  }
  _cloneInto(to) {
    const { buffer, length, finished: finished2, destroyed, outputLen, pos } = this;
    to ||= new this.constructor({ dkLen: outputLen });
    to.set(...this.get());
    to.buffer.set(buffer);
    to.destroyed = destroyed;
    to.finished = finished2;
    to.length = length;
    to.pos = pos;
    to.outputLen = outputLen;
    return to;
  }
  clone() {
    return this._cloneInto();
  }
};
var _BLAKE2b = class extends _BLAKE2 {
  // Same IV words as SHA-512 / BLAKE2b, encoded as LE u32 low/high halves.
  v0l = B2B_IV[0] | 0;
  v0h = B2B_IV[1] | 0;
  v1l = B2B_IV[2] | 0;
  v1h = B2B_IV[3] | 0;
  v2l = B2B_IV[4] | 0;
  v2h = B2B_IV[5] | 0;
  v3l = B2B_IV[6] | 0;
  v3h = B2B_IV[7] | 0;
  v4l = B2B_IV[8] | 0;
  v4h = B2B_IV[9] | 0;
  v5l = B2B_IV[10] | 0;
  v5h = B2B_IV[11] | 0;
  v6l = B2B_IV[12] | 0;
  v6h = B2B_IV[13] | 0;
  v7l = B2B_IV[14] | 0;
  v7h = B2B_IV[15] | 0;
  constructor(opts = {}) {
    opts = checkOpts({}, opts);
    const olen = opts.dkLen === void 0 ? 64 : opts.dkLen;
    super(128, olen);
    checkBlake2Opts(olen, opts, 64, 16, 16);
    let { key, personalization, salt } = opts;
    let keyLength = 0;
    if (key !== void 0) {
      abytes2(key, void 0, "key");
      keyLength = key.length;
    }
    this.v0l ^= this.outputLen | keyLength << 8 | 1 << 16 | 1 << 24;
    if (salt !== void 0) {
      abytes2(salt, void 0, "salt");
      const slt = u32(copyBytes(salt));
      this.v4l ^= swap8IfBE(slt[0]);
      this.v4h ^= swap8IfBE(slt[1]);
      this.v5l ^= swap8IfBE(slt[2]);
      this.v5h ^= swap8IfBE(slt[3]);
    }
    if (personalization !== void 0) {
      abytes2(personalization, void 0, "personalization");
      const pers = u32(copyBytes(personalization));
      this.v6l ^= swap8IfBE(pers[0]);
      this.v6h ^= swap8IfBE(pers[1]);
      this.v7l ^= swap8IfBE(pers[2]);
      this.v7h ^= swap8IfBE(pers[3]);
    }
    if (key !== void 0) {
      const tmp = new Uint8Array(this.blockLen);
      tmp.set(key);
      this.update(tmp);
      clean2(tmp);
    }
  }
  // prettier-ignore
  get() {
    let { v0l, v0h, v1l, v1h, v2l, v2h, v3l, v3h, v4l, v4h, v5l, v5h, v6l, v6h, v7l, v7h } = this;
    return [v0l, v0h, v1l, v1h, v2l, v2h, v3l, v3h, v4l, v4h, v5l, v5h, v6l, v6h, v7l, v7h];
  }
  // prettier-ignore
  set(v0l, v0h, v1l, v1h, v2l, v2h, v3l, v3h, v4l, v4h, v5l, v5h, v6l, v6h, v7l, v7h) {
    this.v0l = v0l | 0;
    this.v0h = v0h | 0;
    this.v1l = v1l | 0;
    this.v1h = v1h | 0;
    this.v2l = v2l | 0;
    this.v2h = v2h | 0;
    this.v3l = v3l | 0;
    this.v3h = v3h | 0;
    this.v4l = v4l | 0;
    this.v4h = v4h | 0;
    this.v5l = v5l | 0;
    this.v5h = v5h | 0;
    this.v6l = v6l | 0;
    this.v6h = v6h | 0;
    this.v7l = v7l | 0;
    this.v7h = v7h | 0;
  }
  compress(msg, offset, isLast) {
    const { v0l, v0h, v1l, v1h, v2l, v2h, v3l, v3h, v4l, v4h, v5l, v5h, v6l, v6h, v7l, v7h } = this;
    {
      BBUF[0] = v0l;
      BBUF[1] = v0h;
      BBUF[2] = v1l;
      BBUF[3] = v1h;
      BBUF[4] = v2l;
      BBUF[5] = v2h;
      BBUF[6] = v3l;
      BBUF[7] = v3h;
      BBUF[8] = v4l;
      BBUF[9] = v4h;
      BBUF[10] = v5l;
      BBUF[11] = v5h;
      BBUF[12] = v6l;
      BBUF[13] = v6h;
      BBUF[14] = v7l;
      BBUF[15] = v7h;
    }
    BBUF.set(B2B_IV, 16);
    const l = fromNumL(this.length);
    const h = fromNumH(this.length);
    BBUF[24] = B2B_IV[8] ^ l;
    BBUF[25] = B2B_IV[9] ^ h;
    if (isLast) {
      BBUF[28] = ~BBUF[28];
      BBUF[29] = ~BBUF[29];
    }
    let j = 0;
    const s = BSIGMA;
    for (let i = 0; i < 12; i++) {
      G1b(0, 4, 8, 12, msg, offset + 2 * s[j++]);
      G2b(0, 4, 8, 12, msg, offset + 2 * s[j++]);
      G1b(1, 5, 9, 13, msg, offset + 2 * s[j++]);
      G2b(1, 5, 9, 13, msg, offset + 2 * s[j++]);
      G1b(2, 6, 10, 14, msg, offset + 2 * s[j++]);
      G2b(2, 6, 10, 14, msg, offset + 2 * s[j++]);
      G1b(3, 7, 11, 15, msg, offset + 2 * s[j++]);
      G2b(3, 7, 11, 15, msg, offset + 2 * s[j++]);
      G1b(0, 5, 10, 15, msg, offset + 2 * s[j++]);
      G2b(0, 5, 10, 15, msg, offset + 2 * s[j++]);
      G1b(1, 6, 11, 12, msg, offset + 2 * s[j++]);
      G2b(1, 6, 11, 12, msg, offset + 2 * s[j++]);
      G1b(2, 7, 8, 13, msg, offset + 2 * s[j++]);
      G2b(2, 7, 8, 13, msg, offset + 2 * s[j++]);
      G1b(3, 4, 9, 14, msg, offset + 2 * s[j++]);
      G2b(3, 4, 9, 14, msg, offset + 2 * s[j++]);
    }
    this.v0l ^= BBUF[0] ^ BBUF[16];
    this.v0h ^= BBUF[1] ^ BBUF[17];
    this.v1l ^= BBUF[2] ^ BBUF[18];
    this.v1h ^= BBUF[3] ^ BBUF[19];
    this.v2l ^= BBUF[4] ^ BBUF[20];
    this.v2h ^= BBUF[5] ^ BBUF[21];
    this.v3l ^= BBUF[6] ^ BBUF[22];
    this.v3h ^= BBUF[7] ^ BBUF[23];
    this.v4l ^= BBUF[8] ^ BBUF[24];
    this.v4h ^= BBUF[9] ^ BBUF[25];
    this.v5l ^= BBUF[10] ^ BBUF[26];
    this.v5h ^= BBUF[11] ^ BBUF[27];
    this.v6l ^= BBUF[12] ^ BBUF[28];
    this.v6h ^= BBUF[13] ^ BBUF[29];
    this.v7l ^= BBUF[14] ^ BBUF[30];
    this.v7h ^= BBUF[15] ^ BBUF[31];
    clean2(BBUF);
  }
  destroy() {
    this.destroyed = true;
    clean2(this.buffer32);
    this.set(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }
};
var blake2b = /* @__PURE__ */ createHasher((opts) => new _BLAKE2b(opts));
var AT = { Argon2d: 0, Argon2i: 1, Argon2id: 2 };
var ARGON2_SYNC_POINTS = 4;
var abytesOrZero = (buf, errorTitle = "") => {
  if (buf === void 0)
    return Uint8Array.of();
  return kdfInputToBytes(buf, errorTitle);
};
var A2_BUF = new Uint32Array(256);
function G(a, b, c, d) {
  let Al = A2_BUF[2 * a], Ah = A2_BUF[2 * a + 1];
  let Bl = A2_BUF[2 * b], Bh = A2_BUF[2 * b + 1];
  let Cl = A2_BUF[2 * c], Ch = A2_BUF[2 * c + 1];
  let Dl = A2_BUF[2 * d], Dh = A2_BUF[2 * d + 1];
  let ml = 0, mh = 0, rl = 0, xh = 0, xl = 0;
  ml = Math.imul(Al, Bl);
  mh = ((Al >>> 0) * (Bl >>> 0) - (ml >>> 0)) / 4294967296 + 0.5 | 0;
  rl = (Al >>> 0) + (Bl >>> 0) + (ml << 1 >>> 0);
  Ah = Ah + Bh + (mh << 1 | ml >>> 31) + (rl / 4294967296 | 0) | 0;
  Al = rl | 0;
  xh = Dh ^ Ah;
  xl = Dl ^ Al;
  Dh = xl;
  Dl = xh;
  ml = Math.imul(Cl, Dl);
  mh = ((Cl >>> 0) * (Dl >>> 0) - (ml >>> 0)) / 4294967296 + 0.5 | 0;
  rl = (Cl >>> 0) + (Dl >>> 0) + (ml << 1 >>> 0);
  Ch = Ch + Dh + (mh << 1 | ml >>> 31) + (rl / 4294967296 | 0) | 0;
  Cl = rl | 0;
  xh = Bh ^ Ch;
  xl = Bl ^ Cl;
  Bh = xh >>> 24 | xl << 8;
  Bl = xh << 8 | xl >>> 24;
  ml = Math.imul(Al, Bl);
  mh = ((Al >>> 0) * (Bl >>> 0) - (ml >>> 0)) / 4294967296 + 0.5 | 0;
  rl = (Al >>> 0) + (Bl >>> 0) + (ml << 1 >>> 0);
  Ah = Ah + Bh + (mh << 1 | ml >>> 31) + (rl / 4294967296 | 0) | 0;
  Al = rl | 0;
  xh = Dh ^ Ah;
  xl = Dl ^ Al;
  Dh = xh >>> 16 | xl << 16;
  Dl = xh << 16 | xl >>> 16;
  ml = Math.imul(Cl, Dl);
  mh = ((Cl >>> 0) * (Dl >>> 0) - (ml >>> 0)) / 4294967296 + 0.5 | 0;
  rl = (Cl >>> 0) + (Dl >>> 0) + (ml << 1 >>> 0);
  Ch = Ch + Dh + (mh << 1 | ml >>> 31) + (rl / 4294967296 | 0) | 0;
  Cl = rl | 0;
  xh = Bh ^ Ch;
  xl = Bl ^ Cl;
  Bh = xh << 1 | xl >>> 31;
  Bl = xh >>> 31 | xl << 1;
  A2_BUF[2 * a] = Al, A2_BUF[2 * a + 1] = Ah;
  A2_BUF[2 * b] = Bl, A2_BUF[2 * b + 1] = Bh;
  A2_BUF[2 * c] = Cl, A2_BUF[2 * c + 1] = Ch;
  A2_BUF[2 * d] = Dl, A2_BUF[2 * d + 1] = Dh;
}
function P(v00, v01, v02, v03, v04, v05, v06, v07, v08, v09, v10, v11, v12, v13, v14, v15) {
  G(v00, v04, v08, v12);
  G(v01, v05, v09, v13);
  G(v02, v06, v10, v14);
  G(v03, v07, v11, v15);
  G(v00, v05, v10, v15);
  G(v01, v06, v11, v12);
  G(v02, v07, v08, v13);
  G(v03, v04, v09, v14);
}
function block(x, xPos, yPos, outPos, needXor) {
  if (needXor) {
    for (let i = 0; i < 256; i++) {
      const r = x[xPos + i] ^ x[yPos + i];
      A2_BUF[i] = r;
      x[outPos + i] ^= r;
    }
  } else {
    for (let i = 0; i < 256; i++) {
      const r = x[xPos + i] ^ x[yPos + i];
      A2_BUF[i] = r;
      x[outPos + i] = r;
    }
  }
  for (let i = 0; i < 128; i += 16) {
    P(i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6, i + 7, i + 8, i + 9, i + 10, i + 11, i + 12, i + 13, i + 14, i + 15);
  }
  for (let i = 0; i < 16; i += 2) {
    P(i, i + 1, i + 16, i + 17, i + 32, i + 33, i + 48, i + 49, i + 64, i + 65, i + 80, i + 81, i + 96, i + 97, i + 112, i + 113);
  }
  for (let i = 0; i < 256; i++)
    x[outPos + i] ^= A2_BUF[i];
  clean2(A2_BUF);
}
function Hp(A, dkLen) {
  const A8 = u8(A);
  const T = new Uint32Array(1);
  const T8 = u8(T);
  T[0] = swap8IfBE(dkLen);
  if (dkLen <= 64)
    return blake2b.create({ dkLen }).update(T8).update(A8).digest();
  const out = new Uint8Array(dkLen);
  let V = blake2b.create({}).update(T8).update(A8).digest();
  let pos = 0;
  out.set(V.subarray(0, 32));
  pos += 32;
  for (; dkLen - pos > 64; pos += 32) {
    const Vh = blake2b.create({}).update(V);
    Vh.digestInto(V);
    Vh.destroy();
    out.set(V.subarray(0, 32), pos);
  }
  out.set(blake2b(V, { dkLen: dkLen - pos }), pos);
  clean2(V, T);
  return out;
}
function indexAlpha(r, s, laneLen, segmentLen, index, randL, sameLane = false) {
  let area;
  if (r === 0) {
    if (s === 0)
      area = index - 1;
    else if (sameLane)
      area = s * segmentLen + index - 1;
    else
      area = s * segmentLen + (index == 0 ? -1 : 0);
  } else if (sameLane)
    area = laneLen - segmentLen + index - 1;
  else
    area = laneLen - segmentLen + (index == 0 ? -1 : 0);
  const startPos = r !== 0 && s !== ARGON2_SYNC_POINTS - 1 ? (s + 1) * segmentLen : 0;
  const randLow = Math.imul(randL, randL);
  const randHigh = ((randL >>> 0) * (randL >>> 0) - (randLow >>> 0)) / 4294967296 + 0.5 | 0;
  const areaLow = Math.imul(area, randHigh);
  const areaHigh = ((area >>> 0) * (randHigh >>> 0) - (areaLow >>> 0)) / 4294967296 + 0.5 | 0;
  const rel = area - 1 - areaHigh;
  return (startPos + rel) % laneLen;
}
var maxUint32 = Math.pow(2, 32);
var ARGON2_DEFAULT_MEMORY = 1024 ** 2;
var ARGON2_DEFAULT_MAXMEM = ARGON2_DEFAULT_MEMORY * 1024;
function isU32(num) {
  return Number.isSafeInteger(num) && num >= 0 && num < maxUint32;
}
function argon2Opts(opts = {}) {
  opts = checkOpts({}, opts);
  const merged = {
    t: 3,
    m: ARGON2_DEFAULT_MEMORY,
    p: 1,
    version: 19,
    dkLen: 32,
    maxmem: ARGON2_DEFAULT_MAXMEM,
    asyncTick: 10
  };
  for (let [k, v] of Object.entries(opts))
    if (v !== void 0)
      merged[k] = v;
  const { dkLen, p, m, t, version, onProgress, asyncTick } = merged;
  if (!isU32(dkLen) || dkLen < 4)
    throw new Error('"dkLen" must be 4..');
  if (!isU32(p) || p < 1 || p >= Math.pow(2, 24))
    throw new Error('"p" must be 1..2^24');
  if (!isU32(m))
    throw new Error('"m" must be 0..2^32');
  if (!isU32(t) || t < 1)
    throw new Error('"t" (iterations) must be 1..2^32');
  if (onProgress !== void 0 && typeof onProgress !== "function")
    throw new Error('"onProgress" must be a function');
  anumber2(asyncTick, "asyncTick");
  if (!isU32(m) || m < 8 * p)
    throw new Error('"m" (memory) must be at least 8*p bytes');
  if (version !== 16 && version !== 19)
    throw new Error('"version" must be 0x10 or 0x13, got ' + version);
  return merged;
}
function argon2InitialHash(password, salt, type, opts) {
  const ownedInputs = [];
  const BUF = new Uint32Array(1);
  const BUF8 = u8(BUF);
  let h;
  let H0;
  let succeeded = false;
  const rememberOwned = (input, bytes) => {
    if (typeof input === "string")
      ownedInputs.push(bytes);
    return bytes;
  };
  try {
    const passwordBytes = rememberOwned(password, kdfInputToBytes(password, "password"));
    const saltBytes = rememberOwned(salt, kdfInputToBytes(salt, "salt"));
    if (!isU32(passwordBytes.length))
      throw new Error('"password" must be less of length 1..4Gb');
    if (!isU32(saltBytes.length) || saltBytes.length < 8)
      throw new Error('"salt" must be of length 8..4Gb');
    if (!Object.values(AT).includes(type))
      throw new Error('"type" was invalid');
    let { p, dkLen, m, t, version, key, personalization, maxmem, onProgress, asyncTick } = argon2Opts(opts);
    const keyInput = key;
    key = rememberOwned(keyInput, abytesOrZero(keyInput, "key"));
    const personalizationInput = personalization;
    personalization = rememberOwned(personalizationInput, abytesOrZero(personalizationInput, "personalization"));
    h = blake2b.create();
    for (let item of [p, dkLen, m, t, version, type]) {
      BUF[0] = swap8IfBE(item);
      h.update(BUF8);
    }
    for (let i of [passwordBytes, saltBytes, key, personalization]) {
      BUF[0] = swap8IfBE(i.length);
      h.update(BUF8).update(i);
    }
    H0 = new Uint32Array(18);
    h.digestInto(u8(H0));
    succeeded = true;
    return { H0, p, dkLen, m, t, version, maxmem, onProgress, asyncTick };
  } finally {
    if (h)
      h.destroy();
    clean2(BUF, ...ownedInputs);
    if (!succeeded && H0)
      clean2(H0);
  }
}
function argon2Init(password, salt, type, opts) {
  const { H0, p, dkLen, m, t, version, maxmem, onProgress, asyncTick } = argon2InitialHash(password, salt, type, opts);
  try {
    const lanes = p;
    const mP = 4 * p * Math.floor(m / (ARGON2_SYNC_POINTS * p));
    const laneLen = Math.floor(mP / p);
    const segmentLen = Math.floor(laneLen / ARGON2_SYNC_POINTS);
    const memUsed = mP * 1024;
    if (!isU32(maxmem))
      throw new Error('"maxmem" expected <2**32, got ' + maxmem);
    if (memUsed > maxmem)
      throw new Error('"maxmem" limit was hit: memUsed(mP*1024)=' + memUsed + ", maxmem=" + maxmem);
    const B = new Uint32Array(memUsed / 4);
    for (let l = 0; l < p; l++) {
      const i = 256 * laneLen * l;
      H0[17] = swap8IfBE(l);
      H0[16] = swap8IfBE(0);
      B.set(swap32IfBE(u32(Hp(H0, 1024))), i);
      H0[16] = swap8IfBE(1);
      B.set(swap32IfBE(u32(Hp(H0, 1024))), i + 256);
    }
    let perBlock = () => {
    };
    if (onProgress) {
      const totalBlock = t * ARGON2_SYNC_POINTS * p * segmentLen - 2 * p;
      const callbackPer = Math.max(Math.floor(totalBlock / 1e4), 1);
      let blockCnt = 0;
      perBlock = () => {
        blockCnt++;
        if (onProgress && (!(blockCnt % callbackPer) || blockCnt === totalBlock))
          onProgress(blockCnt / totalBlock);
      };
    }
    return { type, mP, p, t, version, B, laneLen, lanes, segmentLen, dkLen, perBlock, asyncTick };
  } finally {
    clean2(H0);
  }
}
function argon2Output(B, p, laneLen, dkLen) {
  const B_final = new Uint32Array(256);
  for (let l = 0; l < p; l++)
    for (let j = 0; j < 256; j++)
      B_final[j] ^= B[256 * (laneLen * l + laneLen - 1) + j];
  const res = Hp(swap32IfBE(B_final), dkLen);
  clean2(B, B_final);
  return res;
}
function* argon2Blocks(ctx, address) {
  const { type, mP, p, t, version, B, laneLen, lanes, segmentLen, perBlock } = ctx;
  address[256 + 6] = mP;
  address[256 + 8] = t;
  address[256 + 10] = type;
  for (let r = 0; r < t; r++) {
    const needXor = r !== 0 && version === 19;
    address[256 + 0] = r;
    for (let s = 0; s < ARGON2_SYNC_POINTS; s++) {
      address[256 + 4] = s;
      const dataIndependent = type == AT.Argon2i || type == AT.Argon2id && r === 0 && s < 2;
      for (let l = 0; l < p; l++) {
        address[256 + 2] = l;
        address[256 + 12] = 0;
        let startPos = 0;
        if (r === 0 && s === 0) {
          startPos = 2;
          if (dataIndependent) {
            address[256 + 12]++;
            block(address, 256, 2 * 256, 0, false);
            block(address, 0, 2 * 256, 0, false);
          }
        }
        let offset = l * laneLen + s * segmentLen + startPos;
        for (let index = startPos; index < segmentLen; index++, offset++) {
          perBlock();
          const prev = offset % laneLen ? offset - 1 : offset + laneLen - 1;
          let randL, randH;
          if (dataIndependent) {
            let i128 = index % 128;
            if (i128 === 0) {
              address[256 + 12]++;
              block(address, 256, 2 * 256, 0, false);
              block(address, 0, 2 * 256, 0, false);
            }
            randL = address[2 * i128];
            randH = address[2 * i128 + 1];
          } else {
            const T = 256 * prev;
            randL = B[T];
            randH = B[T + 1];
          }
          const refLane = r === 0 && s === 0 ? l : randH % lanes;
          const refPos = indexAlpha(r, s, laneLen, segmentLen, index, randL, refLane == l);
          const refBlock = laneLen * refLane + refPos;
          block(B, 256 * prev, 256 * refBlock, offset * 256, needXor);
          yield;
        }
      }
    }
  }
  clean2(address);
}
async function argon2Async(type, password, salt, opts) {
  const ctx = argon2Init(password, salt, type, opts);
  const address = new Uint32Array(3 * 256);
  const blocks = argon2Blocks(ctx, address);
  const abort = () => clean2(address, ctx.B);
  let ts = Date.now();
  while (!blocks.next().done) {
    const diff = Date.now() - ts;
    if (diff >= 0 && diff < ctx.asyncTick)
      continue;
    await nextTick(abort);
    ts = Date.now();
  }
  return argon2Output(ctx.B, ctx.p, ctx.laneLen, ctx.dkLen);
}
var argon2idAsync = (password, salt, opts = {}) => argon2Async(AT.Argon2id, password, salt, opts);

// assets/crypto/stretch.js
var INFO2 = encodeText("sgraph-send passphrase 1");
async function mixPassphrase(linkKey, passphrase, block2, onProgress) {
  const { lanes, passes, memory, salt } = readBlock(block2);
  const secret = passphraseBytes(passphrase);
  if (!secret) throw new RangeError("a passphrase has 1 to 1,024 bytes");
  const stretched = await argon2idAsync(secret, salt, {
    t: passes,
    m: memory,
    p: lanes,
    version: 19,
    dkLen: 32,
    maxmem: 2 * MOST.memory * 1024,
    asyncTick: 50,
    onProgress
  });
  const both = concat([linkKey, new Uint8Array(stretched)]);
  const material = await crypto.subtle.importKey("raw", both, "HKDF", false, ["deriveBits"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO2 };
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf, material, 256));
}

// assets/crypto/worker.js
function sourceOf(content) {
  if ("text" in content) return textSource(content.text);
  const { entries, name, together } = content;
  return together ? containerSource(name, entries) : { name, content: entries[0].file };
}
function percents(tell) {
  let last = -1;
  return (done) => {
    const percent = Math.floor(done * 100);
    if (percent > last) tell(done);
    last = Math.max(last, percent);
  };
}
var calls = {
  start() {
  },
  upload({ signal, tell }, { key, block: block2, content, ...options }) {
    const source = sourceOf(content);
    const progress = seldom(
      (bytes) => tell("onProgress", bytes)
    );
    return upload((kept) => seal(key, source, { block: block2, kept }), {
      ...options,
      signal,
      onCreated: (id) => tell("onCreated", id),
      onProgress: (bytes) => (bytes.uploaded < bytes.size ? progress.sometimes : progress.now)(bytes),
      onWait: (why) => tell("onWait", why)
    });
  },
  receive: (line, sealed) => receive(sealed, line),
  receiveOne: (line, id, number) => receiveOne(id, number, line),
  receiveArchive: (line, id) => receiveArchive(id, line),
  receiveFolder: (line, id, folder2) => receiveFolder(id, folder2, line),
  stateOf: (_, id) => stateOf(id),
  forget: (_, id) => forget(id),
  distrust: (_, id) => distrust(id),
  friendly: (_, token) => friendlyTransfer(token),
  async lock({ tell }, key, passphrase, given) {
    const block2 = given ?? newBlock();
    const onProgress = percents((done) => tell("onProgress", done));
    return { key: await mixPassphrase(key, passphrase, block2, onProgress), block: block2 };
  },
  newRequestKeys: () => newRequestKeys(),
  sealKey: (_, publicKey, requestId, key) => sealKey(publicKey, requestId, key),
  openKey: (_, keys, requestId, sealed) => openKey(keys, requestId, sealed),
  grant: (_, seed) => grantOf(seed)
};
var running = /* @__PURE__ */ new Map();
var asking = /* @__PURE__ */ new Map();
self.addEventListener("message", async ({ data: { id, call, args, abort, answer: answer2 } }) => {
  if (abort) {
    running.get(id)?.abort(new DOMException(abort, "AbortError"));
    return;
  }
  if (answer2) {
    asking.get(id)?.(answer2);
    asking.delete(id);
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const tell = (event, ...said) => self.postMessage({ id, event, args: said });
  const ask = (question) => new Promise((resolve, reject) => {
    asking.set(id, resolve);
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
    self.postMessage({ id, question });
  });
  try {
    const value = await calls[call]({ signal: controller.signal, tell, ask }, ...args);
    self.postMessage({ id, value });
  } catch (error) {
    self.postMessage({ id, error: crossing(error) });
  } finally {
    running.delete(id);
    asking.delete(id);
  }
});
/*! @hpke/common 1.10.1 (MIT) sha512-moJwhmtLtuxiUzzNp1jpfBfx8yefKoO9D/RCR9dmwrnc7qjJqId1rEtQz+lSlU5cabX8daToMSx/7HayXOiaFw==

MIT License

Copyright (c) 2024 Ajitomi Daisuke

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
*/
/*! @hpke/core 1.9.0 (MIT) sha512-pFxWl1nNJeQCSUFs7+GAblHvXBCjn9EPN65vdKlYQil2aURaRxfGMO6vBKGqm1YHTKwiAxJQNEI70PbSowMP9Q==

MIT License

Copyright (c) 2023 Ajitomi Daisuke

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
*/
/*! noble-curves - MIT License (c) 2022 Paul Miller (paulmillr.com) */
/*! @noble/hashes 2.4.0 (MIT) sha512-X5XaVWZIBCT7HHZGm5I7ZQXDwLG+bGXuSrMQAW+7Zvl87h1kmc1ZB1VSRJcpUfoUrGQp4Fkoxm5kZ+Ms+aW+eA==

The MIT License (MIT)

Copyright (c) 2022 Paul Miller (https://paulmillr.com)

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the “Software”), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED “AS IS”, WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
*/
