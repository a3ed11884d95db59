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

// assets/files/read.js
var SLICE = 4 * 1024 * 1024;
async function* fileChunks(file) {
  for (let at = 0; at < file.size; at += SLICE) {
    const end = Math.min(at + SLICE, file.size);
    let slice;
    try {
      slice = new Uint8Array(await file.slice(at, end).arrayBuffer());
    } catch {
      throw new FileChangedError();
    }
    if (slice.length !== end - at) throw new FileChangedError();
    yield slice;
  }
}

// assets/crypto/bytes.js
var encoder = new TextEncoder();
var encodeText = (text) => encoder.encode(text);
function concat(chunks) {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
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
    const taken = new Uint8Array(Math.min(n, this.length));
    let at = 0;
    while (at < taken.length) {
      const head = this.#chunks[0];
      const want = taken.length - at;
      if (head.length <= want) {
        taken.set(head, at);
        at += head.length;
        this.#chunks.shift();
      } else {
        taken.set(head.subarray(0, want), at);
        at += want;
        this.#chunks[0] = head.subarray(want);
      }
    }
    this.length -= taken.length;
    return taken;
  }
};

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
var CENTRAL = 33639248;
var END = 101010256;
var END64 = 101075792;
var END64_LOCATOR = 117853008;
var UTF8_NAMES = 1 << 11;
var MAX16 = 65535;
var MAX32 = 4294967295;
function zipSource(name, entries) {
  const planned = plan(entries);
  return { name, size: planned.size, chunks: () => write(planned) };
}
function plan(files) {
  let offset = 0;
  const entries = files.map(({ path, file }) => {
    const entry = { path: encodeText(path), file, offset, crc: 0, time: dosTime(new Date(file.lastModified)) };
    offset += localHeader(entry).length + file.size;
    return entry;
  });
  const directory = { offset, size: entries.reduce((sum, entry) => sum + centralHeader(entry).length, 0) };
  return { entries, directory, size: offset + directory.size + ending(entries, directory).length };
}
async function* write({ entries, directory }) {
  for (const entry of entries) {
    entry.crc = 0;
    for await (const chunk of fileChunks(entry.file)) entry.crc = crc32(chunk, entry.crc);
    yield localHeader(entry);
    let crc = 0;
    for await (const chunk of fileChunks(entry.file)) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    if (crc !== entry.crc) throw new FileChangedError();
  }
  for (const entry of entries) yield centralHeader(entry);
  yield ending(entries, directory);
}
function description({ path, file, crc, time }, extra) {
  const size = Math.min(file.size, MAX32);
  return [
    [2, UTF8_NAMES],
    [2, 0],
    [4, time],
    [4, crc],
    [4, size],
    [4, size],
    [2, path.length],
    [2, sizeOf(extra)]
  ];
}
function localHeader(entry) {
  const { path, file } = entry;
  const large = file.size >= MAX32;
  const extra = large ? zip64Extra([file.size, file.size]) : [];
  return fields([4, LOCAL], [2, large ? 45 : 20], ...description(entry, extra), [path], ...extra);
}
function centralHeader(entry) {
  const { path, file, offset } = entry;
  const wide = [...file.size >= MAX32 ? [file.size, file.size] : [], ...offset >= MAX32 ? [offset] : []];
  const extra = wide.length ? zip64Extra(wide) : [];
  const version = wide.length ? 45 : 20;
  return fields(
    [4, CENTRAL],
    [2, version],
    [2, version],
    ...description(entry, extra),
    [2, 0],
    [2, 0],
    [2, 0],
    [4, 0],
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
var sizeOf = (parts) => parts.reduce((sum, part) => sum + widthOf(part), 0);
function fields(...parts) {
  const bytes = new Uint8Array(sizeOf(parts));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    const [width, value] = part;
    if (typeof width !== "number") bytes.set(width, at);
    else if (width === 2) view.setUint16(at, Number(value), true);
    else if (width === 4) view.setUint32(at, Number(value), true);
    else view.setBigUint64(at, BigInt(value ?? 0), true);
    at += widthOf(part);
  }
  return bytes;
}
function dosTime(date) {
  const year = Math.min(Math.max(date.getFullYear(), 1980), 2107);
  const day = year - 1980 << 9 | date.getMonth() + 1 << 5 | date.getDate();
  const time = date.getHours() << 11 | date.getMinutes() << 5 | date.getSeconds() >> 1;
  return (day << 16 | time) >>> 0;
}

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
function readSized(bytes, at) {
  const jsonStart = at + 4;
  if (bytes.length < jsonStart) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
  if (length > MAX_METADATA || bytes.length < jsonStart + length) return null;
  const metadata = parseObject(bytes.subarray(jsonStart, jsonStart + length));
  return metadata && { metadata, contentStart: jsonStart + length };
}
function readBareJson(bytes, at) {
  const limit = Math.min(bytes.length, at + MAX_METADATA);
  let start = at;
  while (start < limit && SPACE.includes(bytes[start])) start++;
  if (bytes[start] !== BRACE) return null;
  const { end } = nesting(bytes, start, limit);
  if (end === null) return null;
  const metadata = parseObject(bytes.subarray(start, end));
  return metadata && { metadata, contentStart: end };
}
function nesting(bytes, at, limit) {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = at; i < limit; i++) {
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
  let room = MAX_NAME - length(ending2);
  let stem = "";
  for (const char of name.slice(0, name.length - ending2.length)) {
    room -= length(char);
    if (room < 0) break;
    stem += char;
  }
  return stem.replace(/[\s.]+$/, "") + ending2;
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

// assets/crypto/stream.js
var FAMILY = concat([encodeText("SGSEND"), Uint8Array.of(0)]);
var MAGIC2 = concat([FAMILY, Uint8Array.of(2)]);
var SEGMENT = 1024 * 1024;
var TAG = 16;
var SALT = 32;
var PREFIX = 7;
var HEADER = 1 + SALT + PREFIX;
var MAX_SEGMENTS = 2 ** 32 - 1;
var firstPlain = SEGMENT - HEADER - TAG;
var nextPlain = SEGMENT - TAG;
function streamSize(plainSize) {
  const segments = 1 + Math.ceil(Math.max(0, plainSize - firstPlain) / nextPlain);
  return MAGIC2.length + HEADER + plainSize + segments * TAG;
}
async function deriveKey(linkKey, salt, usage) {
  const material = await crypto.subtle.importKey("raw", linkKey, "HKDF", false, ["deriveKey"]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: MAGIC2 };
  return crypto.subtle.deriveKey(hkdf, material, { name: "AES-GCM", length: 256 }, false, [usage]);
}
var Nonces = class {
  #prefix;
  #counter = 0;
  /** @param {Bytes} prefix */
  constructor(prefix) {
    this.#prefix = prefix;
  }
  /** @param {boolean} last */
  next(last) {
    if (this.#counter >= MAX_SEGMENTS) throw new RangeError("stream too long");
    const nonce = new Uint8Array(12);
    nonce.set(this.#prefix);
    new DataView(nonce.buffer).setUint32(PREFIX, this.#counter++);
    nonce[11] = last ? 1 : 0;
    return { name: "AES-GCM", iv: nonce };
  }
};
async function* encryptStream(linkKey, plainChunks, random = crypto.getRandomValues(new Uint8Array(SALT + PREFIX))) {
  const salt = random.slice(0, SALT);
  const prefix = random.slice(SALT);
  const key = await deriveKey(linkKey, salt, "encrypt");
  const nonces = new Nonces(prefix);
  const seal2 = async (plain, last) => new Uint8Array(await crypto.subtle.encrypt(nonces.next(last), key, plain));
  yield concat([MAGIC2, Uint8Array.of(HEADER), salt, prefix]);
  const queue = new ByteQueue();
  let capacity = firstPlain;
  for await (const chunk of plainChunks) {
    queue.push(chunk);
    while (queue.length > capacity) {
      yield await seal2(queue.take(capacity), false);
      capacity = nextPlain;
    }
  }
  yield await seal2(queue.take(queue.length), true);
}
var StreamDecrypter = class {
  #linkKey;
  #queue = new ByteQueue();
  /** @type {{ key: CryptoKey, nonces: Nonces } | null} known once the stream's header has arrived */
  #stream = null;
  #segment = SEGMENT - HEADER;
  #opened = 0;
  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }
  /**
   * Takes the next ciphertext bytes; returns the plaintext segments they complete.
   * @param {Bytes} chunk
   * @returns {Promise<Bytes[]>}
   */
  async push(chunk) {
    this.#queue.push(chunk);
    if (!this.#stream && !await this.#readHeader()) return [];
    const plain = [];
    while (this.#queue.length > this.#segment) plain.push(await this.#open(this.#queue.take(this.#segment), false));
    return plain;
  }
  /** To be called once all ciphertext has arrived; returns the last segment. */
  async finish() {
    return this.#open(this.#queue.take(this.#queue.length), true);
  }
  async #readHeader() {
    if (this.#queue.length < MAGIC2.length + HEADER) return false;
    this.#queue.take(MAGIC2.length);
    const header = this.#queue.take(HEADER);
    if (header[0] !== HEADER) throw new DamagedError();
    const key = await deriveKey(this.#linkKey, header.slice(1, 1 + SALT), "decrypt");
    this.#stream = { key, nonces: new Nonces(header.slice(1 + SALT)) };
    return true;
  }
  /**
   * @param {Bytes} sealed
   * @param {boolean} last
   */
  async #open(sealed, last) {
    if (!this.#stream) throw new DamagedError();
    const { key, nonces } = this.#stream;
    let plain;
    try {
      plain = new Uint8Array(await crypto.subtle.decrypt(nonces.next(last), key, sealed));
    } catch {
      throw this.#opened === 0 ? new WrongKeyError() : new DamagedError();
    }
    this.#opened++;
    this.#segment = SEGMENT;
    return plain;
  }
};

// assets/crypto/open.js
var IV = 12;
var TAG2 = 16;
var ONE_SHOT_OPEN_MAX = 2 ** 31 - 1;
var OneShotDecrypter = class {
  #linkKey;
  #queue = new ByteQueue();
  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }
  /**
   * @param {Bytes} chunk
   * @returns {Promise<Bytes[]>}
   */
  async push(chunk) {
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
  #start = new ByteQueue();
  /** @type {OneShotDecrypter | StreamDecrypter | null} */
  #decrypter = null;
  /** @param {Key} linkKey */
  constructor(linkKey) {
    this.#linkKey = linkKey;
  }
  /**
   * Takes the next ciphertext bytes; returns the content chunks they complete.
   * @param {Bytes} chunk
   */
  async push(chunk) {
    if (this.#decrypter) return this.#unwrap(await this.#decrypter.push(chunk));
    this.#start.push(chunk);
    if (this.#start.length < MAGIC2.length) return [];
    const start = this.#start.take(this.#start.length);
    this.#decrypter = this.#decrypterFor(start);
    return this.#unwrap(await this.#decrypter.push(start));
  }
  async finish() {
    if (!this.#decrypter) throw new DamagedError();
    return this.#unwrap([await this.#decrypter.finish()]);
  }
  /** @param {Bytes} start */
  #decrypterFor(start) {
    if (startsWith(start, MAGIC2)) return new StreamDecrypter(this.#linkKey);
    if (startsWith(start, FAMILY)) throw new NewerVersionError();
    return new OneShotDecrypter(this.#linkKey);
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

// assets/crypto/seal.js
var ONE_SHOT_MAX = 32 * 1024 * 1024;
var IV2 = 12;
var TAG3 = 16;
function seal(linkKey, source) {
  const head = source.name ? writeEnvelope({ filename: safeFilename(source.name) }) : new Uint8Array();
  const plainSize = head.length + source.size;
  async function* plain() {
    yield head;
    yield* source.chunks();
  }
  return source.size <= ONE_SHOT_MAX ? { plainSize, size: IV2 + plainSize + TAG3, chunks: sealAtOnce(linkKey, plain()) } : { plainSize, size: streamSize(plainSize), chunks: encryptStream(linkKey, plain()) };
}
async function* sealAtOnce(linkKey, plainChunks, iv = crypto.getRandomValues(new Uint8Array(IV2))) {
  const chunks = [];
  for await (const chunk of plainChunks) chunks.push(chunk);
  const key = await crypto.subtle.importKey("raw", linkKey, "AES-GCM", false, ["encrypt"]);
  yield iv;
  yield new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, concat(chunks)));
}
function textSource(text) {
  const bytes = encodeText(text);
  return {
    name: looksEnveloped(bytes) ? "message.txt" : "",
    size: bytes.length,
    async *chunks() {
      yield bytes;
    }
  };
}

// assets/crypto/worker.js
function sourceOf(content) {
  if ("text" in content) return textSource(content.text);
  const { entries, name, archive } = content;
  if (archive) return zipSource(name, entries);
  const { file } = entries[0];
  return { name, size: file.size, chunks: () => fileChunks(file) };
}
var Puller = class {
  #chunks;
  #queue = new ByteQueue();
  /** @param {AsyncIterable<Bytes>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }
  /** @param {number} length */
  async pull(length) {
    while (this.#queue.length < length) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      this.#queue.push(value);
    }
    return this.#queue.take(length);
  }
};
var Sessions = class {
  /** @type {Map<number, Puller | Opener>} */
  #all = /* @__PURE__ */ new Map();
  #last = 0;
  /** @param {Puller | Opener} session */
  keep(session) {
    this.#all.set(++this.#last, session);
    return this.#last;
  }
  /**
   * @template {Puller | Opener} S
   * @param {number} number
   * @param {new (...args: any[]) => S} type
   */
  get(number, type) {
    const session = this.#all.get(number);
    if (!(session instanceof type)) throw new Error("This was closed already.");
    return session;
  }
  /** @param {number} number */
  close(number) {
    this.#all.delete(number);
  }
};
var sessions = new Sessions();
var calls = {
  seal(key, content) {
    const { plainSize, size, chunks } = seal(key, sourceOf(content));
    return { session: sessions.keep(new Puller(chunks)), plainSize, size };
  },
  pull: (session, length) => sessions.get(session, Puller).pull(length),
  open: (key) => sessions.keep(new Opener(key)),
  async push(session, chunk) {
    const opener = sessions.get(session, Opener);
    return opened(opener, await opener.push(chunk));
  },
  async finish(session) {
    const opener = sessions.get(session, Opener);
    return opened(opener, await opener.finish());
  },
  close: (session) => sessions.close(session),
  friendly: friendlyTransfer
};
function opened({ metadata }, chunks) {
  const name = metadata?.filename ? safeFilename(metadata.filename) : "";
  return { chunks, known: metadata !== void 0, name };
}
function handedOver(value) {
  const views = value instanceof Uint8Array ? [value] : value?.chunks ?? [];
  return [...new Set(views.map((view) => view.buffer))];
}
self.addEventListener("message", async ({ data: { id, call, args } }) => {
  try {
    const value = await calls[call](...args);
    self.postMessage({ id, value }, { transfer: handedOver(value) });
  } catch (error) {
    const { code = "", message = String(error) } = (
      /** @type {{ code?: string, message?: string }} */
      error
    );
    self.postMessage({ id, error: { code, message } });
  }
});
