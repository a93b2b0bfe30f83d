import { useCallback, type KeyboardEvent } from 'react'
import { announce } from '../shell/announce'
import { openAddNode } from '../panels/AddNode'
import { select, useSelection } from '../stores/selection'
import { t } from '../i18n/t'
import { moveTo } from './lateActions'
import { withMembers, writeInto } from './boxes'
import { isCard, type FlowNode } from './nodes'
import { isGroup } from './places'
import { focusCard, focusedNode, isThere, meantLevel, meantPlace, nodeNamed, reveal, shownNodes, viewCentre } from './view'
import { nearest, neighbour, type Direction } from './walk'

const ARROWS: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }
const STEP = 10

/** Keys of the canvas itself: arrows walk from node to node, with Alt they move what is selected. */
export function useCanvasKeys(nodes: readonly FlowNode[]) {
  return useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const target = event.target as HTMLElement
      if (event.defaultPrevented) return
      if (target.closest(TYPING)) {
        if (event.key === 'Escape') target.closest<HTMLElement>('[data-node], [data-box]')?.focus()
        return
      }
      takeFocused(event)
      const direction = ARROWS[event.key]
      if (direction && !target.closest('[data-node] button')) {
        event.preventDefault()
        if (event.altKey) moveSelected(direction, event.shiftKey)
        else walk(nodes, direction, event.shiftKey)
      } else {
        pressed(event, target)
      }
    },
    [nodes],
  )
}

/** Keys that leave what is selected as it is. */
const IDLE = new Set(['Tab', 'Escape', 'Delete', 'Backspace', 'Shift', 'Control', 'Alt', 'Meta', 'AltGraph'])

/** With nothing selected, such as after a removal, keys mean the card that has the keyboard. */
function takeFocused({ key }: KeyboardEvent): void {
  const focused = focusedNode()
  if (focused && useSelection.getState().names.length === 0 && !IDLE.has(key)) select([focused])
}

const TYPING = 'input, textarea, select, [contenteditable], [role=slider], [role=menu], [role=combobox]'

function pressed(event: KeyboardEvent<HTMLElement>, target: HTMLElement): void {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey
  if (event.key === 'Tab' && target === event.currentTarget && plain) {
    event.preventDefault()
    openAddNode({ position: meantPlace(), inside: meantLevel() })
  } else if (event.key === 'Enter' && plain && target.matches('[data-node], [data-box]')) {
    event.preventDefault()
    goIn(target)
  } else if (event.key === 'Escape') {
    if (target.matches('[data-node], [data-box]')) event.currentTarget.focus()
    else select([])
  }
}

/** Go on to the first field of a card, or write into a frame or note. */
function goIn(target: HTMLElement): void {
  const box = target.dataset['box']
  if (box !== undefined) return writeInto(box)
  target.querySelector<HTMLElement>('.row__widget :is(input, textarea, button, select), .card__fold')?.focus()
}

function walk(nodes: readonly FlowNode[], direction: Direction, more: boolean): void {
  const { names } = useSelection.getState()
  const from = names.at(-1)
  const next = from ? neighbour(nodes, from, direction) : nearest(nodes, viewCentre())
  if (!next) return
  select(more && from ? [...names.filter((name) => name !== next), next] : [next])
  reveal(next)
  focusCard(next)
  const node = nodeNamed(next)
  if (more) announce(t('canvas.selectedCount', { n: useSelection.getState().names.length }))
  else if (node && !isThere(next)) announce(isCard(node) ? node.data.face.title : t(isGroup(next) ? 'canvas.groupNamed' : 'canvas.noteNamed', { name: node.data.text, text: node.data.text }))
}

function moveSelected(direction: Direction, far: boolean): void {
  const by = far ? 10 * STEP : STEP
  const dx = direction === 'left' ? -by : direction === 'right' ? by : 0
  const dy = direction === 'up' ? -by : direction === 'down' ? by : 0
  const positions = new Map<string, [number, number]>()
  const names = new Set(withMembers(useSelection.getState().names, shownNodes()))
  for (const { id, draggable, position } of shownNodes()) {
    if (names.has(id) && draggable !== false) positions.set(id, [position.x + dx, position.y + dy])
  }
  void moveTo(positions)
}
