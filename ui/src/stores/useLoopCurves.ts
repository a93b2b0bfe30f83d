import { useEffect } from 'react'
import { get } from '../api/http'
import type { CurvesRecord } from '../protocol'
import { useKeyed } from './keyed'
import { explanations } from './plan'
import { results } from './results'
import { loopCurves, nodeKey, nodeRuns, type LoopCurves } from './runs'

/** What a loop collects in numbers: live from its run, else what the server has, asked for again when that may change. */
export function useLoopCurves(session: string, path: string): LoopCurves | undefined {
  const key = nodeKey(session, path)
  const status = useKeyed(nodeRuns, key)?.status
  const planned = useKeyed(explanations, key)
  const stored = useKeyed(results, key)
  useEffect(() => {
    if (status === 'running') return
    let wanted = true
    void get<CurvesRecord>(`sessions/${session}/curves`, { instance: path }).then(
      (curves) => wanted && takeStored(key, curves),
      () => undefined, // the graph was closed meanwhile, or the server is away
    )
    return () => {
      wanted = false
    }
  }, [session, path, key, status, planned, stored])
  return useKeyed(loopCurves, key)
}

function takeStored(key: string, curves: CurvesRecord): void {
  const before = loopCurves.get(key)
  if (curves.turns.length > 0) loopCurves.set(key, { curves, former: false })
  else if (before && !before.former) loopCurves.set(key, { ...before, former: true })
}
