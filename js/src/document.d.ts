/** A DID document (W3C DID Core). */
export interface DidDocument {
  id: string;
  [property: string]: unknown;
}

/** A DID resolution result (W3C DID Resolution). */
export interface Resolution {
  /** `null` if the DID has ended. */
  didDocument: DidDocument | null;
  didDocumentMetadata: Record<string, unknown>;
  didResolutionMetadata: Record<string, unknown>;
}

/**
 * The DID document as a node renders it, by `GET /1.0/identifiers/{did}`. It is not proven: what a quorum vouches for is
 * `resolve` of a light client. Rejects with the W3C's errors in lower case, such as `not_found` and `invalid_did`, and with
 * `unsupported` if the node renders no documents.
 */
export function resolveDocument(url: string | URL, did: string): Promise<Resolution>;
