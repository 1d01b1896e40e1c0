// The life of a DID on a live network: made, rotated, recovered, resolved, ended.
//
//   node examples/life.js <url of a node> <digest of the genesis>

import { randomBytes } from 'node:crypto';

import { Key, LightClient, create, deactivate, recover, rotate, submit } from 'realdid';

const [url, genesis] = process.argv.slice(2);
const light = await LightClient.fromNode(url, genesis);

/** Shows a transaction, has it signed and carried out, and gives what is proven afterwards. */
async function carryOut(draft, ...signers) {
  const transaction = light.draft(draft);
  for (const line of transaction.words) console.log(`  ${line}`);
  const { height } = await submit(url, await transaction.sign(...signers));
  const proven = await light.resolve(url, transaction.sender, { after: height });
  console.log(`  version ${proven.record.version}, verified from genesis by a certificate for block ${proven.height}\n`);
  return proven;
}

// keys that nobody can read out, and a recovery key that is kept on paper
const [first, second, third] = [await Key.generate(), await Key.generate(), await Key.generate()];
const paper = await Key.fromSeed(randomBytes(32));
const nextPaper = await Key.fromSeed(randomBytes(32));
const purposes = ['authentication', 'capabilityInvocation', 'assertionMethod'];

console.log('create');
const keys = [{ key: first.publicKey, purposes }];
const created = await carryOut(create({ keys, recovery: paper.commitment }), first);

console.log('rotate');
const rotated = await carryOut(rotate(created, first.publicKey, second.publicKey), first, second);

console.log('recover: the second key was stolen an hour ago');
const found = {
  keys: [{ key: third.publicKey, purposes }],
  recovery: nextPaper.commitment,
  compromised: [{ key: second.publicKey, since: Date.now() - 3_600_000 }],
};
const recovered = await carryOut(recover(rotated, found), paper, third);

console.log('deactivate');
const { did, record } = await carryOut(deactivate(recovered), nextPaper);
console.log(`${did} ${record.deactivated ? 'has ended' : 'goes on'}`);
