// What the ledger says of a DID, verified from genesis.
//
//   node examples/resolve.js <url of a node> <digest of the genesis> <did>

import { LightClient } from 'realdid';

const [url, genesis, did] = process.argv.slice(2);
const light = await LightClient.fromNode(url, genesis);
const { record, height, time } = await light.resolve(url, did);

console.log(did);
if (record === null) console.log('there is none');
for (const { key, purposes } of record?.keys ?? []) console.log(`${key}  ${purposes.join(', ')}`);
console.log(`verified from genesis by a certificate for block ${height} of ${new Date(time).toISOString()}`);
