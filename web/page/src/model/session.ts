// The token: from the URL's fragment into this tab's storage, and out of the address bar.

const storageKey = 'circuit.token';

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((b) => b.toString(16).padStart(2, '0'))
    .join('');
}

/** The name under which the endpoint sends this page the outcomes of what it spawned. */
export const pageName = randomHex(16);

export function takeToken(): string | null {
  const match = /^#t=([\w.~+/=-]+)$/.exec(location.hash);
  if (match) {
    sessionStorage.setItem(storageKey, match[1]!);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(storageKey);
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}
