/** Whether the view moves: what can wait does so until it has come to rest. */

const REST = 160

let frame: HTMLElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const waiting = new Set<() => void>()

/** Say that the view has moved. While it does, the canvas carries `data-moving`. */
export function moved(element: HTMLElement | null): void {
  if (timer === undefined) element?.setAttribute('data-moving', '')
  frame = element
  clearTimeout(timer)
  timer = setTimeout(rest, REST)
}

function rest(): void {
  timer = undefined
  frame?.removeAttribute('data-moving')
  const all = [...waiting]
  waiting.clear()
  for (const one of all) one()
}

export const inMotion = () => timer !== undefined

/** Do something once when the view rests. */
export function whenStill(then: () => void): void {
  if (inMotion()) waiting.add(then)
  else then()
}
