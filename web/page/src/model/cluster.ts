// The page's copy of the model: applies a snapshot, then deltas, and counts what it sees pass.
import type {DeltaMessage, Host, SnapshotMessage, Worker} from './worker';

export class Cluster {
  readonly workers = new Map<string, Worker>();
  hosts: Host[] = [];
  sequence = 0;
  /** Deaths and births seen since the page was opened. */
  died = 0;
  spawned = 0;

  applySnapshot(message: SnapshotMessage): void {
    const first = this.sequence === 0 && this.workers.size === 0;
    const present = new Set<string>();
    for (const worker of message.workers) {
      present.add(worker.id);
      if (first) this.workers.set(worker.id, worker);
      else this.take(worker);
    }
    for (const id of [...this.workers.keys()]) if (!present.has(id)) this.drop(id);
    this.hosts = message.hosts;
    this.sequence = message.sequence;
  }

  /** False, with nothing changed, when the delta does not start where this copy stands. */
  applyDelta(message: DeltaMessage): boolean {
    if (message.from !== this.sequence) return false;
    for (const worker of message.changed) this.take(worker);
    for (const id of message.removed) this.drop(id);
    if (message.hosts) this.hosts = message.hosts;
    this.sequence = message.to;
    return true;
  }

  private take(worker: Worker): void {
    const before = this.workers.get(worker.id);
    if (!before) this.spawned += 1;
    if (worker.state === 'dead' && before?.state !== 'dead') this.died += 1;
    this.workers.set(worker.id, worker);
  }

  private drop(id: string): void {
    if (this.workers.get(id)?.state !== 'dead') this.died += 1;
    this.workers.delete(id);
  }
}
