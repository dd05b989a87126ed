// A worker's state: colour, glyph and word, so that no eye depends on the colour.
import type {State} from '../model/worker';

export function Dot({state}: {state: State}) {
  return <i class={`dot ${state}`} aria-hidden="true" />;
}

export function StateMark({state}: {state: State}) {
  return (
    <span class={`state ${state}`}>
      <Dot state={state} />
      {state}
    </span>
  );
}
