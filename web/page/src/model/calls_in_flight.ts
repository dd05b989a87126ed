// The calls in flight: asked for while somebody looks at them, and what of them is shown.
import {computed, effect, signal} from '@preact/signals';
import {callRows, callsOf, keepKnown, type Call, type CallRow, type Calls} from './call';
import {nowMs, tick} from './clock';
import {tab} from './preferences';
import {filtersByAge, lastingFilter, selectedId, workerOf} from './store';
import {callVocabulary} from './vocabulary';

/** Null: nobody looks, or they have not come yet. */
export const calls = signal<Calls | null>(null);

const pageIsSeen = signal(!document.hidden);
document.addEventListener('visibilitychange', () => (pageIsSeen.value = !document.hidden));

const somethingShowsThem = computed(() => tab.value === 'calls' || selectedId.value !== null);

/** Whether the endpoint is to read and tell them. */
export const watchesCalls = computed(() => somethingShowsThem.value && pageIsSeen.value);

// What is not brought up to date any more is not kept, lest it be shown as new.
effect(() => {
  if (!somethingShowsThem.value) calls.value = null;
});

export function takeCalls(message: Calls): void {
  if (!somethingShowsThem.value) return;
  calls.value = {...message, calls: keepKnown(calls.value?.calls ?? [], message.calls)};
}

/** All there are, also those that are not told. */
export const callCount = computed(() => calls.value && calls.value.calls.length + calls.value.untold);

export const callFilter = lastingFilter(callVocabulary);

export const visibleCalls = computed<CallRow[]>(() => {
  if (filtersByAge.value) void tick.value;
  const {test} = callFilter.value;
  const now = nowMs();
  return callRows(calls.value?.calls ?? [], workerOf, (row) => test(row, now));
});

/** Those of the selected worker. */
export const selectedCalls = computed<Call[]>(() =>
  selectedId.value === null ? [] : callsOf(calls.value?.calls ?? [], selectedId.value),
);

export const selectedCall = signal<string | null>(null);

/** Selects the call and the worker at one end of it; at the other, if the page does not know the wanted one. */
export function selectCall(row: CallRow, end: 'caller' | 'callee' = 'callee'): void {
  selectedCall.value = row.key;
  const worker = row[end] ?? row.callee ?? row.caller;
  if (worker) selectedId.value = worker.id;
}

/** Goes from the one end of the selected call to the other. */
export function turnCall(): void {
  const row = visibleCalls.value.find((one) => one.key === selectedCall.value);
  if (row) selectCall(row, selectedId.value === row.call.callee ? 'caller' : 'callee');
}
