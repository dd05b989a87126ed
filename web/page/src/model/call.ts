// The calls in flight, as the endpoint tells them, and as rows of a table.
import {argumentList, type Worker} from './worker';

export type Phase = 'sent' | 'queued' | 'running';

export interface Call {
  caller: string;
  id: string;
  callee: string;
  phase: Phase;
  method: string;
  descriptor: string;
  arguments: string;
  argument_bytes: number;
  started_ms: number;
  deadline_ms: number | null;
  depth: number;
  parent: {caller: string; id: string} | null;
  chain: string;
  object: string;
  thread: number;
}

export interface Calls {
  /** When they were read. */
  read_ms: number;
  /** How many more there are. */
  untold: number;
  /** Why they could not be read again; empty where they were. */
  trouble: string;
  /** The oldest first, each followed by those made within it. */
  calls: Call[];
}

export interface CallRow {
  key: string;
  call: Call;
  /** How many of the rows above it this call was made within. */
  level: number;
  caller: Worker | undefined;
  callee: Worker | undefined;
}

/** A call is named by its caller and the caller's id for it. */
export function keyOf(call: {caller: string; id: string}): string {
  return `${call.caller} ${call.id}`;
}

/** `reducer.merge(3)`: the method with its arguments, as people write a call. */
export function inFlightText(call: Call): string {
  return `${call.method || `method ${call.object}`}(${argumentList(call.arguments)})`;
}

function same(a: Call, b: Call): boolean {
  const {parent: parentA, ...restA} = a;
  const {parent: parentB, ...restB} = b;
  const fields = Object.keys(restA) as (keyof typeof restA)[];
  return (
    fields.every((field) => restA[field] === restB[field]) &&
    (parentA && keyOf(parentA)) === (parentB && keyOf(parentB))
  );
}

/** The next calls; those that have not changed are the very objects of before, so that no row is redrawn. */
export function keepKnown(before: Call[], next: Call[]): Call[] {
  const known = new Map(before.map((call) => [keyOf(call), call]));
  return next.map((call) => {
    const old = known.get(keyOf(call));
    return old && same(old, call) ? old : call;
  });
}

/** The calls that pass; each is indented under the nearest call above it that passes too. */
export function callRows(
  calls: Call[],
  workerOf: (id: string) => Worker | undefined,
  passes: (row: CallRow) => boolean,
): CallRow[] {
  const rows: CallRow[] = [];
  /** The level of what is made within a call. */
  const within = new Map<string, number>();
  for (const call of calls) {
    const level = (call.parent && within.get(keyOf(call.parent))) ?? 0;
    const row = {
      key: keyOf(call),
      call,
      level,
      caller: workerOf(call.caller),
      callee: workerOf(call.callee),
    };
    const shown = passes(row);
    within.set(row.key, shown ? level + 1 : level);
    if (shown) rows.push(row);
  }
  return rows;
}

/** Those that a worker makes or serves. */
export function callsOf(calls: Call[], worker: string): Call[] {
  return calls.filter((call) => call.caller === worker || call.callee === worker);
}

/** How near a call is to its deadline: a fifth of the time is left, or none. */
export function haste(call: Call, nowMs: number): 'none' | 'soon' | 'late' {
  if (call.deadline_ms === null) return 'none';
  const left = call.deadline_ms - nowMs;
  if (left <= 0) return 'late';
  return left < (call.deadline_ms - call.started_ms) / 5 ? 'soon' : 'none';
}
