/** Meshes of triangles: reading Wavefront OBJ, and bringing them to one size around one middle. */

export interface Mesh {
  /** x, y (up) and z of each vertex. */
  readonly positions: Float32Array
  /** Places of the three corners of each face. */
  readonly triangles: Uint32Array
  /** Red, green and blue of each vertex, 0 to 1, as the screen has them; null for a mesh without colours. */
  readonly colours: Float32Array | null
}

export const verticesOf = ({ positions }: Mesh) => positions.length / 3
export const facesOf = ({ triangles }: Mesh) => triangles.length / 3

/** Read an OBJ file: its vertices and faces; anything else in it is passed over. */
export function readObj(text: string): Mesh {
  const positions: number[] = []
  const triangles: number[] = []
  for (const line of text.split('\n')) {
    const [word, ...rest] = line.trim().split(/\s+/)
    if (word === 'v') for (const axis of [0, 1, 2]) positions.push(Number(rest[axis]))
    if (word !== 'f') continue
    // Places count from 1, negative ones from the end; texture and normal stand behind a slash
    const count = positions.length / 3
    const corners = rest.map((corner) => parseInt(corner, 10)).map((at) => (at < 0 ? count + at : at - 1))
    const [first = 0] = corners
    for (let i = 1; i + 1 < corners.length; i += 1) triangles.push(first, corners[i] ?? 0, corners[i + 1] ?? 0)
  }
  return { positions: new Float32Array(positions), triangles: new Uint32Array(triangles), colours: null }
}

/** The same mesh within a ball of radius 1 around the origin. */
export function centred(mesh: Mesh): Mesh {
  const { positions } = mesh
  const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]]
  positions.forEach((value, i) => {
    low[i % 3] = Math.min(low[i % 3] ?? value, value)
    high[i % 3] = Math.max(high[i % 3] ?? value, value)
  })
  const middle = low.map((value, axis) => (value + (high[axis] ?? 0)) / 2)
  const moved = positions.map((value, i) => value - (middle[i % 3] ?? 0))
  let radius = 0
  for (let i = 0; i < moved.length; i += 3) radius = Math.max(radius, Math.hypot(moved[i] ?? 0, moved[i + 1] ?? 0, moved[i + 2] ?? 0))
  return { ...mesh, positions: radius > 0 ? moved.map((value) => value / radius) : moved }
}
