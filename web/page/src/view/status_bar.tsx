// The line at the bottom: whether what is shown is true now.
import {silenceMs, tick} from '../model/clock';
import {connection, link, retryAtMs, retryNow, role} from '../model/connection';
import {countText} from '../model/format';
import {hosts} from '../model/store';

function secondsText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

function ConnectionText() {
  switch (connection.value) {
    case 'open':
      return <>Connected to {location.host}</>;
    case 'stale':
      return <>Nothing heard for {secondsText(silenceMs())}: what you see is stale</>;
    case 'connecting':
      return <>Connecting to {location.host}…</>;
    case 'refused':
      return <>The endpoint refuses the token</>;
    case 'waiting':
      return <>Disconnected; next try in {secondsText(Math.max(0, retryAtMs.value - Date.now()))}</>;
  }
}

export function StatusBar() {
  void tick.value;
  const state = connection.value;
  const look = state === 'open' ? 'live' : state === 'refused' || state === 'waiting' ? 'dead' : 'suspect';
  const silent = hosts.value.filter((host) => !host.connected);
  return (
    <footer class="status">
      <span class={`state ${look}`} data-testid="connection-state" data-state={state} role="status">
        <i class={`dot ${look}`} aria-hidden="true" />
        <ConnectionText />
      </span>
      {(link.value === 'waiting' || state === 'stale') && (
        <button class="link" onClick={retryNow}>
          Retry now
        </button>
      )}
      {state === 'open' && <span class="updated">Updated {secondsText(silenceMs())} ago</span>}
      <span>
        {countText(hosts.value.length)} {hosts.value.length === 1 ? 'host' : 'hosts'}
      </span>
      {silent.map((host) => (
        <span key={host.host} class="state suspect" title={host.trouble}>
          <i class="dot suspect" aria-hidden="true" />
          {host.host}: {host.trouble || 'not heard'}
        </span>
      ))}
      <span class="grow" />
      <span>{role.value === 'operate' ? 'operator' : 'viewer'}</span>
    </footer>
  );
}
