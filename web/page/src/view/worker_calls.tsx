// The calls in flight that the selected worker makes and serves.
import {inFlightText, type Call} from '../model/call';
import {calls, selectedCalls} from '../model/calls_in_flight';
import {countText} from '../model/format';
import {selectedId, workerOf} from '../model/store';
import type {Worker} from '../model/worker';
import {CallAge, callTitle, endTitle} from './call_marks';

/** More than a person reads here; the table of calls has them all. */
const shownCalls = 50;

function Line({call, worker}: {call: Call; worker: Worker}) {
  const serves = call.callee === worker.id;
  const other = serves ? call.caller : call.callee;
  const known = workerOf(other);
  return (
    <li class="call-line" data-testid="worker-call" data-serves={serves}>
      <span class="call-line-age">
        <CallAge call={call} />
      </span>
      <span
        class="dim"
        role="img"
        aria-label={serves ? 'serves' : 'makes'}
        title={serves ? 'It serves this call' : 'It makes this call'}
      >
        {serves ? '←' : '→'}
      </span>
      {known ? (
        <button class="other-end" title={endTitle(other, known)} onClick={() => (selectedId.value = other)}>
          {other}
        </button>
      ) : (
        <span class="other-end" title={endTitle(other, known)}>
          {other}
        </span>
      )}
      <span class="mono call-line-what" title={callTitle(call)}>
        {inFlightText(call)}
      </span>
    </li>
  );
}

export function WorkerCalls({worker}: {worker: Worker}) {
  const all = selectedCalls.value;
  const untold = calls.value?.untold ?? 0;
  const trouble = calls.value?.trouble;
  const more = all.length - shownCalls;
  return (
    <section class={trouble ? 'worker-calls dull' : 'worker-calls'} aria-label="Calls in flight">
      <h3>
        In flight <span class="count">{calls.value ? countText(all.length) : ''}</span>
        {all.length > 1 && <span class="dim"> oldest first</span>}
      </h3>
      {trouble && <p class="dim">They cannot be read now: {trouble}.</p>}
      {calls.value && !trouble && all.length === 0 && <p class="dim">It makes and serves no call now.</p>}
      <ul>
        {all.slice(0, shownCalls).map((call) => (
          <Line key={`${call.caller} ${call.id}`} call={call} worker={worker} />
        ))}
      </ul>
      {more > 0 && <p class="dim">and {countText(more)} more</p>}
      {untold > 0 && (
        <p class="dim">{countText(untold)} calls of the cluster are not told: there are too many.</p>
      )}
    </section>
  );
}
