// The anchor tree at the left.
import {useRef, useState} from 'preact/hooks';
import type {TreeRow} from '../model/anchors';
import {countText} from '../model/format';
import {filter, filterByAnchor, selectedId, setUnfolded, tree, treeRows} from '../model/store';
import {Dot} from './state_mark';
import {useVirtualRows} from './virtual_rows';

const rowHeight = 24;

function act(row: TreeRow): void {
  if (row.worker) selectedId.value = row.worker.id;
  else if (row.directory) filterByAnchor(row.directory.path);
}

interface RowProps {
  row: TreeRow;
  top: number;
  index: number;
  current: boolean;
  chosen: boolean;
  onPick(): void;
}

function Row({row, top, index, current, chosen, onPick}: RowProps) {
  const {directory, worker} = row;
  const foldable = directory !== undefined;
  return (
    <div
      role="treeitem"
      id={`tree-${index}`}
      class={`tree-row${current ? ' current' : ''}${chosen ? ' chosen' : ''}`}
      aria-level={row.depth + 1}
      aria-expanded={foldable ? row.unfolded : undefined}
      aria-selected={chosen}
      style={{transform: `translateY(${top}px)`, paddingLeft: `${10 + row.depth * 16}px`}}
      onClick={onPick}
    >
      <span
        class="fold"
        onClick={(event) => {
          if (!directory) return;
          event.stopPropagation();
          setUnfolded(directory.path, !row.unfolded);
        }}
      >
        {foldable ? (row.unfolded ? '▾' : '▸') : ''}
      </span>
      {worker && <Dot state={worker.state} />}
      {worker ? (
        <span class="tree-worker">{worker.id}</span>
      ) : (
        <>
          <span class="tree-name">{row.depth === 0 ? `/${directory!.name}` : directory!.name}</span>
          <span class="count">{countText(directory!.count)}</span>
        </>
      )}
    </div>
  );
}

export function AnchorTree() {
  const box = useRef<HTMLDivElement>(null);
  const [currentKey, setCurrent] = useState<string | null>(null);
  const rows = treeRows.value;
  const virtual = useVirtualRows(box, rows.length, rowHeight);
  const current = rows.findIndex((row) => row.key === currentKey);
  const chosen = new Set(filter.value.tokens.map((token) => token.text.replace(/^anchor:"?|"$/g, '')));

  const goTo = (index: number) => {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
    if (!row) return;
    setCurrent(row.key);
    virtual.scrollTo(rows.indexOf(row));
  };
  const fold = (row: TreeRow | undefined, open: boolean) => {
    if (row?.directory && row.unfolded !== open) return setUnfolded(row.directory.path, open);
    if (open) return goTo(current + 1);
    // Folding what is folded goes to what holds it.
    for (let i = current - 1; i >= 0; i -= 1) if (rows[i]!.depth < (row?.depth ?? 0)) return goTo(i);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    const keys: Record<string, () => void> = {
      ArrowDown: () => goTo(current + 1),
      ArrowUp: () => goTo(current < 0 ? 0 : current - 1),
      ArrowRight: () => fold(row, true),
      ArrowLeft: () => fold(row, false),
      Home: () => goTo(0),
      End: () => goTo(rows.length - 1),
      Enter: () => row && act(row),
      ' ': () => row && act(row),
    };
    const run = keys[event.key];
    if (!run || event.ctrlKey) return;
    event.preventDefault();
    run();
  };

  return (
    <nav class="pane" aria-label="Anchors">
      <div class="pane-head">
        <h2>Anchors</h2>
        <span class="grow" />
        <span class="count">{countText(tree.value.count)}</span>
      </div>
      <div
        class="tree"
        role="tree"
        hidden={rows.length === 0}
        aria-label="Anchor tree"
        tabIndex={0}
        ref={box}
        aria-activedescendant={current >= 0 ? `tree-${current}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div style={{height: `${virtual.height}px`}} class="virtual" role="presentation">
          {virtual.rows.map(({index, top}) => {
            const row = rows[index];
            if (!row) return null;
            const isChosen = row.worker
              ? selectedId.value === row.worker.id
              : chosen.has(row.directory!.path);
            return (
              <Row
                key={row.key}
                row={row}
                top={top}
                index={index}
                current={index === current}
                chosen={isChosen}
                onPick={() => {
                  setCurrent(row.key);
                  act(row);
                }}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && <p class="nothing">A directory is here as long as a worker stands in it.</p>}
      <div class="pane-foot">
        <kbd>←</kbd>
        <kbd>→</kbd> fold <kbd>Enter</kbd> filter
      </div>
    </nav>
  );
}
