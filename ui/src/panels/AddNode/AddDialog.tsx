import { Command } from 'cmdk'
import { Star } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { focusCard } from '../../canvas/view'
import { nameOf } from '../../graph/level'
import { t } from '../../i18n/t'
import { KeyHint } from '../../shell/KeyHint'
import { Modal } from '../../shell/Modal'
import { noteRecent, usePreferences } from '../../stores/preferences'
import { NodeHelp } from '../Library/NodeHelp'
import { PortDot } from '../Library/PortType'
import { familyTitle } from '../Library/names'
import { keyOf } from '../Templates/openable'
import { fetchDocument, useShelf } from '../Templates/store'
import { Marked } from './Marked'
import { PROMOTE, promoted, Promote } from './Promote'
import { add, addInto } from './adding'
import { FAVOURITES, GRAPHS, RECENT, baseOf, placeOf, type Offer } from './offers'
import { closeAddNode, type LinkFrom, type Opening } from './store'
import { useOffers, type FoundOffer, type Offers } from './useOffers'
import './add-dialog.css'

/** Where a row is: in a section, or among what was found. An offer may be in several sections. */
const rowKey = (section: string, offer: Offer) => `${section} ${offer.key}`

/** Searches the nodes, shows what the one under the cursor does, and adds it. */
export default function AddDialog({ opening }: { readonly opening: Opening }) {
  const { position, from, onto } = opening
  const [query, setQuery] = useState('')
  const [wanted, setWanted] = useState('')
  const offers = useOffers(query, opening)
  const rows = rowsOf(offers)
  const promote = promoted(from, query)
  const current = currentOf([...rows.keys(), ...(promote ? [PROMOTE] : [])], wanted)
  const offer = rows.get(current)
  const choose = (chosen: Offer) => {
    closeAddNode()
    if (chosen.kind === 'node') noteRecent(chosen.id)
    const addition = { instance: chosen.instance, base: baseOf(chosen), port: chosen.port }
    const added = onto ? addInto(onto, chosen.id, position) : add(addition, opening)
    void added.then((name) => name && focusCard(name))
  }
  return (
    <Modal open hideHeader size="large" className="add-node" title={t('left.addNode')} onOpenChange={(open) => !open && closeAddNode()}>
      <Command
        className="add-node__command"
        label={t('left.addNode')}
        shouldFilter={false}
        loop
        value={current}
        onValueChange={setWanted}
      >
        <div className="add-node__search">
          <Command.Input
            className="add-node__input"
            data-autofocus=""
            placeholder={t('left.searchNodes')}
            value={query}
            onValueChange={(next) => {
              setQuery(next)
              setWanted('')
            }}
          />
          <Where opening={opening} />
        </div>
        <div className="add-node__body">
          <Command.List className="add-node__list" label={t('left.nodes')}>
            {promote && <Promote from={promote} />}
            <List offers={offers} onChoose={choose} />
            {current === '' && <None query={query} />}
          </Command.List>
          <div className="add-node__preview" role="region" tabIndex={0} aria-label={t('left.preview')}>
            {offer && <Preview offer={offer} />}
          </div>
        </div>
        <p className="visually-hidden" role="status">
          {query && t('left.found', { n: rows.size })}
        </p>
        <div className="add-node__foot">
          <Hint chord="up" other="down">{t('left.keyMove')}</Hint>
          <Hint chord="enter">{from ? t('left.keyAddLink') : t('left.keyAdd')}</Hint>
          <Hint chord="esc">{t('left.keyClose')}</Hint>
        </div>
      </Command>
    </Modal>
  )
}

function rowsOf({ sections, found }: Offers): Map<string, Offer> {
  if (found) return new Map(found.map(({ offer }) => [rowKey('', offer), offer]))
  return new Map(sections.flatMap(({ id, offers }) => offers.map((offer) => [rowKey(id, offer), offer] as const)))
}

function List({ offers, onChoose }: { readonly offers: Offers; readonly onChoose: (offer: Offer) => void }) {
  if (offers.found) {
    return offers.found.map((one) => (
      <Row key={one.offer.key} section="" found={one} place={titleOfSection(placeOf(one.offer))} onChoose={onChoose} />
    ))
  }
  return offers.sections.map(({ id, offers: members }) => (
    <Command.Group key={id} className="add-node__group" heading={titleOfSection(id)}>
      {members.map((offer) => (
        <Row key={offer.key} section={id} found={{ offer, ranges: [] }} onChoose={onChoose} />
      ))}
    </Command.Group>
  ))
}

interface RowProps {
  readonly section: string
  readonly found: FoundOffer
  readonly place?: string
  readonly onChoose: (offer: Offer) => void
}

function Row({ section, found: { offer, ranges }, place, onChoose }: RowProps) {
  const favourite = usePreferences((state) => state.favourites.includes(offer.id))
  const first = Object.values(offer.subject.outputs)[0] ?? Object.values(offer.subject.inputs)[0]
  return (
    <Command.Item className="add-node__row" value={rowKey(section, offer)} onSelect={() => onChoose(offer)}>
      {first ? <PortDot port={first} /> : <span className="port-dot" aria-hidden />}
      <span className="add-node__title">
        <Marked text={offer.title} ranges={ranges} />
      </span>
      {favourite && section !== FAVOURITES && <Star className="add-node__star" size={12} aria-label={t('left.isFavourite')} />}
      {offer.port && <span className="add-node__port">{offer.port}</span>}
      {place && <span className="add-node__place">{place}</span>}
    </Command.Item>
  )
}

function titleOfSection(id: string): string {
  if (id === FAVOURITES) return t('left.favourites')
  if (id === RECENT) return t('left.recent')
  return id === GRAPHS ? t('left.graphsAsNodes') : familyTitle(id)
}

/** The row under the cursor: the one that was gone to while it is there, else the first. */
const currentOf = (keys: readonly string[], wanted: string) => (keys.includes(wanted) ? wanted : (keys[0] ?? ''))

function None({ query }: { readonly query: string }) {
  return <p className="add-node__none">{query ? t('left.nothingFound', { query }) : t('left.nothingFits')}</p>
}

/** What the node is added for, if not for itself. */
function Where({ opening: { from, onto } }: { readonly opening: Opening }) {
  if (onto) return <span className="add-node__from">{t('left.intoLink')}</span>
  return from ? <From from={from} /> : null
}

function From({ from }: { readonly from: LinkFrom }) {
  const text = { name: nameOf(from.name), port: from.port }
  return <span className="add-node__from">{from.side === 'out' ? t('left.takes', text) : t('left.gives', text)}</span>
}

function Preview({ offer }: { readonly offer: Offer }) {
  const one = useShelf((state) => state.graphs.find((graph) => keyOf(graph) === offer.key))
  useEffect(() => {
    if (one) void fetchDocument(one) // tells its ports
  }, [one])
  return (
    <>
      <h3 className="add-node__name">{offer.title}</h3>
      <code className="add-node__id">{offer.id}</code>
      <NodeHelp subject={offer.subject} marked={offer.port} />
    </>
  )
}

function Hint({ chord, other, children }: { readonly chord: string; readonly other?: string; readonly children: ReactNode }) {
  return (
    <span className="add-node__hint">
      <KeyHint chord={chord} />
      {other && <KeyHint chord={other} />}
      {children}
    </span>
  )
}
