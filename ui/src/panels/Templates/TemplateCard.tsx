import { useEffect, useRef, useState } from 'react'
import { address } from '../../api/http'
import { formatAgo, t } from '../../i18n/t'
import { closeSheet } from '../../shell/layout'
import { addressOfExample } from '../../stores/examples'
import { open, tell } from '../../stores/graphs'
import { MiniGraph } from './MiniGraph'
import { keyOf, type Openable } from './openable'
import { fetchDocument, useShelf } from './store'

/** A graph that can be opened: its last picture, an example or a drawing of it, its title, what it does and needs. */
export function TemplateCard({ one }: { readonly one: Openable }) {
  const [opening, setOpening] = useState(false)
  const show = async () => {
    setOpening(true)
    await open({ name: one.name }).then(closeSheet, tell)
    setOpening(false)
  }
  return (
    <button type="button" className="template-card" disabled={opening} aria-busy={opening} onClick={() => void show()}>
      <Picture one={one} />
      <span className="template-card__title">{one.title}</span>
      {one.help && <span className="template-card__help">{one.help}</span>}
      {one.needs.length > 0 && (
        <span className="template-card__needs">{t('left.needs', { models: one.needs.join(', ') })}</span>
      )}
      {one.origin === 'graphs' && (
        <span className="template-card__when">
          {t('left.changed', { when: formatAgo(one.modified * 1000) })} · {one.name}
        </span>
      )}
    </button>
  )
}

function Picture({ one }: { readonly one: Openable }) {
  const digest = useShelf((state) => state.pictures.get(one.title))
  const [broken, setBroken] = useState('')
  const given = digest === undefined ? '' : address(`artifacts/${digest}/thumbnail`, { size: 384 })
  const example = one.example && addressOfExample(one.example)
  const source = [given, example].find((one) => one && one !== broken)
  return (
    <span className="template-card__picture">
      {source ? (
        <img src={source} alt="" loading="lazy" decoding="async" onError={() => setBroken(source)} />
      ) : (
        <Drawing one={one} />
      )}
    </span>
  )
}

/** Drawn once it comes into view, so that a folder of a thousand graphs is not read whole. */
function Drawing({ one }: { readonly one: Openable }) {
  const place = useRef<HTMLSpanElement>(null)
  const document = useShelf((state) => state.documents[keyOf(one)])
  useEffect(() => {
    const element = place.current
    if (!element) return
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      observer.disconnect()
      void fetchDocument(one)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [one])
  return (
    <span ref={place} className="template-card__drawing">
      {document && <MiniGraph graph={document} />}
    </span>
  )
}
