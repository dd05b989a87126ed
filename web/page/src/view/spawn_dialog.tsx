// The spawn form, made from the registered signatures.
import {useEffect, useState} from 'preact/hooks';
import {check, commandLine, initialText, parseAnchors} from '../model/arguments';
import {api, mayAct} from '../model/connection';
import {resultText} from '../model/format';
import {hosts, outcomes, selectedId} from '../model/store';
import type {Problem, Worker, WorkerFunction} from '../model/worker';
import {ArgumentField} from './argument_field';
import {closeDialog, DialogFrame} from './dialog';

/** A function's name says it all, unless two executables have one of that name. */
function keyOf(one: WorkerFunction, all: WorkerFunction[]): string {
  return all.filter((other) => other.name === one.name).length > 1
    ? `${one.name} (${one.executable})`
    : one.name;
}

type Attempt = {state: 'asking'} | {state: 'failed'; problem: Problem} | {state: 'running'; worker: Worker};

function Result({attempt}: {attempt: Attempt}) {
  if (attempt.state === 'asking') return <p class="dim">Spawning…</p>;
  if (attempt.state === 'failed')
    return (
      <p class="bad">
        <b>{attempt.problem.kind}</b>: {attempt.problem.text}
      </p>
    );
  const {worker} = attempt;
  const outcome = outcomes.value.get(worker.id);
  return (
    <>
      <p>
        <span class="mono">{worker.id}</span> runs on {worker.host}, pid {worker.pid}.{' '}
        <button
          class="link"
          onClick={() => {
            selectedId.value = worker.id;
            closeDialog();
          }}
        >
          Show it
        </button>
      </p>
      {!outcome && (
        <p class="dim">Its function has not ended yet; the result will appear here, and in its detail.</p>
      )}
      {outcome?.error && (
        <p class="bad">
          <b>{outcome.error.kind}</b>: {outcome.error.text}
        </p>
      )}
      {outcome && !outcome.error && <pre>{resultText(outcome.value ?? 'null')}</pre>}
    </>
  );
}

function CommandLine({line}: {line: string}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(line);
    setCopied(true);
  };
  return (
    <div class="command">
      <code data-testid="spawn-command">{line}</code>
      <button type="button" class="link" onClick={() => void copy()}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}

interface FormProps {
  functions: WorkerFunction[];
}

function Form({functions}: FormProps) {
  const [key, setKey] = useState(keyOf(functions[0]!, functions));
  const [host, setHost] = useState(hosts.value[0]?.host ?? 'localhost');
  const [anchorText, setAnchorText] = useState('');
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [attempt, setAttempt] = useState<Attempt | null>(null);

  const chosen = functions.find((one) => keyOf(one, functions) === key) ?? functions[0]!;
  const textOf = (i: number) => texts[`${key} ${i}`] ?? initialText(chosen.parameters[i]!);
  const checked = chosen.parameters.map((parameter, i) => check(parameter, textOf(i)));
  const json = checked.flatMap((one) => ('json' in one ? [one.json] : []));
  const anchors = parseAnchors(anchorText);
  const anchorProblem = Array.isArray(anchors) ? undefined : anchors.problem;
  const valid = json.length === checked.length && Array.isArray(anchors) && host.trim() !== '';

  const submit = async () => {
    if (!valid || !mayAct.value || attempt?.state === 'asking') return;
    setAttempt({state: 'asking'});
    const answer = await api.spawn(host.trim(), anchors as string[], chosen, json);
    setAttempt(
      'problem' in answer
        ? {state: 'failed', problem: answer.problem}
        : {state: 'running', worker: answer.value},
    );
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div class="form">
        <label for="spawn-function">Function</label>
        <div>
          <select
            id="spawn-function"
            data-testid="spawn-function"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
          >
            {functions.map((one) => {
              const name = keyOf(one, functions);
              return (
                <option key={name} value={name}>
                  {name}
                </option>
              );
            })}
          </select>
          <div class="hint mono">{chosen.signature}</div>
          <div class="hint" title={chosen.executable}>
            {chosen.executable}
          </div>
        </div>
        <label for="spawn-host">Host</label>
        <div>
          <input
            id="spawn-host"
            data-testid="spawn-host"
            list="spawn-hosts"
            value={host}
            autocomplete="off"
            onInput={(event) => setHost(event.currentTarget.value)}
          />
          <datalist id="spawn-hosts">
            {hosts.value.map((one) => (
              <option key={one.host} value={one.host} />
            ))}
          </datalist>
        </div>
        <label for="spawn-anchors">Anchors</label>
        <div>
          <input
            id="spawn-anchors"
            data-testid="spawn-anchors"
            placeholder="/trend/reducer /batch"
            autocomplete="off"
            value={anchorText}
            aria-invalid={anchorProblem !== undefined}
            onInput={(event) => setAnchorText(event.currentTarget.value)}
          />
          {anchorProblem && (
            <div class="hint bad" role="status">
              {anchorProblem}
            </div>
          )}
        </div>
        {chosen.parameters.map((parameter, i) => (
          <ArgumentField
            key={`${key} ${i}`}
            parameter={parameter}
            text={textOf(i)}
            checked={checked[i]!}
            onInput={(text) => setTexts((all) => ({...all, [`${key} ${i}`]: text}))}
          />
        ))}
      </div>
      {valid && <CommandLine line={commandLine(host.trim(), anchors as string[], chosen, json)} />}
      <div class="result" data-testid="spawn-result" role="status">
        {attempt && <Result attempt={attempt} />}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={closeDialog}>
          Close
        </button>
        <button
          type="submit"
          class="button primary"
          data-testid="spawn-submit"
          disabled={!valid || !mayAct.value || attempt?.state === 'asking'}
        >
          {attempt ? 'Spawn again' : 'Spawn'}
        </button>
      </div>
    </form>
  );
}

export function SpawnDialog() {
  const [functions, setFunctions] = useState<WorkerFunction[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    void api.functions().then((answer) => {
      if (!wanted) return;
      if ('problem' in answer) setProblem(answer.problem.text);
      else setFunctions(answer.value);
    });
    return () => {
      wanted = false;
    };
  }, []);
  return (
    <DialogFrame title="Spawn a worker" wide>
      {functions && functions.length > 0 ? (
        <Form functions={functions} />
      ) : (
        <>
          <p class={problem ? 'bad' : 'dim'}>
            {problem ?? (functions ? 'No executable here has a worker function.' : 'Looking for functions…')}
          </p>
          <div class="dialog-foot">
            <button class="button" onClick={closeDialog}>
              Close
            </button>
          </div>
        </>
      )}
    </DialogFrame>
  );
}
