// A network of real processes for a test, until it is over. REALDID names the program, target/release/realdid otherwise.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { LightClient, members, submit } from 'realdid';

export const program = process.env.REALDID ?? fileURLToPath(new URL('../target/release/realdid', import.meta.url));

export const PURPOSES = ['authentication', 'capabilityInvocation', 'assertionMethod'];

/** Starts one. */
export async function testnet(...words) {
  const folder = mkdtempSync(join(tmpdir(), 'realdid-js-'));
  const network = new Testnet(folder);
  after(() => {
    network.realdid('testnet', 'reset');
    rmSync(folder, { recursive: true });
  });
  return network.start(...words);
}

export class Testnet {
  constructor(folder) {
    this.folder = folder;
  }

  /** Starts it, always with the same keys, and with what the demo has beside the nodes only if asked; this, with what clients
   * need to know. */
  async start(...words) {
    this.up = this.ask('testnet', 'up', '--detach', '--gateways', '0', '--seed', '17', ...(words.length ? words : ['--nodes-only']));
    this.url = this.ask('testnet', 'status')[0].url;
    this.genesis = (await (await fetch(`${this.url}/v1/genesis`)).json()).digest;
    this.light = await LightClient.fromNode(this.url, this.genesis);
    return this;
  }

  /** Runs the program; what it prints. */
  realdid(...command) {
    const { REALDID_NODE, ...env } = process.env;
    env.REALDID_TESTNET = join(this.folder, 'net');
    return execFileSync(program, command, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** What it prints in JSON. */
  ask(...command) {
    return JSON.parse(this.realdid(...command, '--output', 'json'));
  }

  /** The seed of a member's key. */
  seedOf(member) {
    return readFileSync(join(this.folder, 'net', 'nodes', member, 'keys', 'member.key'), 'utf8').trim();
  }

  /** A member as the ledger has it now. */
  async member(name) {
    return (await members(this.url)).find((member) => member.name === name);
  }

  /** Has a draft signed and carried out; what is proven of its sender, or `undefined` of a member. */
  async carryOut(draft, ...signers) {
    const transaction = await this.light.draft(draft).sign(...signers);
    const { height } = await submit(this.url, transaction);
    if (!transaction.sender.startsWith('did:')) return undefined;
    return this.light.resolve(this.url, transaction.sender, { after: height });
  }
}

/** Asks until an answer is the one that is waited for. */
export async function until(holds, look) {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await look();
    if (holds(answer)) return answer;
    await sleep(50);
  }
  return assert.fail('it does not come');
}
