import { post } from '../../api/http'
import { formatTime, t } from '../../i18n/t'
import { prompt } from '../../shell/ask'
import { tell } from '../../stores/graphs'
import { notify } from '../../stores/notices'

/** Ask for a name and keep the graph under it as it is now; whether it was kept. */
export async function keepVersion(session: string): Promise<boolean> {
  const name = await prompt({
    title: t('panels.keepVersion'),
    text: t('panels.keepVersionText'),
    label: t('panels.versionName'),
    value: t('panels.versionDefault', { time: formatTime(Date.now()) }),
    action: t('panels.keep'),
    check: (value) => (value.trim() ? null : t('panels.nameNeeded')),
  })
  if (!name) return false
  try {
    await post(`sessions/${session}/versions`, { name: name.slice(0, 200) })
    notify({ kind: 'good', text: t('panels.versionKept', { name }) })
    return true
  } catch (error) {
    tell(error)
    return false
  }
}
