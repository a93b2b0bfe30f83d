/** The picture that a mask is painted over. */

import { create } from 'zustand'
import { address } from '../../api/http'
import { editable } from '../../canvas/here'
import { isUpload } from '../../graph/fileNames'
import { children, entry, nameOf, parent } from '../../graph/level'
import { pictureGiven } from '../../graph/loading'
import { interfaceOf } from '../../graph/ports'
import type { Instance } from '../../protocol'
import { results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { useGraphs } from '../../stores/graphs'
import { useSelection } from '../../stores/selection'
import { pictureFile } from '../../widgets/thumbs'
import { fileName, useUploads } from '../../widgets/uploads'
import { canMask, loadedFor } from './masking'
import { originOf, type Origin } from './origin'

export interface Masked {
  /** The instance that has the picture, by its path from the level that is shown; of a mask that is painted on, the one that loads it. */
  readonly name: string
  /** Address of the picture. */
  readonly picture: string
  /** What people call it. */
  readonly title: string
  readonly origin: Origin
  /** Where the picture file is given; for one that a node gave, nowhere. */
  readonly port?: string
  /** Address of the mask to go on from, which is then replaced. */
  readonly mask?: string
}

export const useMasking = create<{ masked: Masked | null }>(() => ({ masked: null }))

/** What a mask can be painted over at an instance: the picture file that it is given, else a picture that it gave. */
export function maskable(id: string): Masked | null {
  const here = editable(parent(id))
  const instance = entry(here?.level.nodes, nameOf(id))
  if (!here || !instance || !canMask(here.known.catalogue)) return null
  const loader = loadedFor(instance)
  if (loader !== null) return maskable(children(parent(id), loader))
  return givenTo(here, id, instance) ?? gaveBy(here, id, instance)
}

type Here = NonNullable<ReturnType<typeof editable>>

function givenTo({ known }: Here, id: string, instance: Instance): Masked | null {
  const given = pictureGiven(instance, interfaceOf(instance, nameOf(id), known.catalogue, known.interfaces))
  if (!given) return null
  const { port, file } = given
  return { name: id, picture: pictureFile(file), title: fileName(file, useUploads.getState().known), origin: { file }, port }
}

function gaveBy({ session, at }: Here, id: string, instance: Instance): Masked | null {
  const path = children(at, nameOf(id))
  const port = Object.entries(results.get(nodeKey(session, path)) ?? {}).find(([, { kind }]) => kind === 'image')?.[0]
  if (port === undefined) return null
  const origin = { instance: path, port }
  const picture = pictureOf(origin)
  return picture ? { name: id, picture, title: instance.title || nameOf(id), origin } : null
}

/** Address of the picture that masks are painted over; null while what gives it has not run. */
function pictureOf(origin: Origin): string | null {
  if ('file' in origin) return pictureFile(origin.file)
  const session = useGraphs.getState().active
  const { instance, port } = origin
  const digest = results.get(nodeKey(session, instance))?.[port]?.digest
  return digest === undefined ? null : address(`sessions/${session}/values/file`, { instance, port, digest })
}

/** The one instance that is selected, if a mask can be painted over its picture. */
export function maskableSelected(): Masked | null {
  const { names } = useSelection.getState()
  const [name] = names
  return name !== undefined && names.length === 1 ? maskable(name) : null
}

/** Open the painter; a mask that was painted in it is opened with what is painted, over the picture below it. */
export async function paintMask(masked: Masked): Promise<void> {
  useMasking.setState({ masked: (await paintedOn(masked)) ?? masked })
}

export function endMask(): void {
  useMasking.setState({ masked: null })
}

async function paintedOn(masked: Masked): Promise<Masked | null> {
  if (!('file' in masked.origin) || !isUpload(masked.origin.file)) return null
  const response = await fetch(masked.picture).catch(() => null)
  const origin = response?.ok ? originOf(new Uint8Array(await response.arrayBuffer())) : null
  // Without the picture the mask itself lies below what is painted
  return origin && { ...masked, origin, picture: pictureOf(origin) ?? masked.picture, mask: masked.picture }
}
