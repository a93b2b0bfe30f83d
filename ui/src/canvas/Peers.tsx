import { ViewportPortal } from '@xyflow/react'
import { MousePointer2 } from 'lucide-react'
import { t } from '../i18n/t'
import { colourOf, usePresence } from '../stores/presence'
import type { FlowNode } from './nodes'

/** Pointers and selections of the others in this graph. */
export function Peers({ session, nodes }: { session: string; nodes: readonly FlowNode[] }) {
  const people = usePresence((now) => now.people[session])
  if (!people) return null
  const places = new Map(nodes.map((node) => [node.id, node]))
  return (
    <ViewportPortal>
      {Object.values(people).map((one) => {
        const colour = colourOf(one.client)
        return (
          <div key={one.client} aria-hidden>
            {one.selection.map((name) => {
              const node = places.get(name)
              return node ? (
                <div
                  key={name}
                  className="peer__selection"
                  style={{
                    transform: `translate(${node.position.x - 4}px, ${node.position.y - 4}px)`,
                    width: (node.width ?? 0) + 8,
                    height: (node.height ?? 0) + 8,
                    borderColor: colour,
                  }}
                />
              ) : null
            })}
            {one.cursor && (
              <div className="peer" style={{ transform: `translate(${one.cursor[0]}px, ${one.cursor[1]}px)`, color: colour }}>
                <MousePointer2 size={18} fill={colour} />
                <span className="peer__name" style={{ background: colour }}>
                  {one.name || t('canvas.somebody')}
                </span>
              </div>
            )}
          </div>
        )
      })}
    </ViewportPortal>
  )
}
