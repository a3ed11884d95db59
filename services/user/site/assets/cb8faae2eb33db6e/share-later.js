// assets/share-later.js
var SCRIPT = "/sharing.js";
var SCOPE = "/share/";
var PATIENCE = 5e3;
var prepare = (scriptURL) => navigator.serviceWorker?.register(scriptURL(SCRIPT), { scope: SCOPE }).catch(() => {
});
async function taken() {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  if (!registration?.active) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), PATIENCE);
  });
  registration.active.postMessage("taken", [port2]);
  return answer;
}
export {
  prepare,
  taken
};
