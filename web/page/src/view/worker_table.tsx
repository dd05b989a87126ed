// The table of workers in the middle.
import {memo} from 'preact/compat';
import {useEffect, useRef} from 'preact/hooks';
import {nowMs, tick} from '../model/clock';
import {askToSpawn, mayAct} from '../model/connection';
import {ageText, countText} from '../model/format';
import {ownAnchors, type Column} from '../model/sort';
import {
  filterText,
  loaded,
  marks,
  order,
  selectedId,
  sortBy,
  toggleMark,
  visible,
  workers,
} from '../model/store';
import {callText, type Worker} from '../model/worker';
import {StateMark} from './state_mark';
import {headHeight, rowHeight} from './table_measures';
import {useVirtualRows} from './virtual_rows';

const columns: {column: Column; title: string; right?: boolean}[] = [
  {column: 'state', title: 'State'},
  {column: 'id', title: 'Worker'},
  {column: 'host', title: 'Host'},
  {column: 'pid', title: 'PID', right: true},
  {column: 'function', title: 'Function'},
  {column: 'anchors', title: 'Anchors'},
  {column: 'age', title: 'Age', right: true},
];

function Header() {
  return (
    <div role="row" class="row header" aria-rowindex={1}>
      {columns.map(({column, title, right}) => {
        const sortedHere = order.value.column === column;
        const direction = order.value.descending ? 'descending' : 'ascending';
        return (
          <div
            key={column}
            role="columnheader"
            class={right ? 'cell right' : 'cell'}
            aria-sort={sortedHere ? direction : 'none'}
          >
            <button onClick={() => sortBy(column)}>
              {title}
              {sortedHere && <span aria-hidden="true"> {order.value.descending ? '↓' : '↑'}</span>}
            </button>
          </div>
        );
      })}
    </div>
  );
}

function Age({worker}: {worker: Worker}) {
  void tick.value;
  if (worker.state === 'dead') {
    const text = worker.cause?.text ?? '';
    return <span title={text}>{deathText(worker)}</span>;
  }
  return <>{ageText(nowMs() - worker.started_ms)}</>;
}

/** The cause in a word: `exit 3`, `signal 9`. */
function deathText(worker: Worker): string {
  const cause = worker.cause;
  if (!cause) return 'dead';
  if (cause.kind === 'exited') return `exit ${cause.code}`;
  if (cause.kind === 'signalled') return `signal ${cause.code}`;
  return cause.kind.replace('_', ' ');
}

interface RowProps {
  worker: Worker;
  index: number;
  top: number;
  selected: boolean;
  marked: boolean;
}

/** Drawn again only when its worker, place or marks change; the age keeps its own time. */
const Row = memo(function Row({worker, index, top, selected, marked}: RowProps) {
  const anchors = ownAnchors(worker).join(' ');
  const call = callText(worker);
  return (
    <div
      role="row"
      id={`worker-${worker.id}`}
      class={`row body ${worker.state}${selected ? ' selected' : ''}${marked ? ' marked' : ''}`}
      aria-rowindex={index + 2}
      aria-selected={selected || marked}
      data-testid="worker-row"
      data-worker={worker.id}
      data-state={worker.state}
      style={{transform: `translateY(${top}px)`}}
      onClick={(event) => {
        selectedId.value = worker.id;
        if (event.ctrlKey || event.metaKey) toggleMark(worker.id);
      }}
    >
      <div role="gridcell" class="cell">
        <StateMark state={worker.state} />
      </div>
      <div role="gridcell" class="cell mono">
        {worker.id}
      </div>
      <div role="gridcell" class="cell" title={worker.host}>
        {worker.host}
      </div>
      <div role="gridcell" class="cell mono right">
        {worker.pid}
      </div>
      <div role="gridcell" class="cell mono" title={call}>
        {call}
      </div>
      <div role="gridcell" class="cell mono dim" title={anchors}>
        {anchors}
      </div>
      <div role="gridcell" class="cell right dim">
        <Age worker={worker} />
      </div>
    </div>
  );
});

function Nothing() {
  if (!loaded.value) return <p class="nothing">Waiting for the first snapshot…</p>;
  if (workers.value.length > 0)
    return (
      <div class="nothing">
        <p>None of {countText(workers.value.length)} workers matches the filter.</p>
        <button class="button" onClick={() => (filterText.value = '')}>
          Clear the filter
        </button>
      </div>
    );
  return (
    <div class="nothing">
      <p class="nothing-title">No worker runs.</p>
      <p>Spawn one here, or paste this into a terminal:</p>
      <code>circuit spawn localhost -a /t sleep 60</code>
      <button class="button primary" disabled={!mayAct.value} onClick={askToSpawn}>
        Spawn <span class="key">N</span>
      </button>
    </div>
  );
}

export function WorkerTable() {
  const box = useRef<HTMLDivElement>(null);
  const rows = visible.value;
  const virtual = useVirtualRows(box, rows.length, rowHeight, headHeight);
  const selected = selectedId.value;

  // The keyboard moves the selection; the table follows it.
  useEffect(() => {
    const index = selected === null ? -1 : rows.findIndex((worker) => worker.id === selected);
    if (index >= 0) virtual.scrollTo(index);
  }, [selected]);

  return (
    <>
      <div class="table of-workers">
        <div
          class="rows"
          ref={box}
          id="workers"
          role="grid"
          aria-label="Workers"
          aria-rowcount={rows.length + 1}
          aria-multiselectable="true"
          aria-activedescendant={
            selected !== null && virtual.rows.some((row) => rows[row.index]?.id === selected)
              ? `worker-${selected}`
              : undefined
          }
          tabIndex={0}
        >
          <Header />
          <div class="virtual" style={{height: `${virtual.height}px`}} role="presentation">
            {virtual.rows.map(({index, top}) => {
              const worker = rows[index];
              return (
                worker && (
                  <Row
                    key={worker.id}
                    worker={worker}
                    index={index}
                    top={top}
                    selected={worker.id === selected}
                    marked={marks.value.has(worker.id)}
                  />
                )
              );
            })}
          </div>
        </div>
        {rows.length === 0 && <Nothing />}
      </div>
      <div class="pane-foot">
        <span>
          {countText(rows.length)} of {countText(workers.value.length)} shown
        </span>
        {marks.value.size > 0 && <span>{countText(marks.value.size)} marked</span>}
        <span class="grow" />
        <span class="hints">
          <kbd>Space</kbd> mark <kbd>Del</kbd> kill <kbd>?</kbd> all keys
        </span>
      </div>
    </>
  );
}
