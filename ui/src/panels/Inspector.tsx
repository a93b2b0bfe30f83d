import { MousePointerClick } from 'lucide-react'
import { entry, nameOf } from '../graph/level'
import { t } from '../i18n/t'
import { Empty } from '../shell/Empty'
import { useSelection } from '../stores/selection'
import { GraphInspector } from './Inspector/GraphInspector'
import { NodeInspector } from './Inspector/NodeInspector'
import { SeveralInspector } from './Inspector/SeveralInspector'
import { useHere } from './Inspector/here'
import { LinkInspector, linkNamed } from './LinkInspector'
import './Inspector.css'

/** What is selected, with all that can be set on it; the graph itself when nothing is. */
export default function Inspector() {
  const place = useHere()
  const { names, link: id } = useSelection()
  if (!place) return <Empty icon={MousePointerClick} title={t('left.nothingOpen')} />
  const link = id ? linkNamed(place, nameOf(id)) : undefined
  if (link) return <LinkInspector key={id} place={place} link={link} />
  const there = names.map(nameOf).filter((name) => entry(place.level.nodes, name))
  const [name] = there
  const instance = entry(place.level.nodes, name ?? '')
  if (there.length > 1) return <SeveralInspector place={place} names={there} />
  if (name !== undefined && instance) return <NodeInspector key={`${place.session} ${place.at} ${name}`} place={place} name={name} instance={instance} />
  return <GraphInspector key={`${place.session} ${place.at}`} place={place} />
}
