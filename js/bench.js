// How long the light client takes in WebAssembly: npm run bench

import { performance } from 'node:perf_hooks';

import { LightClient } from 'realdid';
import { login, vectors } from './vectors.js';

const ROUNDS = 1_000;
const { genesis, ...answers } = vectors();

/** What work gives, and the milliseconds that it takes. */
async function time(work) {
  const started = performance.now();
  const result = await work();
  return [result, performance.now() - started];
}

/** Median and 99th percentile of many runs. */
async function often(work) {
  const taken = [];
  for (let round = 0; round < ROUNDS; round += 1) taken.push((await time(work))[1]);
  taken.sort((a, b) => a - b);
  return [0.5, 0.99].map((share) => `${taken[Math.floor(ROUNDS * share)].toFixed(2)} ms`);
}

/** What a process does first: nothing is compiled yet. */
async function first({ did, ...answer }) {
  const [light, loading] = await time(() => LightClient.fromGenesis(genesis));
  const [, verifying] = await time(() => light.verifyRecord(did, answer));
  console.log(`first    ${loading.toFixed(1)} ms to read, compile and instantiate the module and trust the genesis`);
  console.log(`         ${verifying.toFixed(1)} ms to verify the first record`);
}

async function steady(which, { did, ...answer }) {
  const light = await LightClient.fromGenesis(genesis);
  const [median, p99] = await often(() => light.verifyRecord(did, answer));
  console.log(`${which.padEnd(8)} ${median}, p99 ${p99}`);
  const anew = async () => (await LightClient.fromGenesis(genesis)).verifyRecord(did, answer);
  const [fresh, freshP99] = await often(anew);
  console.log(`         ${fresh} with an instance and a genesis of its own each time, p99 ${freshP99}`);
}

/** A site that starts from the genesis each time, and one that learned of the present validators. */
async function logins() {
  const { response, now, ...vector } = login();
  const trusted = () => LightClient.fromGenesis(vector.genesis);
  const light = await trusted();
  const challenge = light.readChallenge(vector.challenge);
  const [median, p99] = await often(() => light.verifyLogin(challenge, response, { now }));
  console.log(`login    ${median}, p99 ${p99}; ${response.length} bytes with two changes of validators`);
  const [fresh, freshP99] = await often(async () => (await trusted()).verifyLogin(challenge, response, { now }));
  console.log(`         ${fresh} with an instance and a genesis of its own each time, p99 ${freshP99}`);
}

// With nothing to wait for but WebAssembly, Node.js 20 drains its workers' tasks on the main thread each time, and can
// wait for ever for one that waits for the main thread's garbage collection (nodejs/node#54918).
const awake = setInterval(() => {}, 60_000);
await first(answers.present);
for (const [which, answer] of Object.entries(answers)) await steady(which, answer);
await logins();
clearInterval(awake);
