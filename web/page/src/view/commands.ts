// Every key of the page, in one table: the keyboard obeys it, and the help shows it.
import {selectCall, selectedCall, turnCall, visibleCalls} from '../model/calls_in_flight';
import {askToKill, askToSpawn, retryNow} from '../model/connection';
import {nextTheme, showTab, tab} from '../model/preferences';
import {dialog, filterText, markAllVisible, marks, selectedId, toggleMark, visible} from '../model/store';

export interface Command {
  keys: string[];
  what: string;
  /** How the keys are written, where their names are not it. */
  shown?: string[];
  run(): unknown;
}

function rowCount(): number {
  return tab.value === 'calls' ? visibleCalls.value.length : visible.value.length;
}

function moveTo(index: number): void {
  const at = Math.max(0, Math.min(index, rowCount() - 1));
  if (tab.value === 'workers') {
    selectedId.value = visible.value[at]?.id ?? selectedId.value;
    return;
  }
  const call = visibleCalls.value[at];
  if (call) selectCall(call);
}

function selectedIndex(): number {
  return tab.value === 'calls'
    ? visibleCalls.value.findIndex((row) => row.key === selectedCall.value)
    : visible.value.findIndex((worker) => worker.id === selectedId.value);
}

function move(step: number): void {
  const at = selectedIndex();
  moveTo(at < 0 ? (step > 0 ? 0 : rowCount() - 1) : at + step);
}

function markAndGoOn(): void {
  if (tab.value !== 'workers' || selectedId.value === null) return;
  toggleMark(selectedId.value);
  move(1);
}

function focusFilter(): void {
  const box = document.getElementById('filter') as HTMLInputElement | null;
  box?.focus();
  box?.select();
}

function clear(): void {
  if (marks.value.size > 0) marks.value = new Set();
  else if (filterText.value !== '') filterText.value = '';
  else selectedId.value = selectedCall.value = null;
}

const page = 20;

export const commands: Command[] = [
  {keys: ['/'], what: 'Filter', run: focusFilter},
  {keys: ['n', 'N'], shown: ['N'], what: 'Spawn a worker', run: askToSpawn},
  {keys: ['1'], what: 'The workers', run: () => showTab('workers')},
  {keys: ['2'], what: 'The calls in flight', run: () => showTab('calls')},
  {keys: ['j', 'ArrowDown'], shown: ['j', '↓'], what: 'Next row', run: () => move(1)},
  {keys: ['k', 'ArrowUp'], shown: ['k', '↑'], what: 'Previous row', run: () => move(-1)},
  {keys: ['PageDown'], shown: ['PgDn'], what: 'A page further', run: () => move(page)},
  {keys: ['PageUp'], shown: ['PgUp'], what: 'A page back', run: () => move(-page)},
  {keys: ['g', 'Home'], shown: ['g', 'Home'], what: 'First row', run: () => moveTo(0)},
  {keys: ['G', 'End'], shown: ['G', 'End'], what: 'Last row', run: () => moveTo(rowCount() - 1)},
  {
    keys: ['Enter'],
    what: 'The other end of the selected call',
    run: () => tab.value === 'calls' && turnCall(),
  },
  {
    keys: [' '],
    shown: ['Space'],
    what: 'Mark the worker, or take its mark away',
    run: markAndGoOn,
  },
  {
    keys: ['Control+a'],
    shown: ['Ctrl A'],
    what: 'Mark all workers that the filter shows',
    run: () => tab.value === 'workers' && markAllVisible(),
  },
  {
    keys: ['Delete', 'K'],
    shown: ['Del', 'K'],
    what: 'Kill the marked workers, or the selected one',
    run: askToKill,
  },
  {
    keys: ['Escape'],
    shown: ['Esc'],
    what: 'Take back marks, then the filter, then the selection',
    run: clear,
  },
  {keys: ['t'], what: 'Dark, light, or as the system', run: nextTheme},
  {keys: ['r'], what: 'Connect again now', run: retryNow},
  {keys: ['?'], what: 'These keys', run: () => (dialog.value = {kind: 'keys'})},
];

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}

/** Runs the command of a key, unless the key belongs to a field, a button or a dialog. */
export function onKey(event: KeyboardEvent): void {
  if (
    event.defaultPrevented ||
    dialog.value !== null ||
    isTyping(event.target) ||
    event.altKey ||
    event.metaKey
  )
    return;
  const inTree = event.target instanceof HTMLElement && event.target.closest('[role=tree]') !== null;
  if (inTree && /^(Arrow|Home|End|Enter| )/.test(event.key)) return;
  const onButton = event.target instanceof HTMLElement && event.target.closest('button, a') !== null;
  if (onButton && (event.key === ' ' || event.key === 'Enter')) return;
  const name = event.ctrlKey ? `Control+${event.key.toLowerCase()}` : event.key;
  const command = commands.find((one) => one.keys.includes(name));
  if (!command) return;
  event.preventDefault();
  command.run();
}
