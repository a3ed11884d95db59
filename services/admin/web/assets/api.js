// The service's API, as the console speaks it.

import { Problem } from './dom.js';

let askToLogIn; // resolves once somebody has logged in again

// onSignedOut sets what to do when a request finds the session over.
export function onSignedOut(ask) {
  askToLogIn = ask;
}

// call asks the service and returns what it answers. When the session is over
// it waits for a new login and asks again, so that nothing typed is lost.
export async function call(method, path, body) {
  for (;;) {
    const response = await send(method, path, body);
    if (response.status === 401 && askToLogIn) {
      await askToLogIn();
      continue;
    }
    return read(response);
  }
}

// login opens a session; the cookie it sets is out of reach of this page.
export async function login(key) {
  const response = await send('POST', '/auth/login', { api_key: key });
  if (response.status === 401) throw new Problem('That is not the API key. Check that all of it was pasted.');
  await read(response);
  if (!(await signedIn()))
    throw new Problem('The browser did not keep the session cookie. Allow cookies for this site, then log in again.');
}

// signedIn says whether there is a session.
export async function signedIn() {
  const response = await send('GET', '/auth/session');
  if (response.status === 401) return false;
  await read(response);
  return true;
}

export const logout = () => send('POST', '/auth/logout');

export const tokens = {
  list: () => call('GET', '/tokens/list-details').then((answer) => answer.tokens),
  create: (token) => call('POST', '/tokens/create', token),
  revoke: (name) => call('POST', tokenPath('revoke', name)),
  reactivate: (name) => call('POST', tokenPath('reactivate', name)),
  limit: (name, limit) => call('POST', tokenPath('update-limit', name), { usage_limit: limit }),
};

export const audit = {
  page: (query, limit) => call('GET', `/audit/events?${query}&limit=${limit}`),
};

const tokenPath = (action, name) => `/tokens/${action}/${encodeURIComponent(name)}`;

async function send(method, path, body) {
  const request = { method, headers: { Accept: 'application/json' }, cache: 'no-store', credentials: 'same-origin' };
  if (body !== undefined) {
    request.headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  try {
    return await fetch(path, request);
  } catch {
    throw new Problem('The service cannot be reached. Check your connection and try again.');
  }
}

async function read(response) {
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  if (response.status === 429) {
    const wait = Number(response.headers.get('Retry-After')) || 60;
    throw new Problem(
      `Too many attempts. Try again in ${wait < 90 ? `${wait} seconds` : `${Math.ceil(wait / 60)} minutes`}.`,
    );
  }
  if (response.status === 409)
    throw new Problem('There is a token of that name already. Choose another, or leave the name empty.');
  if (response.status >= 500)
    throw new Problem(
      'The service has a problem of its own. Try again in a minute; the system page says what is wrong.',
    );
  throw new Problem(
    typeof answer?.detail === 'string' ? answer.detail : 'The service refused that. Check what you entered.',
  );
}
