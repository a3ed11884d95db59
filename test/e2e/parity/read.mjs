// Reads as the pages do what it is given on standard input, a line of JSON for each thing, and answers with a line.

import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { safeFilename } from '../../../services/user/web/assets/crypto/envelope.js';
import { openLabel } from '../../../services/user/web/assets/crypto/label.js';
import { Opener } from '../../../services/user/web/assets/crypto/open.js';
import { readLink } from '../../../services/user/web/assets/link/read.js';

const bytes = (base64) => new Uint8Array(Buffer.from(base64, 'base64'));

const readers = {
  // In pieces, as they come from the network.
  async file({ key, sealed, piece }) {
    const opener = new Opener(bytes(key));
    const all = bytes(sealed);
    const hash = createHash('sha256');
    for (let at = 0; at < all.length; at += piece) {
      for (const chunk of await opener.push(all.slice(at, at + piece))) hash.update(chunk);
    }
    for (const chunk of await opener.finish()) hash.update(chunk);
    const name = opener.metadata?.filename;
    return { name: name ? safeFilename(name) : 'download', content: hash.digest('hex') };
  },

  async label({ key, sealed }) {
    const label = await openLabel(bytes(key), bytes(sealed));
    if (!label) throw new Error('no label');
    const { files, count, size, note, picture } = label;
    return {
      label: {
        files: files.map(({ name, size, type }) => ({ name, size, ...(type && { type }) })),
        count,
        size,
        ...(note && { note }),
        ...(picture && { picture: { type: picture.type, data: Buffer.from(picture.data).toString('base64') } }),
      },
    };
  },

  link({ text }) {
    const { origin, id, key, friendly, reason } = readLink(text);
    // With a fault the page keeps what it can use of a link, and the command nothing.
    return { link: reason ? { origin: '', id: '', key: '', friendly: '', reason } : { origin, id, key, friendly, reason } };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { what, ...thing } = JSON.parse(line);
  let answer;
  try {
    answer = { ok: true, ...(await readers[what](thing)) };
  } catch (error) {
    answer = { ok: false, error: String(error.code ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
