import { leaving } from '../../graph/drawn'
import { textOf } from '../../graph/links'
import { link, moveLinks } from '../../graph/operations'
import type { Known } from '../../graph/ports'
import { t } from '../../i18n/t'
import type { Graph } from '../../protocol'
import { announce } from '../../shell/announce'
import { edit } from '../../stores/graphs'
import type { LinkChoice, LinkRequest } from './linkChoices'

/** Make a link that was chosen. */
export async function makeLink(
  { session, level, at, known }: { session: string; level: Graph; at: string; known: Known },
  side: LinkRequest['side'],
  choice: LinkChoice,
): Promise<void> {
  if (side === 'move') {
    const links = leaving(level, choice.own, known)
    const done = await edit(session, moveLinks(level, links, choice.other, at))
    if (done) announce(t('left.moved', { n: links.length, source: textOf(choice.other) }))
    return
  }
  const [source, target] = side === 'out' ? [choice.own, choice.other] : [choice.other, choice.own]
  const done = await edit(session, link(level, source, target, known, at))
  if (done) announce(t('left.linked', { source: textOf(source), target: textOf(target) }))
}
