// The order of the table.
import {callText, type State, type Worker} from './worker';

export type Column = 'state' | 'id' | 'host' | 'pid' | 'function' | 'anchors' | 'age';

export interface Order {
  column: Column;
  descending: boolean;
}

/** What needs a person's eye comes first. */
const urgency: Record<State, number> = {suspect: 0, unregistered: 1, dead: 2, starting: 3, live: 4};

type Key = string | number;

const keys: Record<Column, (worker: Worker) => Key> = {
  state: (w) => urgency[w.state],
  id: (w) => w.id,
  host: (w) => w.host,
  pid: (w) => w.pid,
  function: callText,
  anchors: (w) => ownAnchors(w).join(' '),
  age: (w) => -w.started_ms,
};

/** The anchors that somebody chose; every worker has its host's besides. */
export function ownAnchors(worker: Worker): string[] {
  return worker.anchors.filter((anchor) => !anchor.startsWith('/host/'));
}

function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sorted by the column; equal rows always stand in the order of their ids, so that none jumps. */
export function sorted(workers: Worker[], order: Order): Worker[] {
  const key = keys[order.column];
  const sign = order.descending ? -1 : 1;
  return workers
    .map((worker) => ({worker, key: key(worker)}))
    .sort((a, b) => sign * compare(a.key, b.key) || compare(a.worker.id, b.worker.id))
    .map((item) => item.worker);
}
