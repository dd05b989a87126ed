// What the page remembers on this machine: the theme.
import {signal} from '@preact/signals';

export type Theme = 'system' | 'dark' | 'light';

const storageKey = 'circuit.theme';
const order: Theme[] = ['system', 'dark', 'light'];

function remembered(): Theme {
  const stored = localStorage.getItem(storageKey);
  return order.find((theme) => theme === stored) ?? 'system';
}

export const theme = signal<Theme>(remembered());

const systemIsLight = matchMedia('(prefers-color-scheme: light)');

function show(): void {
  const system = systemIsLight.matches ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme.value === 'system' ? system : theme.value;
}

export function nextTheme(): void {
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length]!;
  localStorage.setItem(storageKey, theme.value);
  show();
}

systemIsLight.addEventListener('change', show);
show();
