// The filter language: free words, `field:value` with `*`, `age>5m`, and `!` for the contrary. What words and
// fields there are depends on what is filtered: vocabulary.ts.
export type Test<T> = (one: T, nowMs: number) => boolean;

export interface Vocabulary<T> {
  fields: Map<string, (one: T) => string[]>;
  /** Fields of something else, and what to say to who uses them here. */
  elsewhere: Map<string, string>;
  /** Where free words are looked for. */
  words(one: T): string[];
  startedMs(one: T): number;
}

export interface Token {
  text: string;
  /** How much of the text is `!`, field and operator: the box shows it in another colour. */
  head: number;
  problem?: string;
}

export interface Filter<T> {
  test: Test<T>;
  /** The text cut into tokens and the spaces between them, in order. */
  tokens: Token[];
  problem?: string;
}

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

function freeText<T>(word: string, vocabulary: Vocabulary<T>): Test<T> {
  const lower = word.toLowerCase();
  return (one) => vocabulary.words(one).some((text) => text.toLowerCase().includes(lower));
}

function unquoted(text: string): string {
  return text.replace(/"/g, '');
}

function ageTest<T>(operator: string, value: string, vocabulary: Vocabulary<T>): Test<T> | string {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value);
  if (!match) return 'an age is a number and s, m, h or d: age>5m';
  const limitMs = Number(match[1]) * units[match[2]!]!;
  return operator === '>'
    ? (one, now) => now - vocabulary.startedMs(one) > limitMs
    : (one, now) => now - vocabulary.startedMs(one) < limitMs;
}

function fieldTest<T>(
  field: string,
  operator: string,
  value: string,
  vocabulary: Vocabulary<T>,
): Test<T> | string {
  if (field === 'age')
    return operator === ':' ? 'compare an age with > or <' : ageTest(operator, value, vocabulary);
  const values = vocabulary.fields.get(field);
  if (!values) {
    const known = [...vocabulary.fields.keys(), 'age'];
    return vocabulary.elsewhere.get(field) ?? `there is no field “${field}”; there are ${known.join(', ')}`;
  }
  if (operator !== ':') return `${field} takes “:”`;
  if (value === '') return `${field}: needs a value`;
  const matches = field === 'anchor' ? anchorMatcher(value) : matcher(value);
  return (one) => values(one).some(matches);
}

function parseToken<T>(text: string, vocabulary: Vocabulary<T>): {token: Token; test?: Test<T>} {
  let rest = text;
  let negative = false;
  if (rest.startsWith('!')) {
    negative = true;
    rest = rest.slice(1);
  }
  const match = /^([A-Za-z]+)([:<>])(!?)(.*)$/s.exec(rest);
  let test: Test<T> | string;
  let head = negative ? 1 : 0;
  if (match) {
    if (match[3]) negative = !negative;
    head = text.length - match[4]!.length - match[3]!.length;
    test = fieldTest(match[1]!.toLowerCase(), match[2]!, unquoted(match[4]!), vocabulary);
  } else {
    const word = unquoted(rest);
    test = word === '' ? 'what should not match?' : freeText(word, vocabulary);
  }
  if (typeof test === 'string') return {token: {text, head, problem: test}};
  const positive = test;
  return {token: {text, head}, test: negative ? (one, now) => !positive(one, now) : positive};
}

/** All tokens must match. Quotes hold a value with spaces together. */
export function parseFilter<T>(text: string, vocabulary: Vocabulary<T>): Filter<T> {
  const tests: Test<T>[] = [];
  const tokens: Token[] = [];
  let problem: string | undefined;
  for (const piece of text.match(/\s+|(?:"[^"]*"?|[^\s"])+/g) ?? []) {
    if (piece.trim() === '') {
      tokens.push({text: piece, head: 0});
      continue;
    }
    const {token, test} = parseToken(piece, vocabulary);
    tokens.push(token);
    if (test) tests.push(test);
    problem ??= token.problem;
  }
  return {test: (one, now) => tests.every((test) => test(one, now)), tokens, problem};
}
