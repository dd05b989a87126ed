// The endpoint's clock, by which ages are reckoned, and how long ago it was heard.
import {signal} from '@preact/signals';

/** Ticks for ages and for the connection's state. */
export const tick = signal(0);
export const openedAtMs = Date.now();

let heardAt = 0;
let clockOffsetMs = 0;

export function nowMs(): number {
  return Date.now() + clockOffsetMs;
}

/** How long ago the endpoint was last heard. */
export function silenceMs(): number {
  return heardAt === 0 ? 0 : performance.now() - heardAt;
}

/** It has just said what time it is. */
export function heard(endpointNowMs: number): void {
  heardAt = performance.now();
  clockOffsetMs = endpointNowMs - Date.now();
}
