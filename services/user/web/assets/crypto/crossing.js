// Errors on their way out of a worker.

import { ApiError } from '../shared/http.js';
import { PassphraseError } from './errors.js';

/** An error as it crosses, with what it says of itself. */
export function crossing(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { ...error, name: error.name, message: error.message };
}

/** An error of a worker, as it was there. */
export function crossed(/** @type {any} */ { name, message, ...said }) {
  if (name === 'ApiError') return new ApiError(said.status, { ...said, detail: said.detail });
  if (name === 'AbortError') return new DOMException(message, name);
  if (said.code === 'needs-passphrase') return new PassphraseError(said.block);
  return Object.assign(new Error(message), said);
}
