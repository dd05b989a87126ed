// The selected worker at the right.
import type {ComponentChildren} from 'preact';
import {nowMs, tick} from '../model/clock';
import {askToKill, mayAct} from '../model/connection';
import {clockText, durationText, resultText} from '../model/format';
import {marks, outcomes, selected, targets} from '../model/store';
import {callText, type Worker} from '../model/worker';
import {Dot} from './state_mark';
import {WorkerCalls} from './worker_calls';

function Fact({name, wide, children}: {name: string; wide?: boolean; children: ComponentChildren}) {
  return (
    <div class={wide ? 'fact wide' : 'fact'}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Started({worker}: {worker: Worker}) {
  void tick.value;
  const now = nowMs();
  const until = worker.died_ms ?? now;
  return (
    <>
      {clockText(worker.started_ms, now)} ({durationText(until - worker.started_ms)})
    </>
  );
}

function Death({worker, gone}: {worker: Worker; gone: boolean}) {
  if (worker.state !== 'dead' && !gone) return null;
  const when = worker.died_ms === null ? '' : ` at ${clockText(worker.died_ms, nowMs())}`;
  return (
    <div class="notice bad">
      <b>Dead{when}</b>
      <div>{worker.cause?.text || 'It has left the cluster.'}</div>
    </div>
  );
}

function OutcomeNotice({id}: {id: string}) {
  const outcome = outcomes.value.get(id);
  if (!outcome) return null;
  return (
    <div class={outcome.error ? 'notice bad' : 'notice good'}>
      <b>{outcome.error ? `The function ended: ${outcome.error.kind}` : 'The function returned'}</b>
      <pre>{outcome.error ? outcome.error.text : resultText(outcome.value ?? 'null')}</pre>
    </div>
  );
}

function KillButton() {
  const count = targets.value.length;
  return (
    <button
      class="button danger"
      data-testid="kill-button"
      disabled={!mayAct.value || count === 0}
      onClick={askToKill}
    >
      {marks.value.size > 0 ? `Kill ${count}…` : 'Kill…'}
    </button>
  );
}

function stateSentence(worker: Worker): string {
  switch (worker.state) {
    case 'suspect':
      return 'suspect: it is not heard';
    case 'unregistered':
      return 'lives, but is not in the anchor tree';
    default:
      return worker.state;
  }
}

export function Detail() {
  const shown = selected.value;
  if (!shown)
    return (
      <aside class="pane" aria-label="Selected worker">
        <div class="pane-head">
          <h2>Detail</h2>
          <span class="grow" />
          {marks.value.size > 0 && <KillButton />}
        </div>
        <p class="nothing">Select a worker to see what it is and does.</p>
      </aside>
    );
  const {worker, gone} = shown;
  return (
    <aside class="pane detail" aria-label="Selected worker">
      <div class="detail-head">
        <h2>
          <Dot state={gone ? 'dead' : worker.state} />
          <span class="mono">{worker.id}</span>
        </h2>
        <span class="grow" />
        <KillButton />
      </div>
      <p class="detail-what">
        {callText(worker) || 'a worker without a function'} on {worker.host} ·{' '}
        {gone ? 'gone' : stateSentence(worker)}
      </p>
      <dl class="facts">
        <Fact name="PID">{worker.pid}</Fact>
        <Fact name="Host">{worker.host}</Fact>
        <Fact name="Started" wide>
          <Started worker={worker} />
        </Fact>
        <Fact name="Function" wide>
          {callText(worker) || '–'}
        </Fact>
        <Fact name="Program" wide>
          {worker.executable || '–'}
        </Fact>
        <Fact name="Life" wide>
          {worker.incarnation}
        </Fact>
        <Fact name="Anchors" wide>
          {worker.anchors.map((anchor) => (
            <div key={anchor}>{anchor}</div>
          ))}
        </Fact>
      </dl>
      <Death worker={worker} gone={gone} />
      <OutcomeNotice id={worker.id} />
      <WorkerCalls worker={worker} />
    </aside>
  );
}
