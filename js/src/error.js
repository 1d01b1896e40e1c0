/** Why something fails. `code` stays as it is; `message` is for people. */
export class RealDidError extends Error {
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RealDidError';
    this.code = code;
    // of which epoch a certificate is that cannot be checked yet
    if (details.epoch !== undefined) this.epoch = details.epoch;
    // with which HTTP status a node refused
    if (details.status !== undefined) this.status = details.status;
    // what became of a transaction that was not applied
    if (details.receipt !== undefined) this.receipt = details.receipt;
  }
}
