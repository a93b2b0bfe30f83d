/** Drawing a mesh without a graphics card: each face as bright as the light falls on it, the nearest in front. */

import { facesOf, type Mesh } from './meshes'

/** How it is looked at: turned about the upright axis, then tipped towards the viewer, in radians. */
export interface Pose {
  readonly turn: number
  readonly tip: number
  readonly zoom: number
}

/** The same view as in the pictures that the server draws. */
export const START: Pose = { turn: 0.6, tip: 0.4, zoom: 1 }

const LIGHT = [0.35, 0.6, 0.72] as const
const AMBIENT = 0.35
const PLAIN = [0.62, 0.6, 0.78] as const
/** x, y and z of three corners. */
type Corners = [number, number, number, number, number, number, number, number, number]
type Colour = [red: number, green: number, blue: number]

/** Part of the shorter side that a mesh fills. */
const FILLED = 0.46

/** Draw a mesh that lies within a ball of radius 1, over what is transparent; RGBA, row by row. */
export function shade(mesh: Mesh, pose: Pose, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const raster = { width, height, pixels: new Uint8ClampedArray(4 * width * height), depths: new Float32Array(width * height).fill(-Infinity) }
  const seen = turned(mesh.positions, pose)
  const scale = Math.min(width, height) * FILLED * pose.zoom
  // One array for all faces: to make some for each would take longer than to draw them
  const corners: Corners = [0, 0, 0, 0, 0, 0, 0, 0, 0]
  const colour: Colour = [0, 0, 0]
  for (let face = 0; face < facesOf(mesh); face += 1) {
    for (let i = 0; i < 9; i += 1) corners[i] = seen[3 * (mesh.triangles[3 * face + ((i / 3) | 0)] ?? 0) + (i % 3)] ?? 0
    tint(colour, mesh, face, 255 * brightness(corners))
    for (let i = 0; i < 9; i += 3) {
      corners[i] = width / 2 + (corners[i] ?? 0) * scale
      corners[i + 1] = height / 2 - (corners[i + 1] ?? 0) * scale
    }
    fill(raster, corners, colour)
  }
  return raster.pixels
}

/** All vertices as they are seen: x to the right, y up, z towards the viewer. */
export function turned(positions: Float32Array, { turn, tip }: Pose): Float32Array {
  const [ct, st, cp, sp] = [Math.cos(turn), Math.sin(turn), Math.cos(tip), Math.sin(tip)]
  const seen = new Float32Array(positions.length)
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i] ?? 0
    const y = positions[i + 1] ?? 0
    const z = positions[i + 2] ?? 0
    const deep = z * ct - x * st
    seen[i] = x * ct + z * st
    seen[i + 1] = y * cp - deep * sp
    seen[i + 2] = y * sp + deep * cp
  }
  return seen
}

/** The mean of its corners' colours. */
function tint(colour: Colour, { colours, triangles }: Mesh, face: number, bright: number): void {
  for (let part = 0; part < 3; part += 1) {
    let sum = 3 * (PLAIN[part] ?? 0)
    if (colours) {
      sum = 0
      for (let i = 3 * face; i < 3 * face + 3; i += 1) sum += colours[3 * (triangles[i] ?? 0) + part] ?? 0
    }
    colour[part] = (sum / 3) * bright
  }
}

/** How much light falls on a face, given by its corners; from whichever side. */
function brightness(corners: Corners): number {
  const [ax, ay, az, bx, by, bz, cx, cy, cz] = corners
  const x = (by - ay) * (cz - az) - (bz - az) * (cy - ay)
  const y = (bz - az) * (cx - ax) - (bx - ax) * (cz - az)
  const z = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  const length = Math.sqrt(x * x + y * y + z * z) || 1
  return Math.min(1, AMBIENT + (1 - AMBIENT) * (Math.abs(x * LIGHT[0] + y * LIGHT[1] + z * LIGHT[2]) / length))
}

interface Raster {
  width: number
  height: number
  pixels: Uint8ClampedArray
  /** How near what is drawn at each pixel is. */
  depths: Float32Array
}

/** Every pixel whose middle lies in a triangle, unless something nearer is drawn there. */
function fill({ width, height, pixels, depths }: Raster, corners: Corners, colour: Colour): void {
  const [ax, ay, az, bx, by, bz, cx, cy, cz] = corners
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
  if (area === 0) return
  const [red, green, blue] = colour
  const left = Math.max(0, Math.floor(Math.min(ax, bx, cx)))
  const right = Math.min(width - 1, Math.ceil(Math.max(ax, bx, cx)))
  const bottom = Math.min(height - 1, Math.ceil(Math.max(ay, by, cy)))
  for (let y = Math.max(0, Math.floor(Math.min(ay, by, cy))); y <= bottom; y += 1) {
    for (let x = left; x <= right; x += 1) {
      // Parts of the triangle that lie opposite to two of its corners
      const u = ((bx - x - 0.5) * (cy - y - 0.5) - (by - y - 0.5) * (cx - x - 0.5)) / area
      const v = ((cx - x - 0.5) * (ay - y - 0.5) - (cy - y - 0.5) * (ax - x - 0.5)) / area
      if (u < 0 || v < 0 || u + v > 1) continue
      const place = y * width + x
      const depth = u * az + v * bz + (1 - u - v) * cz
      if (depth <= (depths[place] ?? 0)) continue
      depths[place] = depth
      pixels[4 * place] = red
      pixels[4 * place + 1] = green
      pixels[4 * place + 2] = blue
      pixels[4 * place + 3] = 255
    }
  }
}
