// What can be filtered by: the words and fields of workers, and those of calls.
import {inFlightText, type CallRow} from './call';
import type {Vocabulary} from './filter';
import {callText, type Worker} from './worker';

type Read<T> = (one: T) => string[];

const ofWorker = new Map<string, Read<Worker>>([
  ['host', (w) => [w.host]],
  ['state', (w) => [w.state]],
  ['function', (w) => [w.function]],
  ['pid', (w) => [String(w.pid)]],
  ['id', (w) => [w.id]],
  ['anchor', (w) => w.anchors],
]);

const ofCall: [string, Read<CallRow>][] = [
  ['method', ({call}) => [call.method]],
  ['phase', ({call}) => [call.phase]],
  ['caller', ({call, caller}) => [call.caller, caller?.function ?? '']],
  ['callee', ({call, callee}) => [call.callee, callee?.function ?? '']],
];

export const workerVocabulary: Vocabulary<Worker> = {
  fields: ofWorker,
  elsewhere: new Map(ofCall.map(([field]) => [field, `${field}: is of calls; press 2 to see those`])),
  words: (w) => [w.id, w.host, String(w.pid), callText(w), ...w.anchors],
  startedMs: (w) => w.started_ms,
};

function ends(row: CallRow): Worker[] {
  return [row.caller, row.callee].filter((worker): worker is Worker => worker !== undefined);
}

/** A worker's field fits a call of which either end has it. */
function ofEitherEnd(read: Read<Worker>): Read<CallRow> {
  return (row) => ends(row).flatMap(read);
}

export const callVocabulary: Vocabulary<CallRow> = {
  fields: new Map<string, Read<CallRow>>([
    ...ofCall,
    ...[...ofWorker].map(([field, read]): [string, Read<CallRow>] => [field, ofEitherEnd(read)]),
    // Also of workers that this page does not know.
    ['id', ({call}) => [call.caller, call.callee]],
  ]),
  elsewhere: new Map(),
  words: (row) => [
    inFlightText(row.call),
    row.call.caller,
    row.call.callee,
    ...ends(row).flatMap((w) => [w.host, String(w.pid), w.function]),
  ],
  startedMs: ({call}) => call.started_ms,
};
