// What the API tells (web/api/openapi.yaml), as types.
import type {Calls} from './call';

export type State = 'starting' | 'live' | 'suspect' | 'unregistered' | 'dead';

export interface Cause {
  kind: string;
  code: number;
  text: string;
}

export interface Worker {
  id: string;
  incarnation: string;
  host: string;
  pid: number;
  app: boolean;
  function: string;
  arguments: string;
  executable: string;
  anchors: string[];
  started_ms: number;
  state: State;
  cause: Cause | null;
  died_ms: number | null;
}

export interface Host {
  host: string;
  connected: boolean;
  trouble: string;
  heard_ms: number;
}

export interface Problem {
  kind: string;
  text: string;
}

export interface Outcome {
  id: string;
  /** The result as JSON text. */
  value?: string;
  error?: Problem;
}

export interface Parameter {
  name: string;
  type: string;
  /** JSON text. */
  default?: string;
}

export interface WorkerFunction {
  name: string;
  signature: string;
  executable: string;
  id: string;
  parameters: Parameter[];
  result: string;
}

export type Role = 'view' | 'operate';

export interface SnapshotMessage {
  type: 'snapshot';
  role: Role;
  cluster: string;
  now_ms: number;
  sequence: number;
  hosts: Host[];
  workers: Worker[];
}

export interface DeltaMessage {
  type: 'delta';
  from: number;
  to: number;
  now_ms: number;
  changed: Worker[];
  removed: string[];
  hosts?: Host[];
}

export interface HeartbeatMessage {
  type: 'heartbeat';
  sequence: number;
  now_ms: number;
}

export interface CallsMessage extends Calls {
  type: 'calls';
  now_ms: number;
}

export type Message =
  SnapshotMessage | DeltaMessage | CallsMessage | HeartbeatMessage | ({type: 'outcome'} & Outcome);

/**
 * Arguments as they stand in a call: a list without its brackets. One that was shortened for showing has lost the second,
 * and keeps the sign that says so.
 */
export function argumentList(args: string): string {
  return args.replace(/^\[/, '').replace(/\]$/, '');
}

/** `greet("world")`: the function with its arguments, as people write a call. */
export function callText(worker: Worker): string {
  if (worker.function === '') return worker.app ? 'app' : '';
  return `${worker.function}(${argumentList(worker.arguments)})`;
}
