import { X } from 'lucide-react'
import { t } from '../../i18n/t'
import { IconButton } from '../../shell/Button'
import { useComparing } from './comparing'
import { mainText } from './words'
import './ComparingBar.css'

/** Says that another run is to be chosen. */
export function ComparingBar() {
  const run = useComparing((state) => state.run)
  if (!run) return null
  return (
    <div className="comparing" role="status">
      <span>{t('panels.compareChoose', { title: mainText(run) || run.title || t('panels.untitled') })}</span>
      <IconButton
        icon={X}
        size="small"
        label={t('shell.cancel')}
        onClick={() => useComparing.setState({ run: null })}
      />
    </div>
  )
}
