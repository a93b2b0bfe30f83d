import { useMemo } from 'react'
import type { Graph } from '../../protocol'
import { useCatalogue } from '../../stores/catalogue'
import { miniature, type MiniLine } from './miniature'
import './mini-graph.css'

/** A graph's boxes and links, drawn small. It says nothing that its title doesn't, so it has no name. */
export function MiniGraph({ graph }: { readonly graph: Graph }) {
  const catalogue = useCatalogue((state) => state.catalogue)
  const { boxes, lines, bounds } = useMemo(() => miniature(graph, catalogue), [graph, catalogue])
  return (
    <svg className="mini-graph" viewBox={bounds.join(' ')} preserveAspectRatio="xMidYMid meet" aria-hidden>
      {lines.map((line, place) => (
        <path key={place} className="mini-graph__line" d={curve(line)} style={{ stroke: `var(--type-${line.kind})` }} />
      ))}
      {boxes.map(({ name, x, y, width, height, kind, level }) => (
        <g key={name} style={{ color: `var(--type-${kind})` }}>
          <rect className="mini-graph__box" x={x} y={y} width={width} height={height} rx={16} />
          <rect className="mini-graph__head" x={x} y={y} width={width} height={28} rx={12} />
          {level && <rect className="mini-graph__inner" x={x + 24} y={y + 48} width={width - 48} height={Math.max(0, height - 72)} rx={8} />}
        </g>
      ))}
    </svg>
  )
}

function curve({ from, to }: MiniLine): string {
  const bend = Math.max(40, Math.abs(to[0] - from[0]) / 2)
  return `M${from[0]} ${from[1]} C${from[0] + bend} ${from[1]} ${to[0] - bend} ${to[1]} ${to[0]} ${to[1]}`
}
