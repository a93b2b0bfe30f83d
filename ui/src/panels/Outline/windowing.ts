/** Which rows of a long list are drawn. */

export interface Window {
  readonly first: number
  /** The row after the last one. */
  readonly end: number
}

/** From so many rows on only those in view are drawn. */
export const WINDOWED = 300
const BEYOND = 12

/** The rows in view with some beyond, of a list whose rows are equally high; all of a short list. */
export function windowOf(count: number, row: number, top: number, height: number): Window {
  if (count <= WINDOWED) return { first: 0, end: count }
  const first = Math.max(0, Math.floor(top / row) - BEYOND)
  const end = Math.min(count, Math.ceil((top + height) / row) + BEYOND)
  return { first: Math.min(first, end), end }
}

/** Places to draw: those of the window, and one row that has to be there wherever the list stands. */
export function drawn({ first, end }: Window, always: number): number[] {
  const places = Array.from({ length: end - first }, (_, place) => first + place)
  if (always >= 0 && always < first) return [always, ...places]
  return always >= end ? [...places, always] : places
}

/** How far a list has to be scrolled for a row to be seen whole; the top it has when it is. */
export function scrolledTo(place: number, row: number, top: number, height: number): number {
  const begin = place * row
  if (begin < top) return begin
  return begin + row > top + height ? begin + row - height : top
}
