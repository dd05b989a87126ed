// The whole page.
import {useLayoutEffect} from 'preact/hooks';
import {connection, link} from '../model/connection';
import {forgetToken} from '../model/session';
import {dialog} from '../model/store';
import {AnchorTree} from './anchor_tree';
import {onKey} from './commands';
import {Detail} from './detail';
import {KeysDialog} from './keys_dialog';
import {KillDialog} from './kill_dialog';
import {MainPane} from './main_pane';
import {NoToken} from './no_token';
import {SpawnDialog} from './spawn_dialog';
import {StatusBar} from './status_bar';
import {Strip} from './strip';
import {TopBar} from './top_bar';

function OpenDialog() {
  const open = dialog.value;
  switch (open?.kind) {
    case 'spawn':
      return <SpawnDialog />;
    case 'kill':
      return <KillDialog targets={open.targets} />;
    case 'keys':
      return <KeysDialog />;
    default:
      return null;
  }
}

export function App() {
  // Before the first frame is seen: whoever sees the page may press a key.
  useLayoutEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (link.value === 'refused') {
    forgetToken();
    return <NoToken refused />;
  }
  const dull = connection.value !== 'open';
  return (
    <div class={dull ? 'page stale' : 'page'}>
      <TopBar />
      <Strip />
      <main class="panes">
        <AnchorTree />
        <MainPane />
        <Detail />
      </main>
      <StatusBar />
      <OpenDialog />
    </div>
  );
}
