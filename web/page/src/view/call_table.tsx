// The table of calls in flight.
import {memo} from 'preact/compat';
import {useEffect, useRef} from 'preact/hooks';
import {inFlightText, type Call} from '../model/call';
import {callCount, calls, selectCall, selectedCall, visibleCalls} from '../model/calls_in_flight';
import {nowMs, tick} from '../model/clock';
import {askToSpawn, mayAct} from '../model/connection';
import {callAgeText, countText} from '../model/format';
import {filterText} from '../model/store';
import type {Worker} from '../model/worker';
import {CallAge, callTitle, End, endTitle, PhaseMark} from './call_marks';
import {headHeight, rowHeight} from './table_measures';
import {useVirtualRows} from './virtual_rows';

const indent = 16;
/** A long chain must leave room for what is called. */
const deepestIndent = 8;

function Header() {
  return (
    <div role="row" class="row header" aria-rowindex={1}>
      {['Age', 'Call', 'Phase', 'Caller', 'Callee', 'Depth'].map((title) => (
        <div key={title} role="columnheader" class={/Age|Depth/.test(title) ? 'cell right' : 'cell'}>
          {title}
        </div>
      ))}
    </div>
  );
}

interface RowProps {
  rowKey: string;
  call: Call;
  level: number;
  caller: Worker | undefined;
  callee: Worker | undefined;
  index: number;
  top: number;
  selected: boolean;
}

/** Drawn again only when its call, place or ends change; the age keeps its own time. */
const Row = memo(function Row({rowKey, call, level, caller, callee, index, top, selected}: RowProps) {
  const row = {key: rowKey, call, level, caller, callee};
  return (
    <div
      role="row"
      id={`call-${index}`}
      class={`row body${selected ? ' selected' : ''}`}
      aria-rowindex={index + 2}
      aria-level={level + 1}
      aria-selected={selected}
      data-testid="call-row"
      data-level={level}
      data-phase={call.phase}
      data-caller={call.caller}
      data-callee={call.callee}
      style={{transform: `translateY(${top}px)`}}
      onClick={() => selectCall(row)}
    >
      <div role="gridcell" class="cell right">
        <CallAge call={call} />
      </div>
      <div role="gridcell" class="cell mono" title={callTitle(call)}>
        <span style={{paddingLeft: `${Math.min(level, deepestIndent) * indent}px`}}>
          {level > 0 && (
            <i class="within" aria-hidden="true">
              └{' '}
            </i>
          )}
          {inFlightText(call)}
        </span>
      </div>
      <div role="gridcell" class="cell">
        <PhaseMark phase={call.phase} />
      </div>
      <div
        role="gridcell"
        class="cell pick"
        title={endTitle(call.caller, caller)}
        data-testid="caller"
        onClick={(event) => {
          event.stopPropagation();
          selectCall(row, 'caller');
        }}
      >
        <End id={call.caller} worker={caller} />
      </div>
      <div role="gridcell" class="cell pick" title={endTitle(call.callee, callee)} data-testid="callee">
        <End id={call.callee} worker={callee} />
      </div>
      <div role="gridcell" class="cell right dim">
        {call.depth}
      </div>
    </div>
  );
});

function Nothing() {
  if (!calls.value) return <p class="nothing">Reading the calls…</p>;
  if (calls.value.calls.length > 0)
    return (
      <div class="nothing">
        <p>None of {countText(calls.value.calls.length)} calls matches the filter.</p>
        <button class="button" onClick={() => (filterText.value = '')}>
          Clear the filter
        </button>
      </div>
    );
  return (
    <div class="nothing">
      <p class="nothing-title">No call is in flight.</p>
      <p>
        A call is here from the moment it is made until it is answered, also that of a worker that hangs or is
        stopped. Make one that lasts:
      </p>
      <code>circuit spawn localhost sleep 600</code>
      <button class="button primary" disabled={!mayAct.value} onClick={askToSpawn}>
        Spawn <span class="key">N</span>
      </button>
    </div>
  );
}

function Trouble() {
  const trouble = calls.value?.trouble;
  if (!trouble) return null;
  void tick.value;
  const age = callAgeText(Math.max(0, nowMs() - calls.value!.read_ms));
  return (
    <p class="trouble" role="status">
      The calls cannot be read: {trouble}. {calls.value!.read_ms > 0 && `These are ${age} old.`}
    </p>
  );
}

function Foot() {
  const untold = calls.value?.untold ?? 0;
  return (
    <div class="pane-foot">
      <span>
        {countText(visibleCalls.value.length)} of {countText(callCount.value ?? 0)} shown
      </span>
      {untold > 0 && (
        <span title="Only the oldest are told">{countText(untold)} younger ones are not told</span>
      )}
      <span class="grow" />
      <span class="hints">
        <kbd>Enter</kbd> other end <kbd>1</kbd> workers <kbd>?</kbd> all keys
      </span>
    </div>
  );
}

export function CallTable() {
  const box = useRef<HTMLDivElement>(null);
  const rows = visibleCalls.value;
  const virtual = useVirtualRows(box, rows.length, rowHeight, headHeight);
  const selected = selectedCall.value;
  const selectedIndex = selected === null ? -1 : rows.findIndex((row) => row.key === selected);

  // The keyboard moves the selection; the table follows it.
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollTo(selectedIndex);
  }, [selected]);

  return (
    <>
      <Trouble />
      <div class={calls.value?.trouble ? 'table of-calls dull' : 'table of-calls'}>
        <div
          class="rows"
          ref={box}
          id="calls"
          role="treegrid"
          aria-label="Calls in flight"
          aria-rowcount={rows.length + 1}
          aria-activedescendant={
            virtual.rows.some((row) => row.index === selectedIndex) ? `call-${selectedIndex}` : undefined
          }
          tabIndex={0}
        >
          <Header />
          <div class="virtual" style={{height: `${virtual.height}px`}} role="presentation">
            {virtual.rows.map(({index, top}) => {
              const row = rows[index];
              return (
                row && (
                  <Row
                    key={row.key}
                    rowKey={row.key}
                    call={row.call}
                    level={row.level}
                    caller={row.caller}
                    callee={row.callee}
                    index={index}
                    top={top}
                    selected={index === selectedIndex}
                  />
                )
              );
            })}
          </div>
        </div>
        {rows.length === 0 && <Nothing />}
      </div>
      <Foot />
    </>
  );
}
