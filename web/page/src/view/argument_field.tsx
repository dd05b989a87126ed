// One argument of a spawn, in the widget that fits its type.
import {isSecret, widgetOf, type Checked} from '../model/arguments';
import type {Parameter} from '../model/worker';

interface Props {
  parameter: Parameter;
  text: string;
  checked: Checked;
  onInput(text: string): void;
}

export function ArgumentField({parameter, text, checked, onInput}: Props) {
  const widget = widgetOf(parameter.type);
  const id = `spawn-argument-${parameter.name}`;
  const problem = 'problem' in checked ? checked.problem : undefined;
  const common = {
    id,
    'data-testid': id,
    'aria-invalid': problem !== undefined,
    'aria-describedby': `${id}-hint`,
    autocomplete: 'off',
    spellcheck: false,
  };
  return (
    <>
      <label for={id}>{parameter.name}</label>
      <div>
        {widget.kind === 'flag' ? (
          <input
            {...common}
            type="checkbox"
            checked={text === 'true'}
            onChange={(event) => onInput(String(event.currentTarget.checked))}
          />
        ) : isSecret(parameter.type) ? (
          <input
            {...common}
            type="password"
            autocomplete="new-password"
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        ) : widget.kind === 'json' ? (
          <textarea
            {...common}
            rows={2}
            value={text}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        ) : (
          <input
            {...common}
            value={text}
            inputMode={widget.kind === 'text' ? 'text' : 'decimal'}
            onInput={(event) => onInput(event.currentTarget.value)}
          />
        )}
        <div id={`${id}-hint`} class={problem && text !== '' ? 'hint bad' : 'hint'}>
          {parameter.type}
          {problem && `: ${problem}`}
        </div>
      </div>
    </>
  );
}
