// The stream of changes: opens it, tells whether it lives, and opens it again as long as the page is open.
import {pageName} from './session';
import type {Message} from './worker';

export type Link = 'connecting' | 'open' | 'waiting' | 'refused';

export interface StreamEvents {
  message(message: Message): void;
  /** `retryAtMs`: when the next try comes, while waiting. */
  link(link: Link, retryAtMs: number): void;
}

const firstWaitMs = 250;
const longestWaitMs = 10_000;
/** The endpoint speaks every second; after this long without a word the connection is taken for lost. */
const silenceMs = 8000;
/** The endpoint ends the stream of a page that says too much. */
const watchPauseMs = 100;
/** WebSocket close code of a wrong token. */
const policyViolation = 1008;

export class Stream {
  private socket: WebSocket | null = null;
  private waitMs = firstWaitMs;
  private timer = 0;
  private silence = 0;
  private watched: string[] = [];
  private watchUnsaid = false;
  private watchPause = 0;

  constructor(
    private readonly token: string,
    private readonly events: StreamEvents,
  ) {}

  /** Opens the stream now, also while a later try is waited for. */
  open(): void {
    clearTimeout(this.timer);
    this.abandon();
    this.events.link('connecting', 0);
    const url = new URL('api/v1/stream', location.href);
    url.protocol = 'ws:';
    url.hash = '';
    const socket = new WebSocket(url);
    this.socket = socket;
    this.expectWord();
    socket.onopen = () => {
      socket.send(JSON.stringify({token: this.token, page: pageName}));
      this.watchUnsaid = this.watched.length > 0;
      this.sayWatched();
    };
    socket.onmessage = (event) => {
      this.expectWord();
      const message = JSON.parse(event.data as string) as Message;
      if (message.type === 'snapshot') {
        this.waitMs = firstWaitMs;
        this.events.link('open', 0);
      }
      this.events.message(message);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.abandon();
      if (event.code === policyViolation) this.events.link('refused', 0);
      else this.retry();
    };
  }

  /** What the endpoint is to tell besides the workers, from now on and after each reconnection. */
  watch(topics: string[]): void {
    this.watched = topics;
    this.watchUnsaid = true;
    this.sayWatched();
  }

  private sayWatched(): void {
    if (!this.watchUnsaid || this.watchPause !== 0 || this.socket?.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({watch: this.watched}));
    this.watchUnsaid = false;
    this.watchPause = window.setTimeout(() => {
      this.watchPause = 0;
      this.sayWatched();
    }, watchPauseMs);
  }

  private expectWord(): void {
    clearTimeout(this.silence);
    this.silence = window.setTimeout(() => {
      this.abandon();
      this.retry();
    }, silenceMs);
  }

  private abandon(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private retry(): void {
    const wait = this.waitMs * (0.75 + Math.random() / 2);
    this.waitMs = Math.min(this.waitMs * 2, longestWaitMs);
    this.events.link('waiting', Date.now() + wait);
    this.timer = window.setTimeout(() => this.open(), wait);
  }
}
