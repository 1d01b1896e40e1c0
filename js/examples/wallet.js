// A wallet in a page, without a bundler: the first visit makes a DID, each later one rotates its key.

import { Key, LightClient, create, rotate, submit } from '../src/index.js';

const node = location.origin;
const purposes = ['authentication', 'capabilityInvocation', 'assertionMethod'];
const log = (line) => document.querySelector('#log').append(`${line}\n`);

/** What this browser keeps: a DID, and the pairs of WebCrypto of which one is its key. */
async function kept(change) {
  const opening = indexedDB.open('wallet');
  opening.onupgradeneeded = () => opening.result.createObjectStore('kept');
  const store = (await done(opening)).transaction('kept', 'readwrite').objectStore('kept');
  return done(change === undefined ? store.get('identity') : store.put(change, 'identity'));
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function carryOut(light, draft, ...signers) {
  const transaction = light.draft(draft);
  transaction.words.forEach(log);
  return submit(node, await transaction.sign(...signers));
}

/** The pair whose public key stands in a record: a visit may have ended before its rotation was carried out. */
async function current(pairs, { record }) {
  const keys = await Promise.all(pairs.map((pair) => Key.fromCryptoKey(pair)));
  return keys.find(({ publicKey }) => record.keys.some(({ key }) => key === publicKey));
}

async function visit() {
  // an example trusts the node that serves it; a wallet has the digest of its network's genesis built in
  const { digest } = await (await fetch('/v1/genesis')).json();
  const light = await LightClient.fromNode(node, digest);
  const [before, key] = [await kept(), await Key.generate()];
  const proven = before && (await light.resolve(node, before.did));
  let did, receipt;
  // the visit that made it may have ended before it was carried out
  if (!proven?.record) {
    const first = before ? await Key.fromCryptoKey(before.pairs[0]) : key;
    const draft = create({ keys: [{ key: first.publicKey, purposes }], recovery: null });
    did = light.draft(draft).sender;
    await kept({ did, pairs: [first.cryptoKey] });
    receipt = await carryOut(light, draft, first);
  } else {
    did = before.did;
    const former = await current(before.pairs, proven);
    await kept({ did, pairs: [former.cryptoKey, key.cryptoKey] });
    receipt = await carryOut(light, rotate(proven, former.publicKey, key.publicKey), former, key);
  }
  const { record, height } = await light.resolve(node, did, { after: receipt.height });
  log(`${did} has version ${record.version}, verified from genesis by a certificate for block ${height}`);
  return { did, key: record.keys[0].key, version: record.version };
}

/** What the visit came to. */
globalThis.visited = visit().catch((error) => {
  log(`${error.code ?? error.name}: ${error.message}`);
  throw error;
});
