/** Meshes: reading Wavefront OBJ, and turning them for a look from outside. */

export type Vertex = readonly [x: number, y: number, z: number]

export interface Mesh {
  readonly vertices: readonly Vertex[]
  /** Pairs of places in `vertices`. */
  readonly edges: readonly (readonly [number, number])[]
  readonly faces: number
}

/** Read an OBJ file: its vertices and faces; anything else in it is passed over. */
export function readObj(text: string): Mesh {
  const vertices: Vertex[] = []
  const edges = new Map<string, readonly [number, number]>()
  let faces = 0
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'v') vertices.push([Number(rest[0]), Number(rest[1]), Number(rest[2])])
    if (word !== 'f') continue
    faces += 1
    // Places count from 1, negative ones from the end; texture and normal stand behind a slash
    const corners = rest.map((corner) => parseInt(corner, 10)).map((at) => (at < 0 ? vertices.length + at : at - 1))
    corners.forEach((from, i) => {
      const to = corners[(i + 1) % corners.length] ?? from
      if (from !== to) edges.set(from < to ? `${from} ${to}` : `${to} ${from}`, [from, to])
    })
  }
  return { vertices, edges: [...edges.values()], faces }
}

/** Middle, and the largest distance from it. */
export function extent(vertices: readonly Vertex[]): { middle: Vertex; radius: number } {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  for (const vertex of vertices) {
    vertex.forEach((value, axis) => {
      low[axis] = Math.min(low[axis] ?? value, value)
      high[axis] = Math.max(high[axis] ?? value, value)
    })
  }
  const half = (axis: number) => ((low[axis] ?? 0) + (high[axis] ?? 0)) / 2
  const middle: Vertex = vertices.length === 0 ? [0, 0, 0] : [half(0), half(1), half(2)]
  const far = vertices.map(([x, y, z]) => Math.hypot(x - middle[0], y - middle[1], z - middle[2]))
  return { middle, radius: far.reduce((most, one) => Math.max(most, one), 0) || 1 }
}

/** Turn a point about the upright axis, then tip it towards the viewer; angles in radians. */
export function turned([x, y, z]: Vertex, turn: number, tip: number): Vertex {
  const across = x * Math.cos(turn) + z * Math.sin(turn)
  const deep = z * Math.cos(turn) - x * Math.sin(turn)
  return [across, y * Math.cos(tip) - deep * Math.sin(tip), y * Math.sin(tip) + deep * Math.cos(tip)]
}
