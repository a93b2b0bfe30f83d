import { registerCommands } from '../../stores/commands'
import { useGraphs } from '../../stores/graphs'
import { isForm, showForm } from './address'

/** Offer to switch between form and graph, until the function it gives is called. */
export function registerFormCommands(): () => void {
  return registerCommands([
    {
      id: 'form.toggle',
      group: 'view',
      titleKey: 'panels.formToggle',
      keys: ['alt+f'],
      when: () => useGraphs.getState().active !== '',
      run: () => showForm(!isForm()),
    },
  ])
}
