// The heights that the style sheet gives to the rows of both tables, in pixels.
export const rowHeight = 26;
export const headHeight = 28;
