// The bar at the top: whose cluster this is, the filter, and what can be done.
import {useRef} from 'preact/hooks';
import {callFilter, selectCall, selectedCall, visibleCalls} from '../model/calls_in_flight';
import {askToSpawn, clusterName, mayAct, role} from '../model/connection';
import {nextTheme, tab, theme} from '../model/preferences';
import {dialog, filter, filterText, selectedId, visible} from '../model/store';

function Logo() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      aria-hidden="true"
    >
      <path d="M7 9.2 12.6 6M7 10.8l5.6 3.2" />
      <circle cx="4.6" cy="10" r="2.6" />
      <circle cx="15.2" cy="4.8" r="2.6" />
      <circle cx="15.2" cy="15.2" r="2.6" />
    </svg>
  );
}

/** From the filter into the table: to the row that was there last, or the first. */
function goToTable(): void {
  if (tab.value === 'workers') selectedId.value ??= visible.value[0]?.id ?? null;
  else if (selectedCall.value === null && visibleCalls.value[0]) selectCall(visibleCalls.value[0]);
  document.getElementById(tab.value)?.focus();
}

/** The filter's text lies, coloured, below the transparent text of the field itself. */
function FilterBox() {
  const echo = useRef<HTMLDivElement>(null);
  const {tokens, problem} = tab.value === 'calls' ? callFilter.value : filter.value;
  const follow = (event: Event) => {
    if (echo.current) echo.current.scrollLeft = (event.currentTarget as HTMLInputElement).scrollLeft;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const box = event.currentTarget as HTMLInputElement;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (filterText.value === '') box.blur();
      else filterText.value = '';
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      goToTable();
    }
  };
  return (
    <div class={problem ? 'filter wrong' : 'filter'} role="search">
      <svg
        width="13"
        height="13"
        viewBox="0 0 14 14"
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        aria-hidden="true"
      >
        <circle cx="6" cy="6" r="4.2" />
        <path d="m9.2 9.2 3.4 3.4" />
      </svg>
      <div class="filter-field">
        <div class="filter-echo" ref={echo} aria-hidden="true">
          {tokens.map((token, i) => (
            <span key={i} class={token.problem ? 'problem' : undefined}>
              <b>{token.text.slice(0, token.head)}</b>
              {token.text.slice(token.head)}
            </span>
          ))}
        </div>
        <input
          id="filter"
          data-testid="filter"
          type="text"
          spellcheck={false}
          autocomplete="off"
          aria-label={
            tab.value === 'calls'
              ? 'Filter: words, or method:, phase:, caller:, callee:, host:, pid:, anchor:, age>'
              : 'Filter: words, or host:, state:, function:, pid:, id:, anchor:, age>'
          }
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? 'filter-problem' : undefined}
          placeholder={tab.value === 'calls' ? 'phase:queued age>5s merge' : 'host:web* state:!dead greet'}
          value={filterText.value}
          onInput={(event) => {
            filterText.value = event.currentTarget.value;
            follow(event);
          }}
          onScroll={follow}
          onKeyDown={onKeyDown}
        />
      </div>
      <kbd>/</kbd>
      {problem && (
        <div id="filter-problem" class="filter-problem" role="status">
          {problem}
        </div>
      )}
    </div>
  );
}

export function TopBar() {
  const reason = role.value === 'view' ? 'This token may look and not act' : 'Not while disconnected';
  return (
    <header class="bar">
      <h1 class="logo">
        <Logo />
        Circuit
      </h1>
      <span class="divider" />
      <span class="cluster" title="Cluster">
        {clusterName}
      </span>
      <span class="grow" />
      <FilterBox />
      <span class="grow" />
      <button class="button quiet" onClick={nextTheme} title="Dark, light, or as the system (t)">
        <span class="wide-only">Theme: </span>
        {theme}
      </button>
      <button class="button quiet" onClick={() => (dialog.value = {kind: 'keys'})} aria-label="Keys">
        <span class="wide-only">Keys</span> <kbd>?</kbd>
      </button>
      <button
        class="button primary"
        data-testid="spawn-button"
        disabled={!mayAct.value}
        title={mayAct.value ? 'Spawn a worker (N)' : reason}
        onClick={askToSpawn}
      >
        Spawn <span class="key">N</span>
      </button>
    </header>
  );
}
