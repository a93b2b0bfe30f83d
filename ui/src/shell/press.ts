/** What is known of the press of a pointer that goes on now. There is one at a time. */

const time = 600
const slack = 8

let wasOpen = false
let touch: { readonly x: number; readonly y: number; readonly timer: ReturnType<typeof setTimeout> } | null = null

/** Notes whether the menu of the button that is pressed is open: the press closes it, before the click. */
export function notePress(open: boolean): void {
  wasOpen = open
}

/** Whether the click that comes now began on a button whose menu was open. Asked once a click. */
export function closedByPress(): boolean {
  const closed = wasOpen
  wasOpen = false
  return closed
}

/** Begins a touch that, if it stays where it is for a while, counts as a click of the right button. */
export function beginTouch(x: number, y: number, onLong: () => void): void {
  endTouch()
  touch = { x, y, timer: setTimeout(onLong, time) }
}

/** Ends it once it has moved away. */
export function moveTouch(x: number, y: number): void {
  if (touch && Math.hypot(x - touch.x, y - touch.y) > slack) endTouch()
}

export function endTouch(): void {
  clearTimeout(touch?.timer)
  touch = null
}
