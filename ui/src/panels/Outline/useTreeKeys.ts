import { useRef, type KeyboardEvent } from 'react'
import { chordOf } from '../../shell/keys'
import { select, useSelection } from '../../stores/selection'
import { isDrawn } from '../../canvas/view'
import { parent, pathFrom } from '../../graph/level'
import { activeGraph } from '../../stores/graphs'
import { runChord } from './actions'
import { stepOf, typedTo, type TreeRow } from './keys'
import { setOpen } from './store'

/** Time in which letters that are typed make one text. */
const TYPING = 700

/** The keys of a tree: those that go, those that find by letters, and those that act on the row. */
export function useTreeKeys(rows: readonly TreeRow[], current: string, go: (path: string) => void) {
  const typed = useRef({ text: '', at: 0 })

  const goToPlace = (place: number) => {
    const row = rows[place]
    if (row) go(row.path)
  }
  const type = (letter: string, at: number, place: number) => {
    const before = at - typed.current.at < TYPING ? typed.current.text : ''
    typed.current = { text: before + letter, at }
    goToPlace(typedTo(typed.current.text, rows, place))
  }
  return (event: KeyboardEvent) => {
    const place = rows.findIndex((row) => row.path === current)
    const chord = chordOf(event.nativeEvent)
    if (place < 0 || chord === null) return
    const step = isPlain(event) ? stepOf(event.key, rows, place) : null
    if (step && 'go' in step) goToPlace(step.go)
    else if (step) setOpen(current, step.open)
    else if (chord === 'space') toggleSelected(current)
    else if (isLetter(event)) type(event.key, event.timeStamp, place)
    else if (!runChord(chord, current)) return
    event.preventDefault()
    event.stopPropagation()
  }
}

function isPlain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey
}

function isLetter(event: KeyboardEvent): boolean {
  return event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
}

/** Add a row to what is selected, or take it away; only rows of one level that is drawn can be selected together. */
function toggleSelected(path: string): void {
  const id = pathFrom(activeGraph()?.at ?? '', path)
  if (id === null || !isDrawn(parent(id))) return
  const { names } = useSelection.getState()
  select(names.includes(id) ? names.filter((one) => one !== id) : [...names, id])
}
