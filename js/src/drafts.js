// What a light client makes transactions of. Nothing here is signed or sent.

import { RealDidError } from './error.js';

/** How long a transaction may wait, in milliseconds, unless its maker says otherwise. */
const PATIENCE = 60_000;

/** A DID with these keys, whose identifier the transaction says as its sender. */
export function create({ keys, recovery, next_key = null, controllers = null, services = [] }, options) {
  return { ...expiring(options), operation: { type: 'create', keys, recovery, next_key, controllers, services } };
}

/** Changes of a record: what is left out stays. */
export function update(proven, changes, options) {
  const { did, record } = known(proven);
  return by(proven, { type: 'update', did, next_key: record.next_key, ...changes }, options);
}

/** Another key in the place of one, for the same purposes; `next_key` commits to the one after it. */
export function rotate(proven, former, key, options = {}) {
  const { record } = known(proven);
  const held = record.keys.find((held) => held.key === former);
  if (held === undefined) throw new RealDidError('no_such_key', `${former} is no key of ${proven.did}`);
  const changes = { add: [{ key, purposes: held.purposes }], remove: [former] };
  // the commitment is to keys that change the DID: it has served its purpose once such a key comes, and stays otherwise
  const stays = held.purposes.includes('capabilityInvocation') ? null : record.next_key;
  return update(proven, { ...changes, next_key: options.next_key ?? stays }, options);
}

/** New keys instead of all that a DID has, by its recovery key. */
export function recover(proven, { keys, recovery, next_key = null, controllers = null, compromised = [] }, options) {
  const { did } = known(proven);
  return by(proven, { type: 'recover', did, keys, recovery, next_key, controllers, compromised }, options);
}

/** The end of a DID, by its recovery key or its controllers. */
export function deactivate(proven, { compromised = [] } = {}, options) {
  return by(proven, { type: 'deactivate', did: known(proven).did, compromised }, options);
}

/** Any operation, by a DID whose record was proven, or by a member as a node names it. */
export function by(sender, operation, options) {
  const { name, next_sequence } = sender?.record === undefined ? (sender ?? {}) : named(sender);
  return { sender: name, sequence: next_sequence, ...expiring(options), operation };
}

const named = (proven) => ({ name: proven.did, next_sequence: known(proven).record.next_sequence });

const expiring = ({ expires = Date.now() + PATIENCE } = {}) => ({ expires });

function known(proven) {
  if (proven?.record) return proven;
  throw new RealDidError('sender_unknown', `${proven?.did} has no record: create it first`);
}
