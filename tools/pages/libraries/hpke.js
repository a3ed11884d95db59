// What the pages have of @hpke/core: one suite of HPKE, over Web Crypto.
export { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
