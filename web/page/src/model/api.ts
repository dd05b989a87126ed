// The requests that change something, and the list of functions.
import type {Problem, Worker, WorkerFunction} from './worker';
import {pageName} from './session';

export type Answer<T> = {value: T} | {problem: Problem};

export class Api {
  constructor(private readonly token: string) {}

  functions(): Promise<Answer<WorkerFunction[]>> {
    return this.ask<WorkerFunction[]>('GET', 'functions');
  }

  /** `argumentTexts`: the JSON text of each argument, sent as it stands. */
  spawn(
    host: string,
    anchors: string[],
    chosen: WorkerFunction,
    argumentTexts: string[],
  ): Promise<Answer<Worker>> {
    const rest = JSON.stringify({
      host,
      anchors,
      function: chosen.name,
      executable: chosen.executable,
      page: pageName,
    });
    return this.ask<Worker>(
      'POST',
      'workers',
      `${rest.slice(0, -1)},"arguments":[${argumentTexts.join(',')}]}`,
    );
  }

  kill(target: {id: string; incarnation: string}, signal: string, graceMs: number): Promise<Answer<object>> {
    const query = new URLSearchParams({incarnation: target.incarnation, grace_ms: String(graceMs)});
    if (signal !== '') query.set('signal', signal);
    return this.ask<object>('DELETE', `workers/${target.id}?${query}`);
  }

  private async ask<T>(method: string, path: string, body?: string): Promise<Answer<T>> {
    try {
      const headers: Record<string, string> = {Authorization: `Bearer ${this.token}`};
      if (body !== undefined) headers['Content-Type'] = 'application/json';
      const response = await fetch(`api/v1/${path}`, {method, headers, body, cache: 'no-store'});
      const answer = (await response.json()) as {error?: Problem};
      if (!response.ok) return {problem: answer.error ?? {kind: 'failed', text: `HTTP ${response.status}`}};
      return {value: answer as unknown as T};
    } catch {
      return {
        problem: {kind: 'unreachable', text: 'The endpoint does not answer. Does `circuit up` still run?'},
      };
    }
  }
}
