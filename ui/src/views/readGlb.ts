/** Reading binary glTF 2.0 (GLB): all triangles of the scene as one mesh, with the colours of vertices or materials. */

import type { Mesh } from './meshes'

interface Accessor {
  bufferView?: number
  byteOffset?: number
  componentType: number
  normalized?: boolean
  count: number
  type: string
}

interface Primitive {
  attributes: Record<string, number | undefined>
  indices?: number
  material?: number
  mode?: number
}

interface Buffer {
  byteOffset?: number
  byteStride?: number
}

/** Where a node is in the one around it: as a matrix, or moved after it was turned after it was scaled. */
interface Node {
  mesh?: number
  children?: number[]
  matrix?: number[]
  translation?: number[]
  /** A quaternion. */
  rotation?: number[]
  scale?: readonly number[]
}

interface Gltf {
  scene?: number
  scenes?: { nodes?: number[] }[]
  nodes?: Node[]
  meshes?: { primitives: Primitive[] }[]
  accessors?: Accessor[]
  bufferViews?: Buffer[]
  materials?: { pbrMetallicRoughness?: { baseColorFactor?: number[] } }[]
}

const MAGIC = 0x46546c67
const TRIANGLES = 4
const WIDTHS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 }

/** Whether bytes begin as a GLB file. */
export function isGlb(data: ArrayBuffer): boolean {
  return data.byteLength > 20 && new DataView(data).getUint32(0, true) === MAGIC
}

/** Read the scene that the file shows first. */
export function readGlb(data: ArrayBuffer): Mesh {
  const view = new DataView(data)
  const length = view.getUint32(12, true)
  const gltf = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 20, length))) as Gltf
  // The chunk of bytes stands behind that of JSON, after its own head
  const reader = new Reader(gltf, view, 20 + length + 8)
  const roots = gltf.scenes?.[gltf.scene ?? 0]?.nodes ?? gltf.nodes?.map((_, place) => place) ?? []
  for (const root of roots) reader.add(root, IDENTITY)
  return reader.mesh()
}

class Reader {
  private readonly positions: number[] = []
  private readonly triangles: number[] = []
  private readonly colours: number[] = []
  private coloured = false

  constructor(
    private readonly gltf: Gltf,
    private readonly data: DataView,
    private readonly start: number,
  ) {}

  add(place: number, around: Matrix): void {
    const node = this.gltf.nodes?.[place]
    if (!node) return
    const matrix = times(around, node.matrix ?? placed(node))
    for (const one of this.primitivesOf(node.mesh)) this.addPrimitive(one, matrix)
    for (const child of node.children ?? []) this.add(child, matrix)
  }

  mesh(): Mesh {
    const { positions, triangles, colours, coloured } = this
    return {
      positions: new Float32Array(positions),
      triangles: new Uint32Array(triangles),
      colours: coloured ? new Float32Array(colours) : null,
    }
  }

  private primitivesOf(mesh: number | undefined): readonly Primitive[] {
    const all = mesh === undefined ? [] : (this.gltf.meshes?.[mesh]?.primitives ?? [])
    return all.filter(({ mode = TRIANGLES }) => mode === TRIANGLES)
  }

  private addPrimitive({ attributes, indices, material }: Primitive, matrix: Matrix): void {
    const first = this.positions.length / 3
    const places = this.read(attributes.POSITION)
    const colours = this.read(attributes.COLOR_0)
    const plain = this.plainOf(material)
    this.coloured ||= colours.length > 0 || plain !== null
    places.forEach((place, i) => {
      this.positions.push(...moved(matrix, place))
      this.colours.push(...tinted(colours[i] ?? WHITE, plain ?? WHITE))
    })
    const corners = indices === undefined ? places.map((_, i) => [i]) : this.read(indices)
    for (const [corner = 0] of corners) this.triangles.push(first + corner)
  }

  private plainOf(material: number | undefined): readonly number[] | null {
    return material === undefined ? null : (this.gltf.materials?.[material]?.pbrMetallicRoughness?.baseColorFactor ?? null)
  }

  /** The vectors of an accessor; of numbers, each as a vector of one. */
  private read(place: number | undefined): readonly (readonly number[])[] {
    const accessor = place === undefined ? undefined : this.gltf.accessors?.[place]
    const component = accessor && COMPONENTS[accessor.componentType]
    const buffer = accessor?.bufferView === undefined ? undefined : this.gltf.bufferViews?.[accessor.bufferView]
    return component && buffer ? this.vectors(accessor, component, buffer) : []
  }

  private vectors(accessor: Accessor, { size, most, get }: Component, buffer: Buffer): readonly (readonly number[])[] {
    const { count, type, byteOffset = 0, normalized = false } = accessor
    const width = WIDTHS[type] ?? 1
    const { byteStride = size * width, byteOffset: start = 0 } = buffer
    const from = this.start + start + byteOffset
    return Array.from({ length: count }, (_, i) =>
      Array.from({ length: width }, (_, j) => get(this.data, from + i * byteStride + j * size) / (normalized ? most : 1)),
    )
  }
}

const WHITE: readonly number[] = [1, 1, 1]
const AXES = [0, 1, 2] as const

const moved = (m: Matrix, [x = 0, y = 0, z = 0]: readonly number[]) =>
  AXES.map((axis) => dot([m[axis], m[4 + axis], m[8 + axis], m[12 + axis]], [x, y, z, 1]))

const tinted = (colour: readonly number[], by: readonly number[]) => AXES.map((axis) => onScreen(dot([colour[axis]], [by[axis]])))

const dot = (one: readonly (number | undefined)[], other: readonly (number | undefined)[]) =>
  one.reduce((sum: number, value, place) => sum + (value ?? 0) * (other[place] ?? 0), 0)

interface Component {
  size: number
  /** What stands for 1 where numbers are normalized. */
  most: number
  get: (data: DataView, at: number) => number
}

const COMPONENTS: Readonly<Record<number, Component>> = {
  5120: { size: 1, most: 127, get: (data, at) => data.getInt8(at) },
  5121: { size: 1, most: 255, get: (data, at) => data.getUint8(at) },
  5122: { size: 2, most: 32767, get: (data, at) => data.getInt16(at, true) },
  5123: { size: 2, most: 65535, get: (data, at) => data.getUint16(at, true) },
  5125: { size: 4, most: 2 ** 32 - 1, get: (data, at) => data.getUint32(at, true) },
  5126: { size: 4, most: 1, get: (data, at) => data.getFloat32(at, true) },
}

/** 4 × 4, column by column. */
type Matrix = readonly number[]

const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]

function times(a: Matrix, b: Matrix): Matrix {
  return Array.from({ length: 16 }, (_, place) => {
    const [row, column] = [place % 4, place - (place % 4)]
    return dot([a[row], a[row + 4], a[row + 8], a[row + 12]], b.slice(column, column + 4))
  })
}

function placed({ translation = [0, 0, 0], rotation = [0, 0, 0, 1], scale = WHITE }: Node): Matrix {
  const [x = 0, y = 0, z = 0, w = 0] = rotation
  const turn = [
    [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
    [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
    [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
  ]
  return [...turn.flatMap((column, axis) => [...column.map((value) => dot([value], [scale[axis]])), 0]), ...translation, 1]
}

/** A linear brightness with the curve of sRGB. */
function onScreen(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
}
