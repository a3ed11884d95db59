/*
 * What the page may run beside its modules are scripts of its own origin. Where the browser knows Trusted Types, the
 * policy of the page has it take nothing else for a script's URL, and no text for markup at all.
 */

const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy('scripts', {
  createScriptURL: (/** @type {string} */ url) => {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('not a script of ours');
    return url;
  },
});

/** @param {string} url @returns {string} */
export const scriptURL = (url) => policy?.createScriptURL(url) ?? url;
