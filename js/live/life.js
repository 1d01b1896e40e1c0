// Every operation on a network of real processes, signed by keys that nobody can read out.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Key, by, create, deactivate, members, receipt, recover, rotate, submit, update } from 'realdid';
import { PURPOSES, testnet } from '../testnet.js';

const network = await testnet();
const { url, light } = network;

const make = (count) => Promise.all(Array.from({ length: count }, () => Key.generate()));
const everything = ({ publicKey }) => ({ key: publicKey, purposes: PURPOSES });
const keysOf = ({ record }) => record.keys.map(({ key }) => key);

/** A new DID with a key for everything, and what else is said. */
async function born(key, wanted = {}) {
  return network.carryOut(create({ keys: [everything(key)], recovery: null, ...wanted }), key);
}

/** A member, which carries operations out by its key. */
async function acting(name) {
  const key = await Key.fromSeed(network.seedOf(name));
  const sign = async (operation, signers) => {
    const member = await network.member(name);
    return light.draft(by(member, operation)).sign(key, ...signers);
  };
  return async (operation, ...signers) => submit(url, await sign(operation, signers));
}

test('a DID is made, rotated, recovered and ended, and each step is proven from genesis', async () => {
  const [first, second, third, paper, nextPaper] = await make(5);
  const created = await born(first, { recovery: paper.commitment });
  assert.deepEqual([created.record.version, created.record.recovery], [1, paper.commitment]);

  const rotated = await network.carryOut(rotate(created, first.publicKey, second.publicKey), first, second);
  assert.deepEqual([rotated.record.version, keysOf(rotated)], [2, [second.publicKey]]);

  const compromised = [{ key: second.publicKey, since: rotated.time }];
  const found = { keys: [everything(third)], recovery: nextPaper.commitment, compromised };
  const recovered = await network.carryOut(recover(rotated, found), paper, third);
  assert.deepEqual([recovered.record.version, keysOf(recovered)], [3, [third.publicKey]]);
  assert.equal(recovered.record.recovery, nextPaper.commitment);

  const ended = await network.carryOut(deactivate(recovered), nextPaper);
  assert.deepEqual([ended.record.deactivated, keysOf(ended), ended.record.recovery], [true, [], null]);
});

test('a committed key alone can be rotated in, and commits to the next', async () => {
  const [first, second, third] = await make(3);
  const created = await born(first, { next_key: second.commitment });
  const options = { next_key: third.commitment };
  const rotated = await network.carryOut(rotate(created, first.publicKey, second.publicKey, options), first, second);
  assert.equal(rotated.record.next_key, third.commitment);
  const back = rotate(rotated, second.publicKey, first.publicKey);
  await assert.rejects(network.carryOut(back, second, first), ({ code, receipt: { status, outcome, ...said } }) => {
    assert.deepEqual([code, said.code, status, outcome], ['key_replaced', 'key_replaced', 'final', 'refused']);
    return true;
  });
});

test('an organisation’s DID has services, and controllers that act for it', async () => {
  const [board, other, own, fresh] = await make(4);
  const [one, two] = [await born(board), await born(other)];
  const controllers = { dids: [one.did, two.did], threshold: 2 };
  const service = { name: 'domains', kind: 'LinkedDomains', endpoint: 'https://example.cn' };
  const created = await born(own, { controllers, services: [service] });
  assert.deepEqual(created.record.services, [service]);
  assert.deepEqual(created.record.controllers, { ...controllers, dids: [...controllers.dids].sort(ofDigest) });

  const changes = { remove_services: ['domains'], add: [everything(fresh)], controllers: { dids: [], threshold: 0 } };
  const changed = await network.carryOut(update(created, changes), board, other, fresh);
  assert.deepEqual([changed.record.services, changed.record.controllers], [[], null]);
  assert.deepEqual(keysOf(changed).length, 2);
});

/** Lists stand in the order of the digests; base58 of one length keeps it by its alphabet, whose order is ASCII's. */
const ofDigest = (a, b) => a.length - b.length || (a < b ? -1 : 1);

test('an authority attests and withdraws, an operator registers and changes a site together with its DID', async () => {
  const [person, site] = await make(2);
  const [somebody, shop] = [await born(person), await born(site)];
  const [ministry, operator] = [await acting('ministry'), await acting('operator-1')];
  const expires = Date.now() + 86_400_000;
  assert.equal((await ministry({ type: 'attest', level: 2, expires, dids: [somebody.did] })).outcome, 'applied');
  assert.equal((await ministry({ type: 'withdraw', dids: [somebody.did] })).outcome, 'applied');
  const attest = { type: 'attest', level: 2, expires, dids: [somebody.did] };
  await assert.rejects(operator(attest), { code: 'not_in_role' });

  const described = {
    did: shop.did,
    name: 'Books & Co.',
    origins: ['https://books.example'],
    return_addresses: ['https://books.example/return'],
  };
  assert.equal((await operator({ type: 'register_site', site: described }, site)).outcome, 'applied');
  await assert.rejects(operator({ type: 'register_site', site: described }, site), { code: 'site_exists' });
  const closed = { ...described, closed: true };
  assert.equal((await operator({ type: 'update_site', site: closed }, site)).outcome, 'applied');
});

test('members propose changes, approve, and take approvals back', async () => {
  const [newcomer, node] = await make(2);
  const operator = await acting('operator-1');
  const others = [await acting('ministry'), await acting('operator-2'), await acting('operator-3')];
  const expires = () => Date.now() + 60_000;

  /** Proposes, takes that back and proposes again; then the others approve one after the other until it is decided. */
  const decide = async (change) => {
    const withdrawn = await operator({ type: 'propose', change, expires: expires() });
    assert.equal((await operator({ type: 'withdraw_approval', proposal: withdrawn.id })).outcome, 'applied');
    await assert.rejects(others[0]({ type: 'approve', proposal: withdrawn.id }), { code: 'unknown_proposal' });
    const { id: proposal } = await operator({ type: 'propose', change, expires: expires() });
    for (const other of others) {
      try {
        await other({ type: 'approve', proposal });
      } catch (error) {
        assert.equal(error.code, 'unknown_proposal');
        return;
      }
    }
  };

  const roles = ['operator'];
  await decide({ type: 'put_member', name: 'operator-9', key: newcomer.publicKey, roles, add_nodes: [node.publicKey] });
  assert.deepEqual(await network.member('operator-9'), {
    name: 'operator-9',
    key: newcomer.publicKey,
    roles,
    next_sequence: 0,
  });
  await decide({ type: 'remove_member', name: 'operator-9' });
  assert.equal(await network.member('operator-9'), undefined);

  const policy = async () => (await fetch(`${url}/v1/policy`)).json();
  const rule = { action: 'change_policy', role: 'member', approvals: 4 };
  await decide({ type: 'set_rule', rule });
  assert.match(JSON.stringify(await policy()), /"change_policy"[^}]*4/);

  const parameters = {
    max_idle: 5_000,
    max_expiry: 600_000,
    quota_window: 60_000,
    quota: 100_000_000,
    approvals: 4,
    format: 2,
  };
  await decide({ type: 'set_parameters', parameters });
  assert.match(JSON.stringify(await policy()), /"change_validators"[^}]*4/);

  const { validators } = await (await fetch(`${url}/v1/validators`)).json();
  const { consensus_key } = validators.at(-1);
  const proof = { height: 1, signature: '00'.repeat(64) };
  const stranger = { organisation: 'operator-1', consensus_key: node.publicKey, transport_key: newcomer.publicKey, proof };
  await assert.rejects(operator({ type: 'propose', change: { type: 'add_validator', ...stranger }, expires: expires() }), {
    code: /^(possession_forged|header_not_recent)$/,
  });
  await decide({ type: 'remove_validator', consensus_key });
});

test('a receipt can be asked for, and a transaction handed in twice says the same', async () => {
  const key = await Key.generate();
  const signed = await light.draft(create({ keys: [everything(key)], recovery: null })).sign(key);
  await assert.rejects(receipt(url, signed.id), { code: 'not_found', status: 404 });
  const accepted = await submit(url, signed, { wait: 'accepted' });
  assert.ok(['accepted', 'final'].includes(accepted.status), accepted.status);
  const final = await receipt(url, signed.id, { wait: 'final' });
  assert.deepEqual([final.status, final.outcome], ['final', 'applied']);
  assert.deepEqual(await submit(url, signed), final);
  assert.equal((await members(url)).length, 4);
});

test('the example lives a whole life', () => {
  const example = fileURLToPath(new URL('../examples/life.js', import.meta.url));
  const out = execFileSync(process.execPath, [example, url, network.genesis], { encoding: 'utf8' });
  assert.deepEqual([...out.matchAll(/version (\d), verified from genesis/g)].map(([, version]) => version), ['1', '2', '3', '4']);
  assert.match(out, /did:realdid:testnet:\w+ has ended\n$/);
});
