import type { LightClient } from './light.js';

/** Where open challenges are kept: a `Map`, or something that several processes share. */
export interface OpenChallenges {
  get(nonce: string): OpenChallenge | undefined | Promise<OpenChallenge | undefined>;
  set(nonce: string, open: OpenChallenge): unknown;
  /** Whether it was there: of two that ask at once, one is told so. */
  delete(nonce: string): boolean | Promise<boolean>;
}

export interface OpenChallenge {
  challenge: string;
  session: string;
  /** In milliseconds since 1970; from then on it can be forgotten. */
  expires: number;
}

export interface SiteOptions {
  /** A node, which is asked for the genesis, and the digest that this must have; or a light client. */
  node?: string | URL;
  genesis?: string;
  light?: LightClient;
  /** The site's DID, origin, and one of its return addresses, as they stand on the ledger. */
  did: string;
  origin: string;
  returnAddress: string;
  /** The least level of attestation, 1 if it is left out; 0 to learn nothing but the DID. */
  level?: number;
  /** How old a wallet's proofs may be, in milliseconds: how long a revocation may go unnoticed. A day if left out. */
  maxAge?: number;
  /** Whether the wallet may be on another device, where nobody can tell if a phisher shows the page. */
  otherDevice?: boolean;
  /** How long a person has, in milliseconds. Five minutes if left out. */
  lifetime?: number;
  /** The authorities whose attestations count; all if left out. */
  authorities?: string[] | null;
  challenges?: OpenChallenges;
}

export interface OpenedChallenge {
  /** What goes to the wallet. */
  text: string;
  nonce: string;
  /** To be compared with what the wallet shows, where it is on another device. */
  number: number;
  expires: number;
}

/** Who logged in. */
export interface Login {
  /** Names the person to this site: the same at every login, and nothing that another site knows. */
  subject: string;
  did: string;
  /** The level at which an authority attests a real person; `null` if that was not asked for. */
  level: number | null;
  authority: string | null;
  /** The block that showed all this, and its time in milliseconds since 1970. */
  height: number;
  time: number;
  /** The session that was asked. */
  session: string;
}

/** A site that people log in to. It asks a node for the genesis once, and nobody for anything afterwards. */
export class LoginSite {
  private constructor();
  static open(options: SiteOptions): Promise<LoginSite>;
  /** A challenge for the browser of a session: any text that names that browser to the site, as a cookie does. */
  challenge(session: string): Promise<OpenedChallenge>;
  /** Who logs in by a response, which counts once. Rejects with the code of what is wrong. */
  verify(response: string | Uint8Array, session?: string): Promise<Login>;
}

/** Where the wallet is sent. Give the link `referrerpolicy="origin"`: the wallet compares it with the challenge. */
export function challengeAddress(wallet: string, challenge: OpenedChallenge): string;

/** A page for `GET` of the return address: it hands the response to the site by `POST`, in the form field `response`. */
export const returnPage: string;
