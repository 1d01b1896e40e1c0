import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Key, LightClient, by, create, deactivate, recover, rotate, update } from 'realdid';
import { transactions, vectors } from '../vectors.js';

const { genesis, present, absent } = vectors();
const light = await LightClient.fromGenesis(genesis);
const proven = light.verifyRecord(present.did, present);
const nobody = light.verifyRecord(absent.did, absent);
const [held] = proven.record.keys;
const fresh = await Key.generate();
const expires = 1_795_745_000_000;
const operation = (name) => structuredClone(transactions().find((vector) => vector.name === name).draft.operation);

/** A draft of a member's with this operation. */
const asked = (operation) => ({ sender: 'ministry', sequence: 1, expires, operation });

test('what is left out of a draft is an empty list, null or false', () => {
  const keys = [{ key: fresh.publicKey, purposes: ['capabilityInvocation'] }];
  const short = light.draft(create({ keys, recovery: null }, { expires }));
  assert.deepEqual(short.operation, { type: 'create', keys, recovery: null, next_key: null, controllers: null, services: [] });
  const { site } = operation('register_site');
  const { may_ask_real_name, closed, ...rest } = site;
  assert.equal(light.draft(asked({ type: 'register_site', site: rest })).operation.site.may_ask_real_name, false);
});

test('a list may come in any order', () => {
  const attest = operation('attest');
  const turned = { ...attest, dids: [...attest.dids].reverse() };
  assert.equal(light.draft(asked(turned)).id, light.draft(asked(attest)).id);
});

test('a create is sent by the DID that it makes, whatever its draft says', () => {
  const { draft } = transactions()[0];
  const strange = { ...draft, sender: 'did:realdid:elsewhere:x', sequence: 5 };
  assert.deepEqual([light.draft(strange).sender, light.draft(strange).sequence], [draft.sender, 0]);
});

test('a change of a record keeps what it does not name', () => {
  const bound = { ...proven, record: { ...proven.record, next_key: fresh.commitment } };
  const services = [{ name: 'login', kind: 'Login', endpoint: 'https://example.cn' }];
  const { sender, sequence, operation } = light.draft(update(bound, { add_services: services }));
  assert.deepEqual([sender, sequence], [proven.did, proven.record.next_sequence]);
  assert.deepEqual(operation, {
    type: 'update',
    did: proven.did,
    add: [],
    remove: [],
    next_key: fresh.commitment,
    add_services: services,
    remove_services: [],
    controllers: null,
  });
});

test('a rotation gives the new key the purposes of the former, and lets the commitment go or names the next', () => {
  const { add, remove, next_key } = light.draft(rotate(proven, held.key, fresh.publicKey)).operation;
  assert.deepEqual([add, remove, next_key], [[{ key: fresh.publicKey, purposes: held.purposes }], [held.key], null]);
  const bound = rotate(proven, held.key, fresh.publicKey, { next_key: fresh.commitment, expires });
  assert.deepEqual([bound.operation.next_key, bound.expires], [fresh.commitment, expires]);
  assert.throws(() => rotate(proven, fresh.publicKey, held.key), { code: 'no_such_key' });
  // a commitment is to keys that change the DID, and stays when another one is rotated
  const login = { ...held, purposes: ['authentication'] };
  const other = { ...proven, record: { ...proven.record, next_key: fresh.commitment, keys: [login] } };
  assert.equal(rotate(other, login.key, fresh.publicKey).operation.next_key, fresh.commitment);
});

test('a DID that is not there cannot be changed', () => {
  const attempts = [
    () => update(nobody, {}),
    () => rotate(nobody, held.key, fresh.publicKey),
    () => recover(nobody, { keys: [], recovery: null }),
    () => deactivate(nobody),
    () => by(nobody, { type: 'deactivate', did: nobody.did }),
    () => update(undefined, {}),
  ];
  for (const attempt of attempts) assert.throws(attempt, { code: 'sender_unknown' });
});

test('a transaction waits a minute unless its maker says otherwise', () => {
  const before = Date.now();
  const { expires: until } = deactivate(proven);
  assert.ok(until >= before + 60_000 && until <= Date.now() + 60_000);
  assert.equal(deactivate(proven, {}, { expires }).expires, expires);
});

test('what is wrong is named, and where', () => {
  const rotation = (fields) => ({ ...asked({ ...operation('rotate'), ...fields }), sender: present.did });
  const site = (fields) => asked({ type: 'update_site', site: { ...operation('update_site').site, ...fields } });
  const key = { key: fresh.publicKey, purposes: ['authentication'] };
  const nine = Array.from({ length: 9 }, (_, place) => ({ key: `0${place}`.repeat(32), purposes: ['authentication'] }));
  const cases = [
    [undefined, 'draft_invalid', /an object is expected/],
    ['text', 'draft_invalid', /an object is expected/],
    [{ sender: 'ministry', sequence: 1, operation: operation('attest') }, 'draft_invalid', /^expires: it is missing/],
    [{ ...asked(operation('attest')), sequence: 1.5 }, 'draft_invalid', /^sequence: a whole number/],
    [{ ...asked(operation('attest')), sequence: -1 }, 'draft_invalid', /^sequence: a whole number/],
    [{ ...asked(operation('attest')), expires: '7' }, 'draft_invalid', /^expires: a whole number/],
    [{ ...asked(operation('attest')), sender: 'The Ministry' }, 'draft_invalid', /^sender: .*a-z, 0-9 and -/],
    [{ ...asked(operation('attest')), sender: 'did:realdid:elsewhere:x' }, 'did_invalid', /^sender: /],
    [{ ...asked(operation('attest')), fee: 1 }, 'draft_invalid', /^fee: there is no such field/],
    [by(undefined, operation('attest')), 'draft_invalid', /^sender: it is missing/],
    [asked({ type: 'steal' }), 'draft_invalid', /^operation\.type: there are create, update/],
    [asked({}), 'draft_invalid', /^operation\.type: it is missing/],
    [asked({ ...operation('attest'), level: 4 }), 'attestation_level', /1, 2 or 3/],
    [asked({ ...operation('attest'), level: 2 ** 40 }), 'draft_invalid', /^operation\.level: the number is too large/],
    [asked({ ...operation('attest'), dids: [present.did, present.did] }), 'draft_invalid', /^operation\.dids\[1\]: it stands there twice/],
    [asked({ ...operation('attest'), dids: ['did:web:example.cn'] }), 'did_invalid', /^operation\.dids\[0\]: /],
    [asked({ ...operation('attest'), dids: Array(1_001).fill(present.did) }), 'draft_invalid', /^operation\.dids: no list has more than 1000 entries/],
    [asked({ ...operation('attest'), dids: [] }), 'draft_invalid', /missing/],
    [rotation({ did: undefined }), 'draft_invalid', /^operation\.did: it is missing/],
    [rotation({ next_key: undefined }), 'draft_invalid', /^operation\.next_key: it is missing/],
    [rotation({ next_key: '00' }), 'draft_invalid', /^operation\.next_key: 64 hexadecimal digits/],
    [rotation({ add: [{ ...key, key: `${key.key}00` }] }), 'draft_invalid', /^operation\.add\[0\]\.key: 64 hexadecimal digits/],
    [rotation({ add: [{ ...key, key: 'é'.repeat(32) }] }), 'draft_invalid', /^operation\.add\[0\]\.key: 64 hexadecimal digits/],
    [rotation({ add: [{ ...key, purposes: ['everything'] }] }), 'draft_invalid', /^operation\.add\[0\]\.purposes\[0\]: there are authentication/],
    [rotation({ add: [{ ...key, purposes: [] }] }), 'draft_invalid', /without a purpose/],
    [rotation({ add: nine }), 'draft_invalid', /more than 8 entries/],
    [rotation({ add: key }), 'draft_invalid', /^operation\.add: a list is expected/],
    [rotation({ addd: [] }), 'draft_invalid', /^operation\.addd: there is no such field/],
    [rotation({ controllers: { dids: [present.did], threshold: 2 } }), 'draft_invalid', /threshold/],
    [rotation({ add_services: [{ name: 'Login', kind: 'Login', endpoint: 'https://a.cn' }] }), 'draft_invalid', /^operation\.add_services\[0\]\.name: .*a-z, 0-9 and -/],
    [rotation({ add_services: [{ name: 'login', kind: 'Login', endpoint: 'http://a.cn' }] }), 'draft_invalid', /endpoint: .*https:/],
    [site({ name: 'a  b' }), 'draft_invalid', /^operation\.site\.name: /],
    [site({ origins: ['https://a.cn/'] }), 'draft_invalid', /^operation\.site\.origins\[0\]: /],
    [site({ return_addresses: ['https://b.cn/back'] }), 'foreign_return_address', /not under one of the site's origins/],
    [site({ closed: 'no' }), 'draft_invalid', /^operation\.site\.closed: true or false/],
    [create({ keys: [key], recovery: null }), 'no_invocation_key', /may change the record/],
    [create({ keys: [], recovery: null }), 'no_invocation_key', /may change the record/],
    [create({ keys: [{ ...key, purposes: ['capabilityInvocation'] }], recovery: null, next_key: fresh.commitment }), 'commitment_known', /commitment/],
    [asked({ ...operation('report_evidence'), evidence: '00' }), 'draft_invalid', /^operation\.evidence: /],
    [asked({ ...operation('propose set_rule'), change: { type: 'set_rule', rule: { action: 'rule', role: 'member', approvals: 1 } } }), 'draft_invalid', /^operation\.change\.rule\.action: there are attest/],
  ];
  for (const [draft, code, message] of cases) {
    assert.throws(() => light.draft(draft), { name: 'RealDidError', code, message }, JSON.stringify(draft));
  }
});

test('keys are of 32 bytes, by digits or bytes', async () => {
  const seed = new Uint8Array(32).fill(1);
  const key = await Key.fromSeed(seed);
  seed.fill(0); // the key has its own copy
  const same = await Key.fromSeed('01'.repeat(32));
  assert.equal(key.publicKey, '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c');
  assert.deepEqual(await key.sign(seed), await same.sign(seed));
  assert.equal(JSON.stringify(key).includes('0101'), false);
  for (const [bad, code] of [[new Uint8Array(31), 'key_invalid'], ['', 'key_invalid'], ['xy', 'malformed'], [7, 'malformed']]) {
    await assert.rejects(Key.fromSeed(bad), { code });
  }
  for (const bad of [undefined, {}, { publicKey: 7 }]) await assert.rejects(Key.fromCryptoKey(bad), { code: 'key_unusable' });
});
