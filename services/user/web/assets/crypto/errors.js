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
