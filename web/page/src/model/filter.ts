// The filter language: free words, `field:value` with `*`, `age>5m`, and `!` for the contrary.
import {callText, type Worker} from './worker';

export type Test = (worker: Worker, nowMs: number) => boolean;

export interface Token {
  text: string;
  /** How much of the text is `!`, field and operator: the box shows it in another colour. */
  head: number;
  problem?: string;
}

export interface Filter {
  test: Test;
  /** The text cut into tokens and the spaces between them, in order. */
  tokens: Token[];
  problem?: string;
}

const read: Record<string, (worker: Worker) => string[]> = {
  host: (w) => [w.host],
  state: (w) => [w.state],
  function: (w) => [w.function],
  pid: (w) => [String(w.pid)],
  id: (w) => [w.id],
  anchor: (w) => w.anchors,
};

export const fields = [...Object.keys(read), 'age'];

const units: Record<string, number> = {s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** A pattern with `*`, compared as a whole and without regard to case. */
function matcher(pattern: string): (text: string) => boolean {
  const lower = pattern.toLowerCase();
  if (!lower.includes('*')) return (text) => text.toLowerCase() === lower;
  const escaped = lower.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${escaped.join('.*')}$`, 's');
  return (text) => expression.test(text.toLowerCase());
}

/** `/trend` means all that stands under it. */
function anchorMatcher(pattern: string): (text: string) => boolean {
  if (pattern.includes('*')) return matcher(pattern);
  const path = pattern.replace(/\/+$/, '').toLowerCase();
  return (text) => {
    const lower = text.toLowerCase();
    return lower === path || lower.startsWith(path + '/');
  };
}

function freeText(word: string): Test {
  const lower = word.toLowerCase();
  return (w) =>
    w.id.toLowerCase().includes(lower) ||
    w.host.toLowerCase().includes(lower) ||
    String(w.pid).includes(lower) ||
    callText(w).toLowerCase().includes(lower) ||
    w.anchors.some((anchor) => anchor.toLowerCase().includes(lower));
}

function unquoted(text: string): string {
  return text.replace(/"/g, '');
}

function ageTest(operator: string, value: string): Test | string {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value);
  if (!match) return 'an age is a number and s, m, h or d: age>5m';
  const limitMs = Number(match[1]) * units[match[2]!]!;
  return operator === '>'
    ? (w, now) => now - w.started_ms > limitMs
    : (w, now) => now - w.started_ms < limitMs;
}

function fieldTest(field: string, operator: string, value: string): Test | string {
  if (field === 'age') return operator === ':' ? 'compare an age with > or <' : ageTest(operator, value);
  const values = read[field];
  if (!values) return `there is no field “${field}”; there are ${fields.join(', ')}`;
  if (operator !== ':') return `${field} takes “:”`;
  if (value === '') return `${field}: needs a value`;
  const matches = field === 'anchor' ? anchorMatcher(value) : matcher(value);
  return (w) => values(w).some(matches);
}

function parseToken(text: string): {token: Token; test?: Test} {
  let rest = text;
  let negative = false;
  if (rest.startsWith('!')) {
    negative = true;
    rest = rest.slice(1);
  }
  const match = /^([A-Za-z]+)([:<>])(!?)(.*)$/s.exec(rest);
  let test: Test | string;
  let head = negative ? 1 : 0;
  if (match) {
    if (match[3]) negative = !negative;
    head = text.length - match[4]!.length - match[3]!.length;
    test = fieldTest(match[1]!.toLowerCase(), match[2]!, unquoted(match[4]!));
  } else {
    const word = unquoted(rest);
    test = word === '' ? 'what should not match?' : freeText(word);
  }
  if (typeof test === 'string') return {token: {text, head, problem: test}};
  const positive = test;
  return {token: {text, head}, test: negative ? (w, now) => !positive(w, now) : positive};
}

/** All tokens must match. Quotes hold a value with spaces together. */
export function parseFilter(text: string): Filter {
  const tests: Test[] = [];
  const tokens: Token[] = [];
  let problem: string | undefined;
  for (const piece of text.match(/\s+|(?:"[^"]*"?|[^\s"])+/g) ?? []) {
    if (piece.trim() === '') {
      tokens.push({text: piece, head: 0});
      continue;
    }
    const {token, test} = parseToken(piece);
    tokens.push(token);
    if (test) tests.push(test);
    problem ??= token.problem;
  }
  return {test: (w, now) => tests.every((test) => test(w, now)), tokens, problem};
}
