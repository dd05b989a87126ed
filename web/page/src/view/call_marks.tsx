// How a call is shown wherever it is: its age, its phase, and the worker at an end of it.
import {haste, inFlightText, type Call, type Phase} from '../model/call';
import {nowMs, tick} from '../model/clock';
import {callAgeText, clockText, durationText} from '../model/format';
import {callText, type Worker} from '../model/worker';
import {Dot} from './state_mark';

const hasteClass = {none: undefined, soon: 'warn', late: 'bad'};

function ageTitle(call: Call, now: number): string {
  const started = `Since ${clockText(call.started_ms, now)}`;
  if (call.deadline_ms === null) return `${started}, without a deadline`;
  const left = call.deadline_ms - now;
  return left > 0 ? `${started}; ${durationText(left)} up to its deadline` : `${started}; past its deadline`;
}

/** Keeps its own time. It shows in colour, and says when pointed at, that the deadline is near. */
export function CallAge({call}: {call: Call}) {
  void tick.value;
  const now = nowMs();
  return (
    <span class={hasteClass[haste(call, now)]} title={ageTitle(call, now)}>
      {callAgeText(now - call.started_ms)}
    </span>
  );
}

const phaseTitles: Record<Phase, string> = {
  sent: 'On its way, or its callee cannot be read',
  queued: 'At its callee: it waits for its object or for a thread',
  running: "The callee's code runs",
};

export function PhaseMark({phase}: {phase: Phase}) {
  return (
    <span class={`state ${phase}`} title={phaseTitles[phase]}>
      <i class={`dot ${phase}`} aria-hidden="true" />
      {phase}
    </span>
  );
}

/** All that is known of what is called, for who points at it. */
export function callTitle(call: Call): string {
  const bytes = `${call.argument_bytes} ${call.argument_bytes === 1 ? 'byte' : 'bytes'} of arguments`;
  return `${inFlightText(call)}\n${call.descriptor}\n${bytes}`;
}

export function endTitle(id: string, worker: Worker | undefined): string {
  if (!worker) return `${id}: not among the workers that this page knows`;
  return `${id} ${callText(worker)} · pid ${worker.pid} on ${worker.host} · ${worker.state}`;
}

/** The worker's state, id, function and pid; of one that is not known only the id. */
export function End({id, worker}: {id: string; worker: Worker | undefined}) {
  return (
    <span class={worker ? 'end' : 'end unknown'}>
      {worker && <Dot state={worker.state} />}
      <span class="end-id">{id}</span>
      {worker && (
        <>
          <span class="end-what">{worker.function || (worker.app ? 'app' : '')}</span>
          <span class="end-pid">{worker.pid}</span>
        </>
      )}
    </span>
  );
}
