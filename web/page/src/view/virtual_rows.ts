// Only the rows that can be seen exist in the document.
import {elementScroll, observeElementOffset, observeElementRect, Virtualizer} from '@tanstack/virtual-core';
import type {RefObject} from 'preact';
import {useLayoutEffect, useReducer, useState} from 'preact/hooks';

export interface VirtualRows {
  height: number;
  rows: {index: number; top: number}[];
  scrollTo(index: number): void;
}

const beyond = 10;

/** `headHeight`: what stands before the rows in the box and stays when they scroll. */
export function useVirtualRows(
  box: RefObject<HTMLDivElement>,
  count: number,
  rowHeight: number,
  headHeight = 0,
): VirtualRows {
  const [, redraw] = useReducer<number, void>((n) => n + 1, 0);
  const options = {
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: beyond,
    paddingStart: headHeight,
    scrollPaddingStart: headHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, Element>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    height: virtualizer.getTotalSize(),
    rows: virtualizer.getVirtualItems().map((item) => ({index: item.index, top: item.start})),
    scrollTo: (index) => virtualizer.scrollToIndex(index, {align: 'auto'}),
  };
}
