// What can go wrong when opening a ciphertext. The code survives the way from the worker to the page.

export class WrongKeyError extends Error {
  code = 'wrong-key';
}

export class DamagedError extends Error {
  code = 'damaged';
}

export class NewerVersionError extends Error {
  code = 'newer-version';
}

export class TooLargeToOpenError extends Error {
  code = 'too-large-to-open';
}

export class FileChangedError extends Error {
  code = 'file-changed';
}

/** A file that needs a passphrase beside its link: the block says how that is stretched. */
export class PassphraseError extends Error {
  code = 'needs-passphrase';

  /** @param {import('./bytes.js').Bytes} block */
  constructor(block) {
    super('a passphrase is needed');
    this.block = block;
  }
}

/** Paths that are too long, too deep or too many for a container. */
export class PathsError extends Error {
  code = 'paths';
}
