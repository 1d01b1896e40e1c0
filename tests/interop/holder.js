// A holder of keys that speaks DIF's DID Registration: https://identity.foundation/did-registration/

import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';

const LETTERS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Bytes in base58btc. */
function base58(bytes) {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = LETTERS[Number(number % 58n)] + text;
  return text;
}

/** An Ed25519 key that was just drawn. */
export function newKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  const name = `z${base58([0xed, 0x01, ...Buffer.from(x, 'base64url')])}`;
  return {
    name,
    method: { id: `#${name}`, type: 'Multikey', publicKeyMultibase: name },
    sign: (payload) => sign(null, payload, privateKey).toString('base64'),
  };
}

/** The answers to a set of signing requests, by those of these keys that are asked. */
export function signatures(signingRequest, keys) {
  const answers = {};
  for (const [id, { kid, alg, serializedPayload }] of Object.entries(signingRequest)) {
    assert.equal(alg, 'EdDSA');
    const key = keys.find(({ name }) => name === (kid ?? id).split('#').pop());
    if (key) answers[id] = { kid, alg, signature: key.sign(Buffer.from(serializedPayload, 'base64')) };
  }
  return answers;
}

/** Does what a registrar asks for until it is finished or has failed; its last word. `send` carries a request to it. */
export async function carryOut(send, request, keys) {
  const goOn = (more) => send({ ...(request.did && { did: request.did }), options: request.options, ...more });
  let answer = await send(request);
  for (let steps = 0; steps < 60; steps += 1) {
    const { jobId, didState } = answer;
    if (didState.state === 'finished' || didState.state === 'failed') {
      assert.equal(jobId, null);
      return answer;
    }
    assert.equal(typeof jobId, 'string');
    if (didState.state === 'wait') {
      await new Promise((resolve) => setTimeout(resolve, didState.waitTime));
      answer = await goOn({ jobId });
    } else {
      assert.equal(didState.action, 'signPayload');
      const signingResponse = signatures(didState.signingRequest, keys);
      answer = await goOn({ jobId, secret: { signingResponse } });
    }
  }
  throw new Error('the registrar does not come to an end');
}
