// The state of the page. Views read these signals; nothing but the functions below changes them.
import {computed, effect, signal} from '@preact/signals';
import {buildTree, flatten} from './anchors';
import {Api} from './api';
import {Cluster} from './cluster';
import {parseFilter, type Filter} from './filter';
import {sorted, type Column, type Order} from './sort';
import {Stream, type Link} from './stream';
import type {Message, Outcome, Role, Worker} from './worker';

/** After this long without a word, what is shown is called stale. */
export const staleAfterMs = 3000;
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
/** Ticks for ages and for the connection's state. */
export const tick = signal(0);

export const link = signal<Link>('connecting');
export const retryAtMs = signal(0);
export const role = signal<Role>('view');
export const clusterName = signal('');
export const loaded = signal(false);
export const openedAtMs = Date.now();
let heardAt = 0;
let clockOffsetMs = 0;

export const dialog = signal<Dialog | null>(null);
export const outcomes = signal<ReadonlyMap<string, Outcome>>(new Map());
export const history = signal<Sample[]>([]);

export let api: Api = new Api('');
let stream: Stream | null = null;

/** The endpoint's clock, by which ages are reckoned. */
export function nowMs(): number {
  return Date.now() + clockOffsetMs;
}

/** How long ago the endpoint was last heard. */
export function silenceMs(): number {
  return heardAt === 0 ? 0 : performance.now() - heardAt;
}

export const connection = computed<'open' | 'stale' | Link>(() => {
  void tick.value;
  return link.value === 'open' && silenceMs() > staleAfterMs ? 'stale' : link.value;
});

export const mayAct = computed(() => connection.value === 'open' && role.value === 'operate');

// -- what is shown

export const filterText = signal('');
let lastGood: Filter = parseFilter('');
export const filter = computed(() => {
  const parsed = parseFilter(filterText.value);
  if (!parsed.problem) lastGood = parsed;
  return {...parsed, test: lastGood.test};
});

export const order = signal<Order>({column: 'age', descending: false});

export const workers = computed(() => {
  void version.value;
  return [...cluster.workers.values()];
});

const filtersByAge = computed(() => /age[<>]/.test(filterText.value));

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

export function askToKill(): void {
  if (!mayAct.value || targets.value.length === 0) return;
  dialog.value = {kind: 'kill', targets: targets.value};
}

export function askToSpawn(): void {
  if (mayAct.value) dialog.value = {kind: 'spawn'};
}

// -- the stream

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

function heard(endpointNowMs: number): void {
  heardAt = performance.now();
  clockOffsetMs = endpointNowMs - Date.now();
}

function take(message: Message): void {
  switch (message.type) {
    case 'snapshot':
      cluster.applySnapshot(message);
      heard(message.now_ms);
      role.value = message.role;
      clusterName.value = message.cluster;
      loaded.value = true;
      changed();
      break;
    case 'delta':
      // A gap cannot be bridged; a new stream begins with a whole snapshot.
      if (!cluster.applyDelta(message)) return stream?.open();
      heard(message.now_ms);
      changed();
      break;
    case 'heartbeat':
      heard(message.now_ms);
      break;
    case 'outcome':
      outcomes.value = new Map(outcomes.value).set(message.id, message);
      break;
  }
}

export function connect(token: string): void {
  api = new Api(token);
  stream = new Stream(token, {
    message: take,
    link: (state, at) => {
      link.value = state;
      retryAtMs.value = at;
    },
  });
  stream.open();
  setInterval(() => (tick.value += 1), 500);
  setInterval(sample, 1000);
  effect(() => {
    document.title = clusterName.value === '' ? 'Circuit' : `${clusterName.value} · Circuit`;
  });
}

export function retryNow(): void {
  stream?.open();
}

function sample(): void {
  if (link.value !== 'open') return;
  const {alive, suspect, died, spawned} = figures.value;
  history.value = [...history.value.slice(1 - historyLength), {workers: alive, suspect, died, spawned}];
}
