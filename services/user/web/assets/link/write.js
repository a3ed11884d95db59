// How links are written. Both ID and key stand in the fragment, which browsers never send.

/**
 * Where on a service a transfer is opened. Without the key, the recipient is asked for it.
 * @param {string} id
 * @param {string} [key]
 */
export const placeOf = (id, key) => (key ? `/d/#${id}/${key}` : `/d/#${id}`);

/**
 * The links of a transfer.
 * @param {string} origin
 * @param {string} id
 * @param {string} key
 */
export const writeLinks = (origin, id, key) => ({
  whole: origin + placeOf(id, key),
  withoutKey: origin + placeOf(id),
});

/**
 * The link by which somebody sends to who made a request.
 * @param {string} origin
 * @param {{ id: string, seed: string, publicKey: string }} request
 */
export const writeRequest = (origin, { id, seed, publicKey }) => `${origin}/r/#${id}/${seed}/${publicKey}`;
