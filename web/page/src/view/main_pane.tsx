// The pane in the middle: one table at a time, and the tabs that choose it.
import {callCount} from '../model/calls_in_flight';
import {countText} from '../model/format';
import {showTab, tab, tabs, type Tab} from '../model/preferences';
import {workers} from '../model/store';
import {CallTable} from './call_table';
import {WorkerTable} from './worker_table';

const names: Record<Tab, string> = {workers: 'Workers', calls: 'Calls'};

function countOf(which: Tab): number | null {
  return which === 'workers' ? workers.value.length : callCount.value;
}

function Tabs() {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(tab.value) + step + tabs.length) % tabs.length]!;
    showTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Tables" onKeyDown={onKeyDown}>
      {tabs.map((which, index) => {
        const on = which === tab.value;
        const count = countOf(which);
        return (
          <button
            key={which}
            id={`tab-${which}`}
            role="tab"
            class={on ? 'tab on' : 'tab'}
            data-testid={`tab-${which}`}
            aria-selected={on}
            aria-controls="table-panel"
            tabIndex={on ? 0 : -1}
            title={`${names[which]} (${index + 1})`}
            onClick={() => showTab(which)}
          >
            {names[which]} {count !== null && <span class="count">{countText(count)}</span>}
          </button>
        );
      })}
    </div>
  );
}

export function MainPane() {
  return (
    <section class="pane" aria-label={names[tab.value]}>
      <Tabs />
      <div class="panel" id="table-panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
        {tab.value === 'calls' ? <CallTable /> : <WorkerTable />}
      </div>
    </section>
  );
}
