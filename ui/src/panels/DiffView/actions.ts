import { openPanel } from '../../shell/layout'
import { useGraphs } from '../../stores/graphs'
import type { Side } from './sides'
import { compare } from './useDiff'

/** Show in a panel, and on the canvas, what differs from another graph to the one that is shown. */
export async function compareWithActive(before: Side): Promise<void> {
  const session = useGraphs.getState().active
  openPanel('diff')
  await compare(before, { kind: 'open', session })
}
