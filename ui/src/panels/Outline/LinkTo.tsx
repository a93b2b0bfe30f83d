import { Command } from 'cmdk'
import { Check } from 'lucide-react'
import { useMemo, useState } from 'react'
import { nameOf, parent, pathFrom } from '../../graph/level'
import { textOf } from '../../graph/links'
import { t } from '../../i18n/t'
import { Modal } from '../../shell/Modal'
import { useGraphs } from '../../stores/graphs'
import { useLevel, type Here } from '../Inspector/here'
import { filtered, linkChoices, type LinkChoice, type LinkRequest } from './linkChoices'
import { closeLinkTo } from './linkTo'
import { makeLink } from './makeLink'
import './link-to.css'

/** Rows that are drawn; a search finds the others. */
const SHOWN = 200

const TITLES = { out: 'left.linkToTitle', in: 'left.linkFromTitle', move: 'left.moveLinksTitle' } as const

/** Lists the ports that an instance can be linked to, or from. */
export default function LinkTo({ request }: { readonly request: LinkRequest }) {
  const at = useGraphs((state) => state.open[state.active]?.at ?? '')
  const place = useLevel(pathFrom(at, parent(request.path)) ?? '')
  const name = nameOf(request.path)
  const title = t(TITLES[request.side], { name, port: request.port })
  return (
    <Modal open title={title} onOpenChange={(open) => !open && closeLinkTo()}>
      {place && place.at === parent(request.path) && <Choices place={place} request={request} title={title} />}
    </Modal>
  )
}

function Choices({ place, request, title }: { readonly place: Here; readonly request: LinkRequest; readonly title: string }) {
  const [query, setQuery] = useState('')
  const choices = useMemo(() => linkChoices(place.level, request, place.known), [place, request])
  const found = useMemo(() => filtered(choices, query), [choices, query])
  const choose = (choice: LinkChoice) => {
    closeLinkTo()
    void makeLink(place, request.side, choice)
  }
  return (
    <Command label={title} shouldFilter={false} loop>
      <Command.Input
        className="link-to__input"
        data-autofocus=""
        placeholder={t('left.searchPorts')}
        value={query}
        onValueChange={setQuery}
      />
      <Command.List className="link-to__list" label={title}>
        {groupsOf(found.slice(0, SHOWN)).map(([port, members]) => (
          <Command.Group key={port} className="link-to__group" heading={<Port name={port} choice={members[0]} />}>
            {members.map((choice) => (
              <Command.Item
                key={textOf(choice.other)}
                className="link-to__row"
                value={`${port} ${textOf(choice.other)}`}
                disabled={choice.there}
                onSelect={() => choose(choice)}
              >
                <span className="link-to__title">
                  {choice.title} <span className="link-to__port">{choice.other.port}</span>
                </span>
                <Note choice={choice} />
              </Command.Item>
            ))}
          </Command.Group>
        ))}
        {found.length === 0 && (
          <p className="link-to__none">{query ? t('left.nothingFound', { query }) : t('left.noPortTakes')}</p>
        )}
        {found.length > SHOWN && <p className="link-to__none">{t('left.searchForMore', { n: found.length - SHOWN })}</p>}
      </Command.List>
    </Command>
  )
}

function Port({ name, choice }: { readonly name: string; readonly choice: LinkChoice | undefined }) {
  return (
    <span className="link-to__own">
      <span className="port-dot" style={{ color: `var(--type-${choice?.kind ?? 'other'})` }} aria-hidden />
      {name} <span className="link-to__type">{choice?.type}</span>
    </span>
  )
}

function Note({ choice }: { readonly choice: LinkChoice }) {
  if (choice.there) {
    return (
      <span className="link-to__note">
        <Check size={12} aria-hidden /> {t('left.isLinked')}
      </span>
    )
  }
  return choice.replaces ? <span className="link-to__note">{t('left.replaces', { source: choice.replaces })}</span> : null
}

function groupsOf(choices: readonly LinkChoice[]): [string, LinkChoice[]][] {
  const groups = new Map<string, LinkChoice[]>()
  for (const choice of choices) groups.set(choice.own.port, [...(groups.get(choice.own.port) ?? []), choice])
  return [...groups]
}
