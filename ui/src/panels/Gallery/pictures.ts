/** The pictures that runs gave. */

import type { ArtifactRecord, RunRecord } from '../../protocol'

/** One picture of a run. */
export interface Picture {
  run: RunRecord
  artifact: ArtifactRecord
}

export const isImage = (artifact: ArtifactRecord) => artifact.media.startsWith('image/')

/** All pictures of some runs, in their order. */
export function picturesOf(runs: readonly RunRecord[]): Picture[] {
  return runs.flatMap((run) => run.artifacts.filter(isImage).map((artifact) => ({ run, artifact })))
}

/** A picture's own name, to tell it from others of equal content. */
export const pictureKey = ({ run, artifact }: Picture) => `${run.id}/${artifact.output}/${artifact.index}`

/** A name for the file of a picture or another output. */
export function fileNameOf(run: RunRecord, artifact: ArtifactRecord): string {
  const title = (run.title || 'knotwork')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
  const number = artifact.index > 0 ? `-${artifact.index}` : ''
  return `${title || 'run'}-${artifact.output}${number}-${run.id.slice(-6)}.${endingOf(artifact.media)}`
}

const ENDINGS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'text/plain': 'txt',
  'model/gltf-binary': 'glb',
}

function endingOf(media: string): string {
  return ENDINGS[media] ?? media.slice(media.indexOf('/') + 1).replace(/^x-|\+.*$|;.*$/g, '')
}
