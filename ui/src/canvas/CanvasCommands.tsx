import { useEffect } from 'react'
import { listenToClipboard, registerCanvasCommands } from './commands'
import { listenToTouch } from './touch'

/** What can be done on the canvas by keys, palette and menus; it draws nothing. */
export function CanvasCommands() {
  useEffect(() => {
    const leave = [registerCanvasCommands(), listenToClipboard(), listenToTouch()]
    return () => leave.forEach((one) => one())
  }, [])
  return null
}
