/** Wiring without a pointer: asks which port a node's port is linked to, and links it. */

import { create } from 'zustand'
import { isDrawn } from '../../canvas/view'
import { leaving } from '../../graph/landing'
import { parent, pathFrom } from '../../graph/level'
import { textOf } from '../../graph/links'
import { link, moveLinks } from '../../graph/operations'
import type { Known } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { Graph } from '../../protocol'
import { announce } from '../../shell/announce'
import { activeGraph, edit, enterLevel, useGraphs } from '../../stores/graphs'
import type { LinkChoice, LinkRequest } from './linkChoices'

export const useLinkTo = create<{ readonly request: LinkRequest | null }>(() => ({ request: null }))

/** Ask which port to link an instance to, or from. Its level is drawn, whose ports are then known. */
export function openLinkTo(path: string, side: LinkRequest['side'], port = ''): void {
  const graph = activeGraph()
  if (!graph) return
  if (!isDrawn(pathFrom(graph.at, parent(path)))) enterLevel(useGraphs.getState().active, parent(path))
  useLinkTo.setState({ request: { path, side, port } })
}

export function closeLinkTo(): void {
  useLinkTo.setState({ request: null })
}

/** Make a link that was chosen. */
export async function makeLink(
  { session, level, at, known }: { session: string; level: Graph; at: string; known: Known },
  side: LinkRequest['side'],
  choice: LinkChoice,
): Promise<void> {
  if (side === 'move') {
    const links = leaving(level, choice.own)
    const done = await edit(session, moveLinks(level, links, choice.other, at))
    if (done) announce(t('left.moved', { n: links.length, source: textOf(choice.other) }))
    return
  }
  const [source, target] = side === 'out' ? [choice.own, choice.other] : [choice.other, choice.own]
  const done = await edit(session, link(level, source, target, known, at))
  if (done) announce(t('left.linked', { source: textOf(source), target: textOf(target) }))
}
