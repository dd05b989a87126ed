// The anchor tree, built from the anchors that the workers have.
import type {Worker} from './worker';

export interface Directory {
  name: string;
  path: string;
  /** Workers at or below it. */
  count: number;
  directories: Map<string, Directory>;
  workers: Worker[];
}

export interface TreeRow {
  key: string;
  depth: number;
  directory?: Directory;
  worker?: Worker;
  unfolded: boolean;
}

function directory(name: string, path: string): Directory {
  return {name, path, count: 0, directories: new Map(), workers: []};
}

/** The dead have left the tree: directories exist exactly as long as something lives in them. */
export function buildTree(workers: Iterable<Worker>): Directory {
  const root = directory('', '');
  for (const worker of workers) {
    if (worker.state === 'dead') continue;
    const counted = new Set<Directory>();
    for (const anchor of worker.anchors) {
      let at = root;
      counted.add(at);
      for (const part of anchor.split('/')) {
        if (part === '') continue;
        let next = at.directories.get(part);
        if (!next) at.directories.set(part, (next = directory(part, `${at.path}/${part}`)));
        at = next;
        counted.add(at);
      }
      at.workers.push(worker);
    }
    for (const one of counted) one.count += 1;
  }
  return root;
}

/** The rows that are seen while the directories in `unfolded` are open. */
export function flatten(root: Directory, unfolded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (parent: Directory, depth: number) => {
    const names = [...parent.directories.keys()].sort();
    for (const name of names) {
      const child = parent.directories.get(name)!;
      const open = unfolded.has(child.path);
      rows.push({key: child.path, depth, directory: child, unfolded: open});
      if (open) add(child, depth + 1);
    }
    const workers = [...parent.workers].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const worker of workers)
      rows.push({key: `${parent.path}\n${worker.id}`, depth, worker, unfolded: false});
  };
  add(root, 0);
  return rows;
}
