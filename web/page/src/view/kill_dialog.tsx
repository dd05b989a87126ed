// Kill, with care: the targets are those of the moment at which the dialog opened, and nothing moves them.
import {useState} from 'preact/hooks';
import {api, mayAct} from '../model/connection';
import {callText, type Worker} from '../model/worker';
import {closeDialog, DialogFrame} from './dialog';

type Progress = 'asking' | 'sent' | {problem: string};

const ways = [
  {value: '', text: 'Ask it to stop, then KILL after the grace'},
  {value: 'TERM', text: 'Send TERM'},
  {value: 'INT', text: 'Send INT'},
  {value: 'KILL', text: 'Send KILL at once'},
];

const atOnce = 8;

function ProgressText({progress}: {progress: Progress | undefined}) {
  if (progress === undefined) return null;
  if (progress === 'asking') return <span class="dim">asking…</span>;
  if (progress === 'sent') return <span class="good">sent</span>;
  return <span class="bad">{progress.problem}</span>;
}

export function KillDialog({targets}: {targets: Worker[]}) {
  const [way, setWay] = useState('');
  const [graceText, setGrace] = useState('5');
  const [typed, setTyped] = useState('');
  const [progress, setProgress] = useState<ReadonlyMap<string, Progress>>(new Map());
  const [started, setStarted] = useState(false);

  const many = targets.length > 1;
  const grace = Number(graceText);
  const graceIsWrong = way === '' && !(graceText.trim() !== '' && grace >= 0 && grace <= 3600);
  const ready =
    mayAct.value && !started && !graceIsWrong && (!many || typed.trim() === String(targets.length));
  const finished =
    started && [...progress.values()].filter((one) => one !== 'asking').length === targets.length;

  const killAll = async () => {
    if (!ready) return;
    setStarted(true);
    const waiting = [...targets];
    const note = (id: string, one: Progress) => setProgress((all) => new Map(all).set(id, one));
    let failed = false;
    const work = async () => {
      for (let target = waiting.shift(); target; target = waiting.shift()) {
        note(target.id, 'asking');
        const answer = await api.kill(target, way, Number.isFinite(grace) ? Math.round(grace * 1000) : 0);
        if ('problem' in answer) failed = true;
        note(target.id, 'problem' in answer ? {problem: answer.problem.text} : 'sent');
      }
    };
    await Promise.all(Array.from({length: atOnce}, work));
    if (!failed) closeDialog();
  };

  return (
    <DialogFrame title={many ? `Kill ${targets.length} workers?` : 'Kill this worker?'} focus=".cancel">
      <ul class="targets">
        {targets.map((worker) => (
          <li key={worker.id}>
            <span class="mono">{worker.id}</span>
            <span class="mono">pid {worker.pid}</span>
            <span>{worker.host}</span>
            <span class="mono target-call">{callText(worker)}</span>
            <ProgressText progress={progress.get(worker.id)} />
          </li>
        ))}
      </ul>
      {targets.some((worker) => worker.app) && (
        <p class="notice warn">An app is among them: a program that somebody started by hand.</p>
      )}
      <div class="form">
        <label for="kill-way">How</label>
        <select
          id="kill-way"
          value={way}
          disabled={started}
          onChange={(event) => setWay(event.currentTarget.value)}
        >
          {ways.map(({value, text}) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        {way === '' && (
          <>
            <label for="kill-grace">Grace, seconds</label>
            <input
              id="kill-grace"
              inputMode="decimal"
              value={graceText}
              disabled={started}
              aria-invalid={graceIsWrong}
              onInput={(event) => setGrace(event.currentTarget.value)}
            />
          </>
        )}
        {many && (
          <>
            <label for="kill-count">Type {targets.length} to confirm</label>
            <input
              id="kill-count"
              data-testid="kill-count"
              inputMode="numeric"
              autocomplete="off"
              value={typed}
              disabled={started}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </>
        )}
      </div>
      <div class="dialog-foot">
        <button class="button cancel" data-testid="kill-cancel" onClick={closeDialog}>
          {finished ? 'Close' : 'Cancel'}
        </button>
        <button
          class="button danger solid"
          data-testid="kill-confirm"
          disabled={!ready}
          onClick={() => void killAll()}
        >
          {many ? `Kill ${targets.length}` : 'Kill'}
        </button>
      </div>
    </DialogFrame>
  );
}
