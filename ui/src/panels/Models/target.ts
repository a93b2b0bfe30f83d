import { useMemo } from 'react'
import { isBox } from '../../canvas/places'
import { entry, nameOf } from '../../graph/level'
import { interfaceOf, type Interface } from '../../graph/ports'
import { useSelection } from '../../stores/selection'
import { useHere } from '../Inspector/here'
import { textPort, type TextPort } from './ports'

/** The one card that is selected, which models and their words are given to. */
export interface Target {
  /** Its path from the level that is shown. */
  readonly id: string
  readonly title: string
  readonly face: Interface
  readonly text: TextPort | null
}

/** The card that is selected; null while there is none, there are several, or it can't be edited. */
export function useTarget(): Target | null {
  const here = useHere()
  const names = useSelection((state) => state.names)
  return useMemo(() => {
    const [id] = names
    if (!here || here.readOnly || id === undefined || names.length > 1 || isBox(id)) return null
    const name = nameOf(id)
    const instance = entry(here.level.nodes, name)
    const face = instance && interfaceOf(instance, name, here.known.catalogue, here.known.interfaces)
    return instance && face ? { id, title: face.title, face, text: textPort(here.level, name, instance, face) } : null
  }, [here, names])
}
