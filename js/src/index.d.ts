export { resolveDocument } from './document.js';
export type { DidDocument, Resolution } from './document.js';
export { by, create, deactivate, recover, rotate, update } from './drafts.js';
export type { Changes, Draft, Member, Options, Sent } from './drafts.js';
export { RealDidError } from './error.js';
export type { ErrorCode, LedgerCode } from './error.js';
export { Key, commitment } from './keys.js';
export type { Signer } from './keys.js';
export { LightClient } from './light.js';
export type {
  Bundle,
  Challenge,
  Consent,
  DidRecord,
  EntryAnswer,
  EpochAnswer,
  HeldKey,
  Proven,
  RecordAnswer,
} from './light.js';
export { LoginSite, challengeAddress, returnPage } from './site.js';
export type { Login, OpenChallenge, OpenChallenges, OpenedChallenge, SiteOptions } from './site.js';
export { applied, members, receipt, submit } from './submit.js';
export type { Receipt, Wait } from './submit.js';
export { Transaction } from './transaction.js';
export type { Signature } from './transaction.js';
export type * from './operations.js';
