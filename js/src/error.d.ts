import type { Receipt } from './submit.js';

/** Why something fails. The refusals of a node and of the ledger keep their code. */
export class RealDidError extends Error {
  private constructor();
  readonly name: 'RealDidError';
  readonly code: ErrorCode | (string & {});
  /** With `other_epoch`: of which epoch the certificate is. */
  readonly epoch?: number;
  /** With a node's refusal: its HTTP status. */
  readonly status?: number;
  /** With what was decided and not applied, or is void: what became of it. */
  readonly receipt?: Receipt;
}

export type ErrorCode =
  /** Bytes or text that are not what they should be. */
  | 'malformed'
  /** No DID of this network. */
  | 'did_invalid'
  /** The Merkle proof does not lead to the block's state. */
  | 'proof_invalid'
  /** The certificate is not one of this block. */
  | 'other_block'
  /** The block's batches are not those that its header names. */
  | 'other_batches'
  /** The certificate is of an epoch whose validators are not known: see `advance`. */
  | 'other_epoch'
  /** The certificate is not signed by a quorum. */
  | 'certificate_invalid'
  /** How the epoch ended is not proven. */
  | 'epoch_end_invalid'
  /** These are not the validators that the epoch before chose. */
  | 'other_validators'
  /** The genesis starts no network. */
  | 'genesis_invalid'
  /** The node, or the transaction, is of another network than the one that is trusted. */
  | 'other_network'
  /** The epoch is not over. */
  | 'epoch_lasts'
  /** The node does not answer, or not in time. */
  | 'unreachable'
  /** The node answers with something else than it should. */
  | 'answer_invalid'
  /** The node offers no such thing. */
  | 'unsupported'
  /** There is no such thing. */
  | 'not_found'
  /** The node does not prove yet what it said was final. */
  | 'not_yet'
  /** The package lacks `realdid.wasm`. */
  | 'wasm_missing'
  /** What is asked for is no transaction; the message says which field is wrong. */
  | 'draft_invalid'
  /** No key or seed of 32 bytes. */
  | 'key_invalid'
  /** WebCrypto does not do this with this key. */
  | 'key_unusable'
  /** Nobody signed, or a signer failed. */
  | 'not_signed'
  /** The signature is not the key's. */
  | 'signature_invalid'
  /** A transaction has at most 16 signatures. */
  | 'too_many_signatures'
  /** The record is not that of the transaction's sender. */
  | 'other_sender'
  /** There is no such sender: a DID must be created first. */
  | 'sender_unknown'
  /** The DID has ended. */
  | 'sender_deactivated'
  /** Another transaction has this number: resolve the DID again. */
  | 'sequence_used'
  /** The sender's next number is a smaller one. */
  | 'sequence_ahead'
  /** Another transaction with this number is on its way. */
  | 'sequence_taken'
  /** No key that signed may ask for this. */
  | 'not_authorised'
  /** A new key did not sign. */
  | 'not_possessed'
  /** A text holds what looks like an identity-card number, a mobile number or an e-mail address. */
  | 'personal_data'
  /** Its time is over: make it anew. */
  | 'expired'
  /** It may not wait that long. */
  | 'expires_too_late'
  /** Its time is over, and it was never decided. */
  | 'void'
  /** The node has more to do than it can take: try again later. */
  | 'busy'
  /** No login with this nonce is open: it was used, or it ran out. */
  | 'nonce_unknown'
  /** The login was begun in another browser. */
  | 'other_session'
  /** The challenge ran out. */
  | 'challenge_expired'
  /** The response is to a challenge of another site. */
  | 'other_site'
  /** The response is to a challenge on a page of another origin: somebody passed it on. */
  | 'other_origin'
  /** The response was meant for another address. */
  | 'other_return_address'
  /** The response is to a challenge that asks for something else. */
  | 'other_challenge'
  /** The key is none that the DID holds. */
  | 'key_not_current'
  /** The key is not one for logging in. */
  | 'key_purpose'
  /** The DID has ended. */
  | 'deactivated'
  /** How an epoch in between ended is missing. */
  | 'epoch_gap'
  /** The proofs are of validators that were replaced since: the wallet must refresh them. */
  | 'old_epoch'
  /** The proofs are too old: the wallet must refresh them. */
  | 'stale'
  /** The proofs are later than now: a clock is wrong. */
  | 'from_the_future'
  /** No authority attests that a real person holds the DID. */
  | 'not_attested'
  /** The attestation ran out. */
  | 'attestation_expired'
  /** The attestation is of a lower level than was asked for. */
  | 'level_too_low'
  /** Who attests is no authority any more. */
  | 'not_authority'
  /** The site does not accept attestations of this authority. */
  | 'authority_not_accepted'
  /** The ledger knows no such site. */
  | 'site_unknown'
  /** What the node shows of the site is more than a day old. */
  | 'site_stale'
  /** The site is closed. */
  | 'site_closed'
  /** The page is none of the site's. */
  | 'foreign_origin'
  /** The address is none of the site's. */
  | 'foreign_return_address'
  /** Another page asks in the site's name. */
  | 'relayed'
  /** The site allows logins only on the device that shows its page. */
  | 'other_device'
  /** The site may not ask if somebody is a real person. */
  | 'real_name_not_allowed'
  /** The node does not know within half a minute. */
  | 'timeout'
  /** The request is larger than a node takes. */
  | 'too_large'
  /** The node does not read this media type. */
  | 'unknown_media_type'
  /** The address does not take this method. */
  | 'method_not_allowed'
  /** The node is no member's, and takes no transactions. */
  | 'no_members_node'
  /** The node proves nothing yet, or not now: try again. */
  | 'not_ready'
  /** It is for development networks alone. */
  | 'not_for_production'
  /** The node is at fault. */
  | 'internal'
  | LedgerCode;

/** What the ledger alone says of a transaction that it decided against, beside those above. */
export type LedgerCode =
  /** The batch's author is no member's node. */
  | 'author_unknown'
  /** The author's organisation has spent its quota in this window. */
  | 'over_quota'
  /** The operation can never make a DID. */
  | 'invalid_create'
  /** The batch was in a block before, or is too old to tell. */
  | 'batch_repeated'
  /** No key would be left that may change the record. */
  | 'no_invocation_key'
  /** A key to add is already in the record. */
  | 'key_exists'
  /** A key to remove is not in the record. */
  | 'no_such_key'
  /** The record would have more than eight keys. */
  | 'too_many_keys'
  /** A key to add was replaced before. */
  | 'key_replaced'
  /** Only the committed key may come next, and only it may bring another commitment. */
  | 'not_committed'
  /** A commitment is to a key that is known, or two of them are to one key. */
  | 'commitment_known'
  /** Nothing would change. */
  | 'no_change'
  /** This network does not carry out operations of this kind. */
  | 'format_not_valid'
  /** A service to remove is not in the record. */
  | 'no_such_service'
  /** The record would have more than eight services. */
  | 'too_many_services'
  /** A DID cannot control itself. */
  | 'own_controller'
  /** A key is declared compromised from a time on that is still to come. */
  | 'compromised_later'
  /** There is no such open proposal. */
  | 'unknown_proposal'
  /** This member has approved it. */
  | 'already_approved'
  /** As many proposals as allowed are open. */
  | 'too_many_proposals'
  /** The proposal's expiry is past or too far ahead. */
  | 'proposal_expiry'
  /** There is no such member. */
  | 'unknown_member'
  /** A validator has one of these keys. */
  | 'validator_exists'
  /** There is no such validator. */
  | 'unknown_validator'
  /** No validator would be left. */
  | 'too_few_validators'
  /** There would be more validators than allowed. */
  | 'too_many_validators'
  /** More validators would change in one epoch than it can bear. */
  | 'too_many_changes'
  /** The signed header is not among the newest 256. */
  | 'header_not_recent'
  /** The consensus key did not sign that header. */
  | 'possession_forged'
  /** The policy gives this to members of another role. */
  | 'not_in_role'
  /** This member has not approved it. */
  | 'not_approved'
  /** The member still runs validators. */
  | 'runs_validators'
  /** The policy could never be met, or one member alone could change the rules. */
  | 'rule_impossible'
  /** Only quotas and approvals can change while a network runs, and only within their ranges. */
  | 'parameter_fixed'
  /** A node to add is a member's already. */
  | 'node_exists'
  /** A node to remove is not this member's. */
  | 'unknown_node'
  /** There would be more members, or nodes of one, than allowed. */
  | 'too_many_members'
  /** Evidence of another epoch cannot be verified. */
  | 'unknown_epoch'
  /** The evidence proves nothing. */
  | 'evidence_forged'
  /** This validator is on record in this epoch. */
  | 'evidence_known'
  /** The level of an attestation is 1, 2 or 3. */
  | 'attestation_level'
  /** The attestation's expiry is past or more than five years ahead. */
  | 'attestation_expiry'
  /** There is no such active DID. */
  | 'unknown_did'
  /** The DID has a site already. */
  | 'site_exists'
  /** The DID has no site. */
  | 'unknown_site';
