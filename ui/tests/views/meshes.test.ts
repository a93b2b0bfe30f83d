import { describe, expect, it } from 'vitest'
import { centred, facesOf, readObj, verticesOf } from '../../src/views/meshes'
import { isGlb, readGlb } from '../../src/views/readGlb'
import { shade, turned } from '../../src/views/shading'

const rounded = (values: Iterable<number>) => [...values].map((value) => Math.round(value * 1e4) / 1e4 + 0)

describe('a mesh in an OBJ file', () => {
  const square = 'v 0 0 0\nv 2 0 0\nv 2 2 0\nv 0 2 0\n# remark\nf 1/1/1 2/2/1 3/3/1\nf -4 -2 -1\nf 1 2 3 4\n'

  it('is read as triangles, larger faces in several', () => {
    const mesh = readObj(square)
    expect([verticesOf(mesh), facesOf(mesh)]).toEqual([4, 4])
    expect([...mesh.triangles]).toEqual([0, 1, 2, 0, 2, 3, 0, 1, 2, 0, 2, 3])
  })

  it('is brought into a ball of radius 1 around its middle', () => {
    const { positions } = centred(readObj(square))
    expect(rounded(positions.subarray(0, 3))).toEqual([-0.7071, -0.7071, 0])
  })
})

describe('a mesh in a GLB file', () => {
  const floats = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0])
  const colours = new Uint8Array([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 55, 255])
  const indices = new Uint16Array([2, 1, 0, 0])

  it('is read with what moves its nodes, and its colours as the screen has them', () => {
    const data = glb(
      {
        scene: 0,
        scenes: [{ nodes: [0] }],
        nodes: [{ children: [1], translation: [10, 0, 0] }, { mesh: 0, scale: [2, 2, 2], rotation: [0, 0, Math.SQRT1_2, Math.SQRT1_2] }],
        meshes: [{ primitives: [{ attributes: { POSITION: 0, COLOR_0: 1 }, indices: 2 }] }],
        accessors: [
          { bufferView: 0, componentType: 5126, count: 3, type: 'VEC3' },
          { bufferView: 1, componentType: 5121, normalized: true, count: 3, type: 'VEC4' },
          { bufferView: 2, componentType: 5123, count: 3, type: 'SCALAR' },
        ],
        bufferViews: [{ byteOffset: 0 }, { byteOffset: 36 }, { byteOffset: 48 }],
      },
      [floats, colours, indices],
    )
    expect(isGlb(data)).toBe(true)
    const mesh = readGlb(data)
    // A quarter turn about z brings x to y, and y to -x
    expect(rounded(mesh.positions)).toEqual([10, 0, 0, 10, 2, 0, 8, 0, 0])
    expect([...mesh.triangles]).toEqual([2, 1, 0])
    // 55 of 255 without its curve is 0.5018 with it
    expect(rounded(mesh.colours ?? [])).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0.5018])
  })

  it('is read without indices, in the colour of its material', () => {
    const data = glb(
      {
        nodes: [{ mesh: 0 }],
        meshes: [{ primitives: [{ attributes: { POSITION: 0 }, material: 0 }, { attributes: { POSITION: 0 }, mode: 1 }] }],
        materials: [{ pbrMetallicRoughness: { baseColorFactor: [0, 1, 0, 1] } }],
        accessors: [{ bufferView: 0, componentType: 5126, count: 3, type: 'VEC3' }],
        bufferViews: [{}],
      },
      [floats],
    )
    const mesh = readGlb(data)
    expect([facesOf(mesh), verticesOf(mesh)]).toEqual([1, 3])
    expect([...(mesh.colours ?? [])]).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0])
  })

  it('is told from other files', () => {
    expect(isGlb(new TextEncoder().encode('v 0 0 0\nv 1 0 0\nv 0 1 0\n').buffer)).toBe(false)
  })
})

describe('a drawn mesh', () => {
  it('is turned about the upright axis: what is right goes back', () => {
    expect(rounded(turned(new Float32Array([1, 0, 0]), { turn: Math.PI / 2, tip: 0, zoom: 1 }))).toEqual([0, 0, -1])
  })

  it('shows what is nearest, in its colour, and nothing around it', () => {
    const square = (z: number) => [-0.5, -0.5, z, 0.5, -0.5, z, 0.5, 0.5, z, -0.5, 0.5, z]
    const [blue, red] = [[0, 0, 1], [1, 0, 0]]
    const mesh = {
      positions: new Float32Array([...square(0.4), ...square(-0.4)]),
      triangles: new Uint32Array([0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7]),
      colours: new Float32Array([...Array(4).fill(red), ...Array(4).fill(blue)].flat()),
    }
    const at = (pixels: Uint8ClampedArray, x: number, y: number) => [...pixels.subarray(4 * (20 * y + x), 4 * (20 * y + x) + 4)]
    const front = shade(mesh, { turn: 0, tip: 0, zoom: 1 }, 20, 20)
    // The light falls on what faces the viewer with 0.72 of its strength: 0.35 + 0.65 × 0.72
    expect(at(front, 10, 10)).toEqual([209, 0, 0, 255])
    expect(at(front, 1, 1)).toEqual([0, 0, 0, 0])
    expect(at(shade(mesh, { turn: Math.PI, tip: 0, zoom: 1 }, 20, 20), 10, 10)).toEqual([0, 0, 209, 255])
  })
})

/** A GLB file, as glTF 2.0 has it: a head, a chunk of JSON and one of bytes. */
function glb(gltf: object, parts: readonly ArrayBufferView[]): ArrayBuffer {
  const json = new TextEncoder().encode(JSON.stringify(gltf))
  const padded = json.length + ((4 - (json.length % 4)) % 4)
  const bytes = parts.flatMap((part) => [...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)])
  const file = new Uint8Array(28 + padded + bytes.length).fill(32)
  const view = new DataView(file.buffer)
  const words = [0x46546c67, 2, file.length, padded, 0x4e4f534a]
  words.forEach((word, place) => view.setUint32(4 * place, word, true))
  file.set(json, 20)
  view.setUint32(20 + padded, bytes.length, true)
  view.setUint32(24 + padded, 0x004e4942, true)
  file.set(bytes, 28 + padded)
  return file.buffer
}
