// A worker in few words.
import type {Worker} from '../../../web/page/src/model/worker';

export function worker(id: string, more: Partial<Worker> = {}): Worker {
  return {
    id,
    incarnation: '1',
    host: 'localhost',
    pid: 100,
    app: false,
    function: 'greet',
    arguments: '["world"]',
    executable: '/bin/app',
    anchors: ['/t', '/host/localhost'],
    started_ms: 1000,
    state: 'live',
    cause: null,
    died_ms: null,
    ...more,
  };
}
