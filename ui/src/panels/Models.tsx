import { Box, RefreshCw } from 'lucide-react'
import { useEffect } from 'react'
import { t } from '../i18n/t'
import type { ModelRecord } from '../protocol'
import { Button } from '../shell/Button'
import { Empty } from '../shell/Empty'
import { useCatalogue } from '../stores/catalogue'
import { loadModels, useModels } from '../stores/models'
import { ModelList } from '../widgets/ModelList'
import { ModelPane } from './Models/ModelPane'
import { addLoader, dragModel, giveModel } from './Models/actions'
import { loaderOf, modelPort } from './Models/ports'
import { useTarget } from './Models/target'
import './Models/models.css'

/** The models in the model folders: to be given to the selected card, or dragged onto the canvas. */
export default function Models() {
  const { models, loading, error } = useModels()
  const catalogue = useCatalogue((state) => state.catalogue)
  const target = useTarget()
  useEffect(() => void loadModels(), [])
  const choose = (model: ModelRecord) => {
    const port = target && modelPort(target.face.inputs, model)
    void (port ? giveModel(target.id, port, model) : addLoader(model, loaderOf(catalogue, model)))
  }
  if (!models || error !== '') return <Unlisted loading={loading} error={error} />
  if (models.length === 0) return <Empty icon={Box} title={t('left.noModels')} text={t('left.noModelsText')} />
  return (
    <div className="models" aria-busy={loading}>
      <ModelList
        label={t('left.models')}
        models={models}
        onChoose={choose}
        onDrag={dragModel}
        foot={(model) => <ModelPane model={model} target={target} />}
      />
    </div>
  )
}

function Unlisted({ loading, error }: { readonly loading: boolean; readonly error: string }) {
  if (loading || error === '') return <p className="widget-note" role="status">{t('left.modelsLoading')}</p>
  return (
    <Empty icon={Box} title={t('left.modelsFailed')} text={error}>
      <Button icon={RefreshCw} onClick={() => void loadModels()}>{t('left.tryAgain')}</Button>
    </Empty>
  )
}
