// What the page remembers on this machine: the theme, and which table is shown.
import {signal} from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';
export type Tab = 'workers' | 'calls';

const themeKey = 'circuit.theme';
const tabKey = 'circuit.tab';
const themes: Theme[] = ['system', 'dark', 'light'];
export const tabs: Tab[] = ['workers', 'calls'];

/** The stored choice; the first, where none of them is stored. */
function remembered<Choice extends string>(key: string, choices: Choice[]): Choice {
  const stored = localStorage.getItem(key);
  return choices.find((choice) => choice === stored) ?? choices[0]!;
}

export const theme = signal<Theme>(remembered(themeKey, themes));
export const tab = signal<Tab>(remembered(tabKey, tabs));

const systemIsLight = matchMedia('(prefers-color-scheme: light)');

function show(): void {
  const system = systemIsLight.matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme.value === 'system' ? system : theme.value;
}

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
  localStorage.setItem(themeKey, theme.value);
  show();
}

export function showTab(next: Tab): void {
  tab.value = next;
  localStorage.setItem(tabKey, next);
}

systemIsLight.addEventListener('change', show);
show();
