// Clients that others wrote resolve DIDs of a network of real processes, and make and change them. Run by ./run, which
// starts the network and names it in REALDID_URL.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DIDRegistrationRequestBuilder, UniRegistrar, UniResolver } from '@sphereon/did-uni-client';

import { carryOut, newKey } from './holder.js';

const url = process.env.REALDID_URL;
const python = process.env.INTEROP_PYTHON;
const resolver = new UniResolver().setResolveURL(`${url}/1.0/identifiers`);
const options = { clientSecretMode: true };
const documents = fileURLToPath(new URL('documents.py', import.meta.url));

/** A plain client: it sends JSON. */
const sendTo = (operation) => async (request) => {
  const answer = await fetch(`${url}/1.0/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  return answer.json();
};

/** A document with one key for everything. */
const documentOf = ({ method }) => ({
  '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
  verificationMethod: [method],
  authentication: [method.id],
  assertionMethod: [method.id],
  capabilityInvocation: [method.id],
  service: [{ id: '#site', type: 'LinkedDomains', serviceEndpoint: 'https://shop.example.cn/' }],
});

const forRecovery = ({ name }) => ({ verificationMethod: [{ type: 'Multikey', publicKeyMultibase: name, purpose: ['recovery'] }] });

async function create(key, recovery) {
  const request = { options, secret: forRecovery(recovery), didDocument: documentOf(key) };
  const { didState } = await carryOut(sendTo('create?method=realdid'), request, [key]);
  assert.equal(didState.state, 'finished', JSON.stringify(didState));
  return didState.did;
}

/** pydid reads every form of a document of DID Core 1.0. */
function readByPydid(did, ...parts) {
  execFileSync(python, [documents, url, did, ...parts], { stdio: ['ignore', 'inherit', 'inherit'] });
}

test('a plain client makes, changes and ends a DID with keys of its own', async () => {
  const [key, phone, recovery] = [newKey(), newKey(), newKey()];
  const did = await create(key, recovery);
  const made = await resolver.resolve(did);
  assert.equal(made.didDocument.id, did);
  assert.equal(made.didDocument.verificationMethod[0].publicKeyMultibase, key.name);
  assert.equal(made.didDocumentMetadata.proof.length, 1);
  readByPydid(did, key.name, 'site');

  const changed = await carryOut(
    sendTo('update'),
    {
      did,
      options,
      didDocumentOperation: ['addToDidDocument', 'removeFromDidDocument'],
      didDocument: [
        { verificationMethod: [phone.method], authentication: [phone.method.id] },
        { service: [{ id: `${did}#site` }] },
      ],
    },
    [key, phone],
  );
  assert.equal(changed.didState.state, 'finished', JSON.stringify(changed));
  const { didDocument, didDocumentMetadata } = await resolver.resolve(did);
  assert.deepEqual(new Set(didDocument.authentication), new Set([`${did}#${key.name}`, `${did}#${phone.name}`]));
  assert.equal(didDocument.service, undefined);
  assert.equal(didDocumentMetadata.versionId, '2');
  readByPydid(did, key.name, phone.name);

  const ended = await carryOut(sendTo('deactivate'), { did, options, secret: forRecovery(recovery) }, [recovery]);
  assert.equal(ended.didState.state, 'finished', JSON.stringify(ended));
  const gone = await fetch(`${url}/1.0/identifiers/${did}`);
  assert.equal(gone.status, 410);
  assert.equal((await gone.json()).didDocumentMetadata.deactivated, true);
  readByPydid(did);
  const before = await fetch(`${url}/1.0/identifiers/${did}?versionId=1`);
  assert.equal((await before.json()).didDocument.service.length, 1);
});

test('the registrar client of @sphereon/did-uni-client makes, changes and ends a DID', async () => {
  const registrar = new UniRegistrar().setBaseURL(url);
  const [key, next, recovery] = [newKey(), newKey(), newKey()];
  const request = new DIDRegistrationRequestBuilder()
    .withDidDocument(documentOf(key))
    .withOptions(options)
    .withSecret(forRecovery(recovery))
    .build();
  const made = await carryOut((wanted) => registrar.create('realdid', wanted), request, [key]);
  assert.equal(made.didState.state, 'finished', JSON.stringify(made));
  const { did } = made.didState;
  assert.deepEqual((await resolver.resolve(did)).didDocument, made.didState.didDocument);

  // it names the DID itself
  const change = { options, didDocument: [documentOf(next)] };
  const changed = await carryOut(
    ({ did: named, ...wanted }) => registrar.update(did, wanted),
    change,
    [key, next],
  );
  assert.equal(changed.didState.state, 'finished', JSON.stringify(changed));
  assert.equal((await resolver.resolve(did)).didDocument.verificationMethod[0].publicKeyMultibase, next.name);

  const end = { did, options, secret: forRecovery(recovery) };
  const ended = await carryOut((wanted) => registrar.deactivate(did, wanted), end, [recovery]);
  assert.equal(ended.didState.state, 'finished', JSON.stringify(ended));
  await assert.rejects(resolver.resolve(did), /"deactivated":true/);
});

test('a private key is refused by both of them, and nothing is made', async () => {
  const key = newKey();
  const secret = { verificationMethod: [{ type: 'Multikey', privateKeyMultibase: 'z…', purpose: ['recovery'] }] };
  const { didState } = await sendTo('create?method=realdid')({ options, secret, didDocument: documentOf(key) });
  assert.equal(didState.reason, 'privateKeyRefused');
  const registrar = new UniRegistrar().setBaseURL(url);
  await assert.rejects(registrar.create('realdid', { options, secret, didDocument: documentOf(key) }), /privateKeyRefused/);
});

test('DIDs that do not resolve say so to @sphereon/did-uni-client', async () => {
  const did = await create(newKey(), newKey());
  const nobody = did.replace(/:[^:]+$/, `:${'1'.repeat(32)}`);
  await assert.rejects(resolver.resolve(nobody), /#NOT_FOUND/);
  await assert.rejects(resolver.resolve('did:web:example.cn'), /#METHOD_NOT_SUPPORTED/);
  await assert.rejects(resolver.resolve(did.replace(':testnet:', ':othernet:')), /othernet/);
});
