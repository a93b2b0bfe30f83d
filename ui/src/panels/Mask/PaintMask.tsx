import { Brush } from 'lucide-react'
import { t } from '../../i18n/t'
import { Button } from '../../shell/Button'
import { useKeyed } from '../../stores/keyed'
import { results } from '../../stores/results'
import { nodeKey } from '../../stores/runs'
import { maskable, paintMask } from './store'

interface PaintMaskProps {
  readonly session: string
  readonly path: string
  /** Its path from the level that is shown. */
  readonly id: string
}

/** Opens the mask painter over an instance's picture; nothing where there is none. */
export function PaintMask({ session, path, id }: PaintMaskProps) {
  // Drawn again when the instance gave something new
  useKeyed(results, nodeKey(session, path))
  const masked = maskable(id)
  if (!masked) return null
  return <Button icon={Brush} onClick={() => void paintMask(masked)}>{t('widgets.paintMask')}</Button>
}
