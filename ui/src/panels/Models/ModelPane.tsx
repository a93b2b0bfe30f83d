import { ChevronDown, Copy, Plus, TextCursorInput } from 'lucide-react'
import { address } from '../../api/http'
import { t } from '../../i18n/t'
import type { ModelRecord } from '../../protocol'
import { Button, IconButton } from '../../shell/Button'
import { Menu } from '../../shell/Menu'
import { useCatalogue } from '../../stores/catalogue'
import { ModelFacts } from '../../widgets/ModelFacts'
import { modelPath, shortName } from '../../widgets/models'
import { addLoader, addWords, copyWords, giveModel } from './actions'
import { loaderOf, loadersOf, loaderTitle, modelPort } from './ports'
import type { Target } from './target'

interface PaneProps {
  readonly model: ModelRecord
  readonly target: Target | null
}

/** A model with its picture, what can be done with it, and what is known of it. */
export function ModelPane({ model, target }: PaneProps) {
  const { name, picture } = model
  return (
    <div className="model-pane">
      <div className="model-pane__head">
        {picture !== '' && (
          <img className="model-pane__picture" src={address(`${modelPath(name)}/thumbnail`, { size: 256, of: picture })} alt="" decoding="async" />
        )}
        <h3 className="model-pane__name">{model.title || shortName(name)}</h3>
      </div>
      <Uses model={model} target={target} />
      {model.trigger_words.length > 0 && <Words words={model.trigger_words} target={target} />}
      <ModelFacts model={model} />
    </div>
  )
}

function Uses({ model, target }: PaneProps) {
  const catalogue = useCatalogue((state) => state.catalogue)
  const port = target && modelPort(target.face.inputs, model)
  const loader = loaderOf(catalogue, model)
  const others = loadersOf(catalogue, model).filter(({ node }) => node !== loader?.node)
  return (
    <div className="model-pane__uses">
      {port && (
        <Button kind="primary" icon={TextCursorInput} onClick={() => void giveModel(target.id, port, model)}>
          {t('left.useModelIn', { card: target.title })}
        </Button>
      )}
      {loader && (
        <Button icon={Plus} kind={port ? 'plain' : 'primary'} onClick={() => void addLoader(model, loader)}>
          {t('left.addLoader', { loader: loaderTitle(loader) })}
        </Button>
      )}
      {others.length > 0 && (
        <Menu entries={() => others.map((one) => ({ id: one.node.id, label: loaderTitle(one), onSelect: () => void addLoader(model, one) }))}>
          <button type="button" className="button button--plain">
            {t('left.otherLoaders')}
            <ChevronDown size={14} aria-hidden />
          </button>
        </Menu>
      )}
      {!loader && !port && <p className="model-pane__note">{t('left.noLoader', { name: shortName(model.name) })}</p>}
    </div>
  )
}

function Words({ words, target }: { readonly words: readonly string[]; readonly target: Target | null }) {
  const text = target?.text ?? null
  const take = (taken: readonly string[]) => void (target && text ? addWords(target.id, text, taken) : copyWords(taken))
  return (
    <section className="model-pane__words" aria-label={t('left.triggerWords')}>
      <header className="model-pane__words-head">
        <h4>{t('left.triggerWords')}</h4>
        <span className="model-pane__note">
          {target && text ? t('left.wordsGoTo', { card: target.title, port: text.port }) : t('left.wordsAreCopied')}
        </span>
        <IconButton icon={Copy} size="small" label={t('left.copyWords')} onClick={() => void copyWords(words)} />
      </header>
      <ul className="model-pane__chips">
        {words.map((word) => (
          <li key={word}>
            <button
              type="button"
              className="model-pane__chip"
              aria-label={t(target && text ? 'left.addWord' : 'left.copyWord', { word })}
              onClick={() => take([word])}
            >
              {word}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
