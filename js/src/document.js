// DID documents (W3C DID Resolution, HTTP(S) binding) as a node renders them. They are not proven.

import { RealDidError } from './error.js';
import { look } from './node.js';

/** The resolution of a DID. */
export async function resolveDocument(url, did) {
  const headers = { accept: 'application/did-resolution' };
  const { status, json } = await look(url, `/1.0/identifiers/${encodeURIComponent(did)}`, { headers });
  if (typeof json?.didResolutionMetadata !== 'object' || json.didResolutionMetadata === null) {
    throw new RealDidError('unsupported', `${url} renders no documents: take \`resolve\` of a light client`, { status });
  }
  const { error } = json.didResolutionMetadata;
  if (error === undefined) return json;
  const { type = 'answer_invalid', title, detail = title } = error ?? {};
  // such as https://www.w3.org/ns/did#NOT_FOUND
  throw new RealDidError(String(type).split('#').pop().toLowerCase(), `${url} refuses: ${detail}`, { status });
}
