// Every key of the page, in one table: the keyboard obeys it, and the help shows it.
import {nextTheme} from '../model/preferences';
import {
  askToKill,
  askToSpawn,
  dialog,
  filterText,
  markAllVisible,
  marks,
  retryNow,
  selectedId,
  toggleMark,
  visible,
} from '../model/store';

export interface Command {
  keys: string[];
  what: string;
  /** How the keys are written, where their names are not it. */
  shown?: string[];
  run(): void;
}

function moveTo(index: number): void {
  const rows = visible.value;
  if (rows.length === 0) return;
  selectedId.value = rows[Math.max(0, Math.min(index, rows.length - 1))]!.id;
}

function selectedIndex(): number {
  return visible.value.findIndex((worker) => worker.id === selectedId.value);
}

function move(step: number): void {
  const at = selectedIndex();
  moveTo(at < 0 ? (step > 0 ? 0 : visible.value.length - 1) : at + step);
}

function focusFilter(): void {
  const box = document.getElementById('filter') as HTMLInputElement | null;
  box?.focus();
  box?.select();
}

function clear(): void {
  if (marks.value.size > 0) marks.value = new Set();
  else if (filterText.value !== '') filterText.value = '';
  else selectedId.value = null;
}

const page = 20;

export const commands: Command[] = [
  {keys: ['/'], what: 'Filter', run: focusFilter},
  {keys: ['n', 'N'], shown: ['N'], what: 'Spawn a worker', run: askToSpawn},
  {keys: ['j', 'ArrowDown'], shown: ['j', '↓'], what: 'Next worker', run: () => move(1)},
  {keys: ['k', 'ArrowUp'], shown: ['k', '↑'], what: 'Previous worker', run: () => move(-1)},
  {keys: ['PageDown'], shown: ['PgDn'], what: 'A page further', run: () => move(page)},
  {keys: ['PageUp'], shown: ['PgUp'], what: 'A page back', run: () => move(-page)},
  {keys: ['g', 'Home'], shown: ['g', 'Home'], what: 'First worker', run: () => moveTo(0)},
  {keys: ['G', 'End'], shown: ['G', 'End'], what: 'Last worker', run: () => moveTo(visible.value.length - 1)},
  {
    keys: [' '],
    shown: ['Space'],
    what: 'Mark the worker, or take its mark away',
    run: () => {
      if (selectedId.value === null) return;
      toggleMark(selectedId.value);
      move(1);
    },
  },
  {keys: ['Control+a'], shown: ['Ctrl A'], what: 'Mark all that the filter shows', run: markAllVisible},
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
