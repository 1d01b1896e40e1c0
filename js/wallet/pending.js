// The login that a site has asked for, until it is answered or refused: it outlives a reload of the tab, and nothing else.

const PLACE = 'login';
const MARK = '#challenge=';
/** A login that was begun longer ago has run out, whatever site it is for. */
const AGE_MAX = 60 * 60_000;

/** Takes a challenge out of the address, if there is one. `arrival` says if the page was opened by it. */
export function take({ arrival }) {
  if (!location.hash.startsWith(MARK)) return false;
  const text = location.hash.slice(MARK.length);
  // only a page that opens the wallet is named by the browser; an address that is changed later could be anybody's
  const requester = arrival ? refererOrigin(document.referrer) : null;
  sessionStorage.setItem(PLACE, JSON.stringify({ text, requester, since: Date.now() }));
  history.replaceState(null, '', '#/login');
  return true;
}

/** The login that is asked for: `text`, and the `requester`'s origin or `null` if it is on another device; `null` if none is. */
export function pending() {
  try {
    const asked = JSON.parse(sessionStorage.getItem(PLACE));
    return asked?.since > Date.now() - AGE_MAX ? asked : null;
  } catch {
    return null;
  }
}

/** There is none any more. */
export const drop = () => sessionStorage.removeItem(PLACE);

/** The origin of the page that the browser came from; `null` if it says none. */
export function refererOrigin(referrer) {
  if (referrer === '') return null;
  const { origin } = new URL(referrer);
  // a link on a page of the wallet's own names no site
  return origin === location.origin ? null : origin;
}
