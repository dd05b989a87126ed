// All keys, from the one table of commands.
import {commands} from './commands';
import {closeDialog, DialogFrame} from './dialog';

export function KeysDialog() {
  return (
    <DialogFrame title="Keys" focus="button">
      <dl class="keys">
        {commands.map((command) => (
          <div key={command.what}>
            <dt>
              {(command.shown ?? command.keys).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{command.what}</dd>
          </div>
        ))}
      </dl>
      <h3>The filter</h3>
      <p>
        Words are looked for in id, host, pid, function and anchors. <code>host:web*</code>,{' '}
        <code>state:suspect</code>, <code>function:greet</code>, <code>pid:4711</code>,{' '}
        <code>anchor:/trend</code>, <code>age&gt;5m</code>. A <code>!</code> means the contrary:{' '}
        <code>state:!dead</code>, <code>!greet</code>. Of calls also <code>method:merge</code>,{' '}
        <code>phase:queued</code>, <code>caller:</code> and <code>callee:</code>; what is said of a worker
        fits a call if it fits either end.
      </p>
      <div class="dialog-foot">
        <button class="button" onClick={closeDialog}>
          Close
        </button>
      </div>
    </DialogFrame>
  );
}
