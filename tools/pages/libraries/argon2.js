// What the pages have of @noble/hashes: Argon2id.
export { argon2idAsync } from '@noble/hashes/argon2.js';
