/** Whether what the page was opened for is on the screen. What can wait for that is loaded then. */

import { create } from 'zustand'

export const useShown = create<{ shown: boolean }>(() => ({ shown: false }))

let tell: () => void = () => undefined
/** Done once the graph is shown, or it is known that there is none to show. */
export const shown = new Promise<void>((resolve) => {
  tell = resolve
})

/** Say that the next frame shows it. A page that nobody looks at has no frames. */
export function markShown(): void {
  const mark = () => {
    useShown.setState({ shown: true })
    tell()
  }
  if (document.hidden) mark()
  else requestAnimationFrame(() => setTimeout(mark))
}
