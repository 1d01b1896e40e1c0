// What a wallet is refused on a network of real processes, and that it could have known before.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Key, by, create, deactivate, members, receipt, recover, rotate, submit, update } from 'realdid';
import { PURPOSES, testnet } from '../testnet.js';

const network = await testnet();
const { url, light } = network;

const everything = ({ publicKey }) => ({ key: publicKey, purposes: PURPOSES });
const { key, fresh, paper, ...own } = await another();
let { proven } = own;

/** So short that what nobody may ask for is void soon. */
const soon = () => ({ expires: Date.now() + 3_000 });
const numbered = (next_sequence) => ({ name: proven.did, next_sequence });
const rotation = () => rotate(proven, key.publicKey, fresh.publicKey, soon()).operation;

/** Both say no: `check` by this code, and the ledger by that one, with this of the receipt or answer; at which height. */
async function refused(draft, signers, checked, { code, ...told }, known = proven) {
  const transaction = await light.draft(draft).sign(...signers);
  assert.throws(() => light.check(transaction, known), { name: 'RealDidError', code: checked });
  let height;
  await assert.rejects(submit(url, transaction), (error) => {
    height = error.receipt?.height;
    assert.deepEqual([error.name, error.code], ['RealDidError', code]);
    const said = { ...error.receipt, status: error.status ?? error.receipt?.status };
    assert.deepEqual({ ...said, ...told }, said);
    return true;
  });
  return height;
}

test('a number that is not the next', async () => {
  await refused(by(numbered(0), rotation()), [key, fresh], 'sequence_used', { code: 'sequence_used', status: 409 });
  await refused(by(numbered(500), rotation()), [key, fresh], 'sequence_ahead', { code: 'sequence_ahead', status: 409 });
});

/** A DID of its own for each: none waits for another's number. */
async function another() {
  const [key, fresh, paper, login] = await Promise.all(Array.from({ length: 4 }, () => Key.generate()));
  const forLogin = { key: login.publicKey, purposes: ['authentication'] };
  const wanted = create({ keys: [everything(key), forLogin], recovery: paper.commitment });
  return { key, fresh, paper, login, proven: await network.carryOut(wanted, key, login) };
}

test('who may not, and keys that nobody showed: they count for nothing until they are void', async () => {
  const rotated = ({ proven, key, fresh }) => rotate(proven, key.publicKey, fresh.publicKey, soon());
  const recovered = ({ proven, fresh }) => recover(proven, { keys: [everything(fresh)], recovery: null }, soon());
  const cases = [
    [rotated, ['fresh'], 'not_authorised'],
    [rotated, ['login', 'fresh'], 'not_authorised'],
    [rotated, ['key'], 'not_possessed'],
    [recovered, ['key', 'fresh'], 'not_authorised'],
    [recovered, ['paper'], 'not_possessed'],
    [({ proven }) => deactivate(proven, {}, soon()), ['key'], 'not_authorised'],
  ];
  const attempts = cases.map(async ([draft, signers, code]) => {
    const one = await another();
    await refused(draft(one), signers.map((name) => one[name]), code, { code: 'expired', status: 'void' }, one.proven);
    assert.equal((await light.resolve(url, one.proven.did)).record.version, 1);
  });
  await Promise.all(attempts);
});

test('a time that is over, or too far ahead', async () => {
  const signed = (expires) => light.draft(rotate(proven, key.publicKey, fresh.publicKey, { expires })).sign(key, fresh);
  await assert.rejects(submit(url, await signed(Date.now() - 60_000)), { code: 'expired', status: 422 });
  await assert.rejects(submit(url, await signed(Date.now() + 10 ** 12)), { code: 'expires_too_late', status: 422 });
});

test('what the rules of keys and services forbid', async () => {
  const service = { name: 'login', kind: 'Login', endpoint: 'https://example.cn' };
  const nine = await Promise.all(Array.from({ length: 7 }, () => Key.generate()));
  const cases = [
    [{}, [key], 'no_change'],
    [{ remove: [key.publicKey] }, [key], 'no_invocation_key'],
    [{ remove: [fresh.publicKey] }, [key], 'no_such_key'],
    [{ add: [everything(key)] }, [key], 'key_exists'],
    [{ add: nine.map(everything) }, [key, ...nine], 'too_many_keys'],
    [{ add: [everything(fresh)], next_key: fresh.commitment }, [key, fresh], 'commitment_known'],
    [{ remove_services: ['login'] }, [key], 'no_such_service'],
  ];
  for (const [changes, signers, code] of cases) {
    // each uses a number up
    const after = await refused(update(proven, changes), signers, code, { code, status: 'final', outcome: 'refused' });
    proven = await light.resolve(url, proven.did, { after });
  }
  proven = await network.carryOut(update(proven, { add_services: [service] }), key);
  assert.deepEqual(proven.record.services, [service]);
});

/** Replaces a text in a transaction's bytes by one of the same length: what a wallet of another make might sign. */
function patched({ bytes }, from, to) {
  const text = Buffer.from(bytes).toString('latin1');
  assert.ok(from.length === to.length && text.includes(from));
  return light.read(Buffer.from(text.replace(from, to), 'latin1'));
}

const verdict = async (attempt) => attempt().then(() => 'applied', ({ code }) => code);

test('personal data: this package and the ledger refuse the same', async () => {
  const harmless = 'https://example.cn/00000000000';
  for (const text of [harmless, 'https://example.cn/13800138000', 'https://a.cn/11010519491231002X']) {
    const service = (endpoint) => update(proven, { add_services: [{ name: 'login', kind: 'Login', endpoint }] });
    const filler = `https://a.cn/${'z'.repeat(text.length - 13)}`;
    const transaction = await patched(light.draft(service(filler)), filler, text).sign(key);
    const here = await verdict(async () => void light.draft(service(text)));
    assert.equal(await verdict(async () => void light.check(transaction, proven)), here, text);
    assert.equal(await verdict(() => submit(url, transaction)), here, text);
    assert.equal(here, text === harmless ? 'applied' : 'personal_data', text);
    const { height } = await receipt(url, transaction.id);
    proven = await light.resolve(url, proven.did, { after: height });
  }
});

test('a DID that is not there, or has ended', async () => {
  const stranger = { did: 'did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H' };
  const nobody = await light.resolve(url, stranger.did);
  const draft = by({ name: stranger.did, next_sequence: 0 }, { type: 'deactivate', did: stranger.did }, soon());
  const transaction = await light.draft(draft).sign(paper);
  assert.throws(() => light.check(transaction, nobody), { code: 'sender_unknown' });
  await assert.rejects(submit(url, transaction), { code: 'expired' });

  proven = await network.carryOut(deactivate(proven), paper);
  await refused(deactivate(proven, {}, soon()), [paper], 'sender_deactivated', { code: 'expired' });
});

test('what was not signed, or is no transaction, is not sent', async () => {
  const unsigned = light.draft(rotate({ ...proven, record: { ...proven.record, keys: [everything(key)] } }, key.publicKey, fresh.publicKey));
  await assert.rejects(submit(url, unsigned), { code: 'not_signed' });
  assert.throws(() => light.check(unsigned, proven), { code: 'not_authorised' });
  await assert.rejects(submit(url, { bytes: new Uint8Array(), signatures: [1] }), { code: 'malformed' });
  await assert.rejects(submit(url, unsigned, { wait: 'for ever' }), { code: 'malformed' });
  assert.throws(() => light.check(unsigned, { ...proven }), { code: 'malformed' });
  const other = await light.resolve(url, 'did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H');
  assert.throws(() => light.check(unsigned, other), { code: 'other_sender' });
  assert.equal((await members(url)).length, 4);
});
