import { useMemo } from 'react'
import { knownOf, levelShown } from '../../canvas/here'
import type { Path } from '../../graph/level'
import type { Known } from '../../graph/ports'
import type { Graph } from '../../protocol'
import { useCatalogue } from '../../stores/catalogue'
import { useGraphs } from '../../stores/graphs'

/** The level of the active graph that is shown, with what tells the ports of its instances. */
export interface Here {
  readonly session: string
  readonly at: Path
  readonly level: Graph
  /** Whether it stands in a graph that is referred to, which isn't edited here. */
  readonly readOnly: boolean
  readonly known: Known
}

/** The level that is shown, drawn again when it changes; null when no graph is open. */
export function useHere(): Here | null {
  const session = useGraphs((state) => state.active)
  const open = useGraphs((state) => state.open[session])
  const catalogue = useCatalogue((state) => state.catalogue)
  return useMemo(() => {
    const shown = open ? levelShown(open) : null
    return open && shown ? { ...shown, session, known: knownOf(open, catalogue) } : null
  }, [session, open, catalogue])
}
