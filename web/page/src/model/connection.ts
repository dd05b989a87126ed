// The connection to the endpoint: whether it lives, what it brings, and what may be done over it.
import {computed, effect, signal} from '@preact/signals';
import {Api} from './api';
import {takeCalls, watchesCalls} from './calls_in_flight';
import {heard, silenceMs, tick} from './clock';
import {applyDelta, applySnapshot, dialog, outcomes, sample, targets} from './store';
import {Stream, type Link} from './stream';
import type {Message, Role} from './worker';

/** After this long without a word, what is shown is called stale. */
const staleAfterMs = 3000;

export const link = signal<Link>('connecting');
export const retryAtMs = signal(0);
export const role = signal<Role>('view');
export const clusterName = signal('');

export let api: Api = new Api('');
let stream: Stream | null = null;

export const connection = computed<'open' | 'stale' | Link>(() => {
  void tick.value;
  return link.value === 'open' && silenceMs() > staleAfterMs ? 'stale' : link.value;
});

export const mayAct = computed(() => connection.value === 'open' && role.value === 'operate');

export function askToKill(): void {
  if (!mayAct.value || targets.value.length === 0) return;
  dialog.value = {kind: 'kill', targets: targets.value};
}

export function askToSpawn(): void {
  if (mayAct.value) dialog.value = {kind: 'spawn'};
}

function take(message: Message): void {
  if ('now_ms' in message) heard(message.now_ms);
  switch (message.type) {
    case 'snapshot':
      applySnapshot(message);
      role.value = message.role;
      clusterName.value = message.cluster;
      break;
    case 'delta':
      // A gap cannot be bridged; a new stream begins with a whole snapshot.
      if (!applyDelta(message)) stream?.open();
      break;
    case 'calls':
      takeCalls(message);
      break;
    case 'heartbeat':
      break;
    case 'outcome':
      outcomes.value = new Map(outcomes.value).set(message.id, message);
      break;
  }
}

export function connect(token: string): void {
  api = new Api(token);
  const opened = new Stream(token, {
    message: take,
    link: (state, at) => {
      link.value = state;
      retryAtMs.value = at;
    },
  });
  stream = opened;
  opened.open();
  effect(() => opened.watch(watchesCalls.value ? ['calls'] : []));
  setInterval(() => (tick.value += 1), 500);
  setInterval(() => link.value === 'open' && sample(), 1000);
  effect(() => {
    document.title = clusterName.value === '' ? 'Circuit' : `${clusterName.value} · Circuit`;
  });
}

export function retryNow(): void {
  stream?.open();
}
