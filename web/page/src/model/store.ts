// The state of the page. Views read these signals; nothing but the functions below changes them.
import {computed, signal, type ReadonlySignal} from '@preact/signals';
import {buildTree, flatten} from './anchors';
import {nowMs, tick} from './clock';
import {Cluster} from './cluster';
import {parseFilter, type Filter, type Vocabulary} from './filter';
import {sorted, type Column, type Order} from './sort';
import {workerVocabulary} from './vocabulary';
import type {DeltaMessage, Outcome, SnapshotMessage, Worker} from './worker';

/** A large table is brought up to date this often, a small one with the next frame. */
const largeTable = 2000;
const largeTableMs = 100;
const historyLength = 60;

export type Dialog = {kind: 'spawn'} | {kind: 'kill'; targets: Worker[]} | {kind: 'keys'};

export interface Sample {
  workers: number;
  suspect: number;
  died: number;
  spawned: number;
}

const cluster = new Cluster();

/** Grows when the cluster's picture has changed and the views should look again. */
const version = signal(0);
export const loaded = signal(false);

export const dialog = signal<Dialog | null>(null);
export const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map());
export const history = signal<Sample[]>([]);

// -- what is shown

export const filterText = signal('');

/** The filter's text as it is understood; while it is not, the last that was goes on filtering. */
export function lastingFilter<T>(vocabulary: Vocabulary<T>): ReadonlySignal<Filter<T>> {
  let lastGood = parseFilter('', vocabulary);
  return computed(() => {
    const parsed = parseFilter(filterText.value, vocabulary);
    if (!parsed.problem) lastGood = parsed;
    return {...parsed, test: lastGood.test};
  });
}

export const filter = lastingFilter(workerVocabulary);

export const order = signal<Order>({column: 'age', descending: false});

export const workers = computed(() => {
  void version.value;
  return [...cluster.workers.values()];
});

export const filtersByAge = computed(() => /age[<>]/.test(filterText.value));

export const visible = computed(() => {
  if (filtersByAge.value) void tick.value;
  const {test} = filter.value;
  const now = nowMs();
  return sorted(
    workers.value.filter((worker) => test(worker, now)),
    order.value,
  );
});

export const figures = computed(() => {
  let alive = 0;
  let apps = 0;
  let suspect = 0;
  for (const worker of workers.value) {
    if (worker.state === 'dead') continue;
    if (worker.app) apps += 1;
    else alive += 1;
    if (worker.state === 'suspect') suspect += 1;
  }
  return {alive, apps, suspect, died: cluster.died, spawned: cluster.spawned};
});

/** The worker of that id, if it is there now. */
export function workerOf(id: string): Worker | undefined {
  void version.value;
  return cluster.workers.get(id);
}

export const hosts = computed(() => {
  void version.value;
  return cluster.hosts;
});

export const unfolded = signal<ReadonlySet<string>>(new Set(['/host']));
export const tree = computed(() => buildTree(workers.value));
export const treeRows = computed(() => flatten(tree.value, unfolded.value));

// -- selection and marks

export const selectedId = signal<string | null>(null);
export const marks = signal<ReadonlySet<string>>(new Set());
let lastSeen: Worker | null = null;

/** The selected worker, also when it has gone: then as it was last seen. */
export const selected = computed<{worker: Worker; gone: boolean} | null>(() => {
  void version.value;
  const id = selectedId.value;
  if (id === null) return null;
  const worker = cluster.workers.get(id);
  if (worker) lastSeen = worker;
  if (!worker && lastSeen?.id !== id) return null;
  return {worker: worker ?? lastSeen!, gone: !worker};
});

/** What an action means: the marked workers, or else the selected one; the dead need none. */
export const targets = computed<Worker[]>(() => {
  void version.value;
  const ids = marks.value.size > 0 ? [...marks.value] : selectedId.value === null ? [] : [selectedId.value];
  return ids.flatMap((id) => cluster.workers.get(id) ?? []).filter((worker) => worker.state !== 'dead');
});

export function sortBy(column: Column): void {
  const now = order.value;
  order.value = {column, descending: now.column === column ? !now.descending : false};
}

export function toggleMark(id: string): void {
  const next = new Set(marks.value);
  if (!next.delete(id)) next.add(id);
  marks.value = next;
}

export function markAllVisible(): void {
  marks.value = new Set(visible.value.filter((worker) => worker.state !== 'dead').map((worker) => worker.id));
}

export function setUnfolded(path: string, open: boolean): void {
  const next = new Set(unfolded.value);
  if (open) next.add(path);
  else next.delete(path);
  unfolded.value = next;
}

/** Filters by the directory, or takes that filter away again; what else the filter says stays. */
export function filterByAnchor(path: string): void {
  const token = `anchor:${/\s/.test(path) ? `"${path}"` : path}`;
  const rest = filter.value.tokens
    .map((t) => t.text)
    .filter((text) => text.trim() !== '' && !/^anchor:/i.test(text));
  const already = filter.value.tokens.some((t) => t.text === token);
  filterText.value = (already ? rest : [token, ...rest]).join(' ');
}

// -- what the endpoint tells

let redrawAsked = false;
function changed(): void {
  if (redrawAsked) return;
  redrawAsked = true;
  const redraw = () => {
    redrawAsked = false;
    version.value += 1;
    forgetGoneMarks();
  };
  // A page in the background gets no frames, and should not wake up for every change either.
  if (cluster.workers.size > largeTable || document.hidden) setTimeout(redraw, largeTableMs);
  else requestAnimationFrame(redraw);
}

function forgetGoneMarks(): void {
  const gone = [...marks.value].filter((id) => !cluster.workers.has(id));
  if (gone.length > 0) marks.value = new Set([...marks.value].filter((id) => cluster.workers.has(id)));
}

export function applySnapshot(message: SnapshotMessage): void {
  cluster.applySnapshot(message);
  loaded.value = true;
  changed();
}

/** False: it does not follow what is here, and nothing has changed. */
export function applyDelta(message: DeltaMessage): boolean {
  if (!cluster.applyDelta(message)) return false;
  changed();
  return true;
}

/** A point of the small curves. */
export function sample(): void {
  const {alive, suspect, died, spawned} = figures.value;
  history.value = [...history.value.slice(1 - historyLength), {workers: alive, suspect, died, spawned}];
}
