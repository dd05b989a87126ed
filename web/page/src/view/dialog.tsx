// The frame of every dialog: keeps the focus inside, gives it back afterwards, closes on Escape.
import type {ComponentChildren} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import {dialog} from '../model/store';

interface Props {
  title: string;
  /** What has the focus at first; else the first field. */
  focus?: string;
  wide?: boolean;
  children: ComponentChildren;
}

export function closeDialog(): void {
  dialog.value = null;
}

export function DialogFrame({title, focus, wide, children}: Props) {
  const frame = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    const box = frame.current!;
    box.showModal();
    const first = box.querySelector<HTMLElement>(focus ?? 'input, select, textarea, button');
    first?.focus();
    return () => {
      box.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={frame}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        closeDialog();
      }}
    >
      <h2 class="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}
