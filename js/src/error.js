/** Why something is not believed, or could not be asked. `code` stays as it is; `message` is for people. */
export class RealDidError extends Error {
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RealDidError';
    this.code = code;
    // of which epoch a certificate is that cannot be checked yet
    if (details.epoch !== undefined) this.epoch = details.epoch;
    // with which HTTP status a node refused
    if (details.status !== undefined) this.status = details.status;
  }
}
