// A call in few words.
import type {Call} from '../../../web/page/src/model/call';

export function call(id: string, more: Partial<Call> = {}): Call {
  return {
    caller: 'Ra',
    id,
    callee: 'Rb',
    phase: 'running',
    method: 'rest',
    descriptor: 'rest(seconds: f64)',
    arguments: '[600]',
    argument_bytes: 9,
    started_ms: 1000,
    deadline_ms: null,
    depth: 0,
    parent: null,
    chain: '1',
    object: '00000000000000aa',
    thread: 0,
    ...more,
  };
}

/** One that was made within another. */
export function within(parent: Call, id: string, more: Partial<Call> = {}): Call {
  return call(id, {parent: {caller: parent.caller, id: parent.id}, depth: parent.depth + 1, ...more});
}
