// The light client, which starts from the genesis that is trusted and goes on from where this browser was.

import { LightClient, RealDidError } from '../src/index.js';
import { base64 } from '../src/bytes.js';

/** Where a node is asked: what serves the wallet hands it on. */
export const NODE = location.origin;

/** What the wallet is told by whoever serves it: the digest of the genesis, and where the authority is. */
export async function configuration() {
  const answer = await fetch('/config.json').catch(() => undefined);
  if (!answer?.ok) throw new RealDidError('unreachable', 'the wallet’s own server does not answer');
  return answer.json();
}

/** A light client of that network. */
export async function openLedger(store, { genesis }) {
  const encoded = (await store.get('genesis')) ?? (await fetchGenesis());
  const light = await LightClient.fromGenesis(base64({ encoded }, 'encoded'));
  if (light.genesis !== genesis) {
    throw new RealDidError('other_network', `this browser’s wallet is of the network ${light.genesis}, not of ${genesis}`);
  }
  await store.put('genesis', encoded);
  for (const ended of (await store.get('epochs')) ?? []) light.advance(ended);
  return light;
}

/** Keeps the epochs that were followed, so that nobody need be asked for them again. */
export async function keepEpochs(store, light) {
  const kept = (await store.get('epochs')) ?? [];
  if (light.ended.length > kept.length) await store.put('epochs', light.ended);
}

async function fetchGenesis() {
  const answer = await fetch(`${NODE}/v1/genesis`).catch(() => undefined);
  if (!answer?.ok) throw new RealDidError('unreachable', 'no node answers');
  return (await answer.json()).encoded;
}
