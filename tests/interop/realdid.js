// The program, and what stands on the ledger of the network that ./run started: a person, sites and their bridge.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.REALDID_PROGRAM;
const folder = mkdtempSync(join(tmpdir(), 'realdid-interop-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

/** What the program prints. */
export function realdid(...command) {
  return execFileSync(program, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const ask = (...command) => JSON.parse(realdid(...command, '--output', 'json'));
const file = (name) => join(folder, name);
const keyOf = (member) => join(process.env.REALDID_TESTNET, 'nodes', member, 'keys', 'member.key');

/** A new DID with its key in a file. */
function born(name) {
  const key = file(`${name}.key`);
  return { key, did: ask('did', 'create', '--key', key).did };
}

/** Somebody with a wallet, whom the ministry attests. */
export function person(name) {
  const made = born(name);
  const year = new Date(Date.now() + 365 * 86_400_000).toISOString();
  realdid('attestation', 'give', made.did, '--level', 'substantial', '--expires', year, '--key', keyOf('ministry'));
  return {
    ...made,
    answer: (challenge) => realdid('dev', 'answer-challenge', challenge, '--did', made.did, '--key', made.key).trim(),
  };
}

/** A site on the ledger that uses the bridge; what its library needs to know is `client_id` and `redirect_uri`. */
export function site(name, issuer, redirect_uri) {
  const { key, did } = born(name);
  realdid(
    ...['site', 'register', did, '--name', name, '--may-ask-real-name', 'true', '--unchecked'],
    ...['--origin', issuer, '--return-address', `${issuer}/return`],
    ...['--origin', new URL(redirect_uri).origin, '--return-address', redirect_uri],
    ...['--site-key', key, '--key', keyOf('operator-1')],
  );
  // this waits until a block vouches for it
  realdid('site', 'show', did);
  return { client_id: did, redirect_uri };
}

/** A port on which nobody listens. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** A bridge that runs until the test ends. */
export class Bridge {
  static async start(...options) {
    const port = await freePort();
    const bridge = new Bridge();
    bridge.issuer = `http://localhost:${port}`;
    bridge.home = file(`bridge-${port}`);
    realdid('bridge', 'init', '--home', bridge.home, '--issuer', bridge.issuer);
    const start = ['bridge', 'start', '--home', bridge.home, '--listen', `127.0.0.1:${port}`, '--end-with-input'];
    const running = spawn(program, [...start, '--wallet-url', 'http://localhost:1/', ...options], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    process.on('exit', () => running.kill());
    for await (const line of createInterface(running.stderr)) if (line.includes('the bridge runs')) break;
    // what the test waits for is not its end
    for (const held of [running, running.stdin, running.stderr.resume()]) held.unref();
    return bridge;
  }

  /** A secret for a site. */
  secret({ client_id }) {
    return ask('bridge', 'keys', 'secret', client_id, '--home', this.home).secret;
  }

  /** Says how a site's ID tokens are signed. */
  sign({ client_id }, algorithm) {
    realdid('bridge', 'keys', 'algorithm', client_id, algorithm, '--home', this.home);
  }
}
