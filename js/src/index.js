export { resolveDocument } from './document.js';
export { by, create, deactivate, recover, rotate, update } from './drafts.js';
export { RealDidError } from './error.js';
export { Key, commitment } from './keys.js';
export { LightClient } from './light.js';
export { LoginSite, challengeAddress, returnPage } from './site.js';
export { applied, members, receipt, submit } from './submit.js';
export { Transaction } from './transaction.js';
