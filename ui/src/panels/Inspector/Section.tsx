import { useId, type ReactNode } from 'react'
import './section.css'

interface SectionProps {
  readonly title: string
  readonly count?: number
  /** Buttons at the end of its heading. */
  readonly tools?: ReactNode
  readonly children: ReactNode
}

/** A part of the inspector with its heading. */
export function Section({ title, count, tools, children }: SectionProps) {
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section__head">
        <h3 className="section__title" id={id}>{title}</h3>
        {count !== undefined && <span className="section__count">{count}</span>}
        {tools && <span className="section__tools">{tools}</span>}
      </header>
      {children}
    </section>
  )
}

/** Facts as name and value; those that are null are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode] | null)[] }) {
  return (
    <dl className="facts">
      {facts.map(
        (fact) =>
          fact && (
            <div key={fact[0]} className="facts__row">
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
