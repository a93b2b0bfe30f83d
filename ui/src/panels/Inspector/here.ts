import { useMemo } from 'react'
import { knownOf, levelShown } from '../../canvas/here'
import { parent, type Path } from '../../graph/level'
import type { Known } from '../../graph/ports'
import type { Graph } from '../../protocol'
import { useCatalogue } from '../../stores/catalogue'
import { useGraphs } from '../../stores/graphs'
import { useSelection } from '../../stores/selection'

/** A level of the active graph that is drawn, with what tells the ports of its instances. */
export interface Here {
  readonly session: string
  readonly at: Path
  /** Its path from the level that is shown. */
  readonly inside: Path
  readonly level: Graph
  /** Whether it stands in a graph that is referred to, which isn't edited here. */
  readonly readOnly: boolean
  readonly known: Known
}

/** The level of what is selected, drawn again when it changes; null when no graph is open. */
export function useHere(): Here | null {
  return useLevel(useSelection(({ names, link }) => parent(names[0] ?? link)))
}

/** A level, by its path from the one that is shown, drawn again when it changes; null when there is none. */
export function useLevel(inside: Path): Here | null {
  const session = useGraphs((state) => state.active)
  const open = useGraphs((state) => state.open[session])
  const catalogue = useCatalogue((state) => state.catalogue)
  return useMemo(() => {
    const shown = open ? levelShown(open, inside) : null
    return open && shown ? { ...shown, inside, session, known: knownOf(open, catalogue, inside) } : null
  }, [session, open, catalogue, inside])
}
