import { t } from '../../i18n/t'
import { Modal } from '../../shell/Modal'
import { closeOverlay } from '../Files/overlay'
import { SweepPanel } from './SweepPanel'

/** The sweep of the shown graph with all the room there is. */
export function SweepDialog() {
  return (
    <Modal
      open
      size="full"
      onOpenChange={(open) => !open && closeOverlay()}
      title={t('panels.sweep')}
      text={t('panels.sweepText')}
      className="sweep-dialog"
    >
      <SweepPanel />
    </Modal>
  )
}
