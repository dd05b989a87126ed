// The arguments of a spawn: one widget per parameter, what it says, and what goes out as JSON text. Numbers stay
// text all the way: a 64-bit integer does not survive as a JavaScript number.
import type {Parameter, WorkerFunction} from './worker';

export type Widget =
  | {kind: 'text'}
  | {kind: 'flag'}
  | {kind: 'integer'; least: bigint; most: bigint}
  | {kind: 'number'}
  | {kind: 'json'};

/** Whether what is typed must not be seen. */
export function isSecret(type: string): boolean {
  return type.startsWith('secret<') && type.endsWith('>');
}

/** The widget of a type; of a secret, for what is inside. */
export function widgetOf(type: string): Widget {
  if (isSecret(type)) return widgetOf(type.slice('secret<'.length, -1));
  if (type === 'text') return {kind: 'text'};
  if (type === 'bool') return {kind: 'flag'};
  if (type === 'f32' || type === 'f64') return {kind: 'number'};
  const integer = /^([iu])(8|16|32|64)$/.exec(type);
  if (!integer) return {kind: 'json'};
  const bits = BigInt(integer[2]!);
  if (integer[1] === 'u') return {kind: 'integer', least: 0n, most: (1n << bits) - 1n};
  return {kind: 'integer', least: -(1n << (bits - 1n)), most: (1n << (bits - 1n)) - 1n};
}

export type Checked = {json: string} | {problem: string};

function asJson(text: string): unknown {
  try {
    return {value: JSON.parse(text)};
  } catch {
    return undefined;
  }
}

/** What stands in a widget at first: the default as people write it. */
export function initialText(parameter: Parameter): string {
  const widget = widgetOf(parameter.type);
  if (parameter.default === undefined) return widget.kind === 'flag' ? 'false' : '';
  if (widget.kind !== 'text') return parameter.default;
  const parsed = asJson(parameter.default) as {value: unknown} | undefined;
  return typeof parsed?.value === 'string' ? parsed.value : parameter.default;
}

export function check(parameter: Parameter, text: string): Checked {
  const widget = widgetOf(parameter.type);
  const trimmed = text.trim();
  switch (widget.kind) {
    case 'text':
      return {json: JSON.stringify(text)};
    case 'flag':
      return {json: text === 'true' ? 'true' : 'false'};
    case 'integer': {
      if (!/^-?\d+$/.test(trimmed)) return {problem: 'a whole number'};
      const value = BigInt(trimmed);
      if (value < widget.least || value > widget.most)
        return {problem: `from ${widget.least} to ${widget.most}`};
      return {json: value.toString()};
    }
    case 'number':
      if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return {problem: 'a number'};
      return asJson(trimmed) ? {json: trimmed} : {json: JSON.stringify(Number(trimmed))};
    case 'json':
      if (trimmed === '') return {problem: `JSON for ${parameter.type}`};
      return asJson(trimmed) ? {json: trimmed} : {problem: 'this is not JSON'};
  }
}

/** A word as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

/** The line that does the same in a terminal; secrets are not shown. */
export function commandLine(host: string, anchors: string[], chosen: WorkerFunction, json: string[]): string {
  const words = ['circuit', 'spawn', shellWord(host)];
  for (const anchor of anchors) words.push('-a', shellWord(anchor));
  words.push(shellWord(chosen.name), ...json.map((text, i) => (isSecret(chosen.parameters[i]?.type ?? '') ? "'***'" : shellWord(text))));
  return words.join(' ');
}

/** Anchors as they are typed: paths with spaces or commas between them. */
export function parseAnchors(text: string): string[] | {problem: string} {
  const anchors = text.split(/[\s,]+/).filter((part) => part !== '');
  const wrong = anchors.find((anchor) => !/^(\/[^/]+)+$/.test(anchor));
  return wrong === undefined ? anchors : {problem: `“${wrong}” is no path like /trend/reducer`};
}
