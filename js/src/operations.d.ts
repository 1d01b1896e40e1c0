// The operations, as they are asked for and as they are shown. Keys, digests and signatures are hexadecimal, times
// milliseconds since 1970, DIDs of the network that is trusted. Lists may come in any order and are shown ascending.

/** What a key is for, as W3C DID Core names it: logging in, changing the DID, signing statements. */
export type Purpose = 'authentication' | 'capabilityInvocation' | 'assertionMethod';

/** A key and what it is for: one purpose at least. */
export interface DidKey {
  /** An Ed25519 public key. */
  key: string;
  purposes: Purpose[];
}

/** DIDs that may act for another one, of which `threshold` must sign; no DIDs and 0 for nobody. */
export interface Controllers {
  /** At most 8. */
  dids: string[];
  threshold: number;
}

/** Where a DID's holder can be reached; for organisations, sites and issuers, not for people. */
export interface Service {
  /** 1 to 32 of a-z, 0-9 and -: the fragment of its DID URL. */
  name: string;
  /** 1 to 32 letters and digits, such as `LinkedDomains`. */
  kind: string;
  /** `https`, a lower-case host and a path, at most 200 letters: no user, query or fragment. */
  endpoint: string;
}

/** Nothing that the key signed since then counts. */
export interface CompromisedKey {
  key: string;
  since: number;
}

/** Signed by every key in it. */
export interface Create {
  type: 'create';
  /** 1 to 8, one at least to change the DID. */
  keys: DidKey[];
  /** The commitment to a key that nobody has seen; `null`: the DID can never be recovered. */
  recovery: string | null;
  /** The commitment to the only key that may be rotated in next; `null` for any. */
  next_key: string | null;
  controllers: Controllers | null;
  /** At most 8. */
  services: Service[];
}

/** Signed by a key that may change the DID, or by its controllers, and by every added key. */
export interface Update {
  type: 'update';
  did: string;
  add: DidKey[];
  remove: string[];
  /** Replaces the commitment, which only the committed key may do. */
  next_key: string | null;
  /** One that is there already is replaced. */
  add_services: Service[];
  remove_services: string[];
  /** `null` to keep them; only they themselves can change them. */
  controllers: Controllers | null;
}

/** Signed by the recovery key and by every new key. */
export interface Recover {
  type: 'recover';
  did: string;
  /** Instead of all that the DID had. */
  keys: DidKey[];
  /** The commitment to another recovery key. */
  recovery: string | null;
  next_key: string | null;
  /** Instead of those that it had. */
  controllers: Controllers | null;
  compromised: CompromisedKey[];
}

/** Signed by the recovery key, or by the controllers. Nothing undoes it. */
export interface Deactivate {
  type: 'deactivate';
  did: string;
  compromised: CompromisedKey[];
}

/** Signed by an authority. */
export interface Attest {
  type: 'attest';
  /** 1 low, 2 substantial, 3 high. */
  level: number;
  /** Within five years. */
  expires: number;
  /** 1 to 1,000. */
  dids: string[];
}

/** Signed by an authority, which takes its own attestations back. */
export interface Withdraw {
  type: 'withdraw';
  /** 1 to 1,000. */
  dids: string[];
}

/** A website that people log in to. */
export interface Site {
  did: string;
  /** Letters of any script and digits, with single spaces or -.&' between them. */
  name: string;
  /** 1 to 8, as a browser's `Origin` header says them. */
  origins: string[];
  /** 1 to 16, under these origins: where responses may go. */
  return_addresses: string[];
  may_ask_real_name: boolean;
  closed: boolean;
}

/** Signed by an operator, and by a key that may change the site's DID. */
export interface RegisterSite {
  type: 'register_site';
  site: Site;
}

/** Signed as `register_site`. */
export interface UpdateSite {
  type: 'update_site';
  site: Site;
}

/** Signed by a member, who so approves it too. The transaction's `id` names the proposal. */
export interface Propose {
  type: 'propose';
  change: Change;
  /** The block time from which on it is void. */
  expires: number;
}

/** Signed by a member. */
export interface Approve {
  type: 'approve';
  proposal: string;
}

/** Signed by a member who approved, as long as the proposal is open. */
export interface WithdrawApproval {
  type: 'withdraw_approval';
  proposal: string;
}

/** Signed by a member: two statements of one validator that no honest one makes. */
export interface ReportEvidence {
  type: 'report_evidence';
  /** In the ledger's encoding. */
  evidence: string;
}

/** What members decide together. */
export type Change = AddValidator | RemoveValidator | PutMember | RemoveMember | SetParameters | SetRule;

export interface AddValidator {
  type: 'add_validator';
  organisation: string;
  consensus_key: string;
  transport_key: string;
  /** The consensus key's signature over a recent header, as `realdid node card` gives it. */
  proof: { height: number; signature: string };
}

export interface RemoveValidator {
  type: 'remove_validator';
  consensus_key: string;
}

export interface PutMember {
  type: 'put_member';
  name: string;
  key: string;
  roles: ('authority' | 'operator')[];
  /** Nodes that may author batches from now on, at most 64. */
  add_nodes: string[];
  /** Nodes that may not any more, at most 64. */
  remove_nodes: string[];
}

export interface RemoveMember {
  type: 'remove_member';
  name: string;
}

export interface SetParameters {
  type: 'set_parameters';
  parameters: Parameters;
}

/** What all nodes agree on; times in milliseconds. */
export interface Parameters {
  max_idle: number;
  max_expiry: number;
  quota_window: number;
  quota: number;
  approvals: number;
  format: number;
}

export interface SetRule {
  type: 'set_rule';
  rule: Rule;
}

/** Who may do something, and how many of them it takes. */
export interface Rule {
  action: 'attest' | 'register_sites' | 'change_validators' | 'change_members' | 'change_parameters' | 'change_policy';
  role: 'member' | 'authority' | 'operator';
  approvals: number;
}

/** One change that is asked for. */
export type Operation =
  | Create
  | Update
  | Recover
  | Deactivate
  | Attest
  | Withdraw
  | RegisterSite
  | UpdateSite
  | Propose
  | Approve
  | WithdrawApproval
  | ReportEvidence;

/** What may be left out where something is asked for: an empty list, `null` or `false` is meant. */
type Omissible =
  | 'controllers'
  | 'services'
  | 'add'
  | 'remove'
  | 'add_services'
  | 'remove_services'
  | 'compromised'
  | 'roles'
  | 'add_nodes'
  | 'remove_nodes'
  | 'may_ask_real_name'
  | 'closed';

/** What is asked for: the same, with nothing said of what is not wanted. */
export type Asked<T> = T extends (infer Entry)[]
  ? readonly Asked<Entry>[]
  : T extends object
    ? { [Name in Exclude<keyof T, Omissible>]: Asked<T[Name]> } & { [Name in Extract<keyof T, Omissible>]?: Asked<T[Name]> }
    : T;
