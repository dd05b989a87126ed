// Where the page begins: with its token, or without.
import {render} from 'preact';
import {takeToken} from './model/session';
import {connect} from './model/connection';
import {App} from './view/app';
import {NoToken} from './view/no_token';
import './style/tokens.css';
import './style/frame.css';
import './style/panes.css';
import './style/states.css';
import './style/tree.css';
import './style/tables.css';
import './style/calls.css';
import './style/detail.css';
import './style/controls.css';
import './style/dialogs.css';

const root = document.getElementById('page')!;
const token = takeToken();
if (token === null) {
  render(<NoToken refused={false} />, root);
  // Pasting the whole URL into this tab changes only the fragment, which loads nothing by itself.
  addEventListener('hashchange', () => location.reload());
} else {
  connect(token);
  render(<App />, root);
  addEventListener('hashchange', () => location.reload());
}
