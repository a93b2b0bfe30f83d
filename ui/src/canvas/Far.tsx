import { useStoreApi } from '@xyflow/react'
import { useEffect, useMemo, useRef } from 'react'
import { children, type Path } from '../graph/level'
import { t } from '../i18n/t'
import { examples } from '../stores/examples'
import { explanations } from '../stores/plan'
import { results } from '../stores/results'
import { livePictures, nodeKey, nodeRuns } from '../stores/runs'
import { toldOf } from './card/latePreviews'
import { framesAround, statusInside, statusOf } from './card/status'
import { FarPainter } from './farPainter'
import type { FlowLink, FlowNode } from './nodes'
import { bitmapOf, insteadOf } from './pictures'
import { prepared } from './scene'
import { onThemeShown } from './theme'
import './far.css'

interface Props {
  nodes: readonly FlowNode[]
  links: readonly FlowLink[]
  selected: ReadonlySet<string>
  session: string
  at: Path
}

const statusAt = (key: string) => statusOf(nodeRuns.get(key), explanations.get(key), results.get(key) !== undefined)

/** The level seen from far, drawn on one canvas; anew whenever something in it changes, and never else. */
export function Far({ nodes, links, selected, session, at }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<FarPainter>(null)
  const flow = useStoreApi()
  const level = useMemo(() => prepared(nodes, links), [nodes, links])

  useEffect(() => {
    if (!canvas.current) return
    const own = new FarPainter(canvas.current, () => {
      const { transform, width, height } = flow.getState()
      return { x: transform[0], y: transform[1], zoom: transform[2], width, height }
    })
    painter.current = own
    const stores = [nodeRuns, livePictures, results, examples, explanations]
    const leave = [
      ...stores.map((store) => store.subscribeAll(own.later)),
      onThemeShown(() => own.repaint()),
      flow.subscribe((now, before) => {
        if (now.transform !== before.transform || now.width !== before.width || now.height !== before.height) own.soon()
      }),
    ]
    return () => {
      leave.forEach((one) => one())
      own.stop()
    }
  }, [flow])

  useEffect(() => {
    const own = painter.current
    if (!own) return
    const key = (name: string) => nodeKey(session, children(at, name))
    own.show({
      level,
      selected,
      status: (name) => statusInside(statusAt(key(name)), ...framesAround(name).map((frame) => (frame ? statusAt(key(frame)) : 'idle'))),
      told: (name) => toldOf(session, children(at, name), own.later),
      instead: (name) => insteadOf(session, children(at, name)),
      exampleText: t('canvas.example'),
      picture: (name, size) => bitmapOf(session, children(at, name), size, own.later),
    })
  }, [level, selected, session, at])

  return <canvas ref={canvas} className="far" aria-hidden />
}
