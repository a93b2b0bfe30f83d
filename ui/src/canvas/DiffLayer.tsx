import { ViewportPortal } from '@xyflow/react'
import { X } from 'lucide-react'
import { children, type Point } from '../graph/level'
import { t } from '../i18n/t'
import { clearDiff } from '../panels/DiffView/useDiff'
import { IconButton } from '../shell/Button'
import { useDiffMarks, type DiffMark } from './marks'
import type { FlowNode } from './nodes'
import './diff-layer.css'

interface LayerProps {
  readonly at: string
  readonly nodes: readonly FlowNode[]
  readonly far: boolean
}

/** Outlines of the nodes that the other graph has alone, where they stand in it; and with what it is compared. */
export function DiffLayer({ at, nodes, far }: LayerProps) {
  const { against, ghosts, marks } = useDiffMarks()
  return (
    <>
      <ViewportPortal>
        {ghosts.map(
          (ghost) =>
            ghost.at === at && (
              <Outline key={ghost.name} place={ghost.place} size={ghost.size} mark={ghost.mark} title={ghost.title} />
            ),
        )}
        {far &&
          nodes.map((node) => {
            const mark = marks.get(children(at, node.id))
            const size: Point = [node.width ?? 0, node.height ?? 0]
            return mark && <Outline key={node.id} place={[node.position.x, node.position.y]} size={size} mark={mark} />
          })}
      </ViewportPortal>
      <div className="diff-bar" role="status">
        <span>{t('panels.comparedWith', { other: against })}</span>
        <IconButton icon={X} size="small" label={t('panels.diffEnd')} onClick={clearDiff} />
      </div>
    </>
  )
}

interface OutlineProps {
  readonly place: Point
  readonly size: Point
  readonly mark: DiffMark
  readonly title?: string
}

function Outline({ place: [x, y], size: [width, height], mark, title }: OutlineProps) {
  return (
    <div
      className={`diff-outline diff-outline--${mark}`}
      style={{ transform: `translate(${x}px, ${y}px)`, width, height }}
      aria-hidden="true"
    >
      {title}
    </div>
  )
}
